//! ode_solvers on the classical problems, with its static vectors.
//!
//! Its `Dop853` does not converge where the field depends on time (version 0.6.2, on `y' = y cos 3t`: an error of 8e-6
//! at a tolerance of 1e-9, and 412 000 evaluations); no field here does.

use std::marker::PhantomData;

use ode_solvers::{Dop853, Dopri5, OutputType, SVector, System};
use rheos_peers::clock::{Library, seconds};
use rheos_peers::problems::{Problem, Visit, each, tolerances};

const ODE_SOLVERS: Library = Library { name: "ode_solvers", version: "0.6.2" };

struct Field<P>(PhantomData<P>);

impl<P: Problem<N>, const N: usize> System<f64, SVector<f64, N>> for Field<P> {
    #[inline]
    fn system(&self, _t: f64, y: &SVector<f64, N>, dy: &mut SVector<f64, N>) {
        P::rhs(&y.data.0[0], &mut dy.data.0[0]);
    }
}

/// The evaluations and the end of a solve.
type Solved<const N: usize> = Result<(u64, SVector<f64, N>), String>;

/// A solve with the default settings, a larger budget of steps and no test for stiffness. States are kept at every
/// step, which is its cheapest output.
macro_rules! solve {
    ($method:ident, $beta:expr, $shrink:expr, $grow:expr) => {
        |tol| -> Solved<N> {
            let (y0, steps, stiffness) = (SVector::from(P::start()), 10_000_000, u32::MAX);
            let mut stepper = $method::from_param(
                Field::<P>(PhantomData),
                0.0,
                P::END,
                P::END,
                y0,
                tol,
                tol,
                0.9,
                $beta,
                $shrink,
                $grow,
                P::END,
                0.0,
                steps,
                stiffness,
                OutputType::Sparse,
            );
            let stats = stepper.integrate().map_err(|error| error.to_string())?;
            let y = stepper.y_out().last().ok_or("no output")?;
            Ok((stats.num_eval.into(), *y))
        }
    };
}

/// The work–precision curve of one method.
fn curve<P: Problem<N>, const N: usize>(method: &str, solve: impl Fn(f64) -> Solved<N>) {
    for tol in tolerances() {
        let outcome = solve(tol).map(|(evaluations, y)| (seconds(|| solve(tol)), evaluations, y.as_slice().to_vec()));
        ODE_SOLVERS.print(P::NAME, method, tol, outcome);
    }
}

struct OdeSolvers;

impl Visit for OdeSolvers {
    fn visit<P: Problem<N>, const N: usize>(&mut self) {
        curve::<P, N>("Dopri5", solve!(Dopri5, 0.04, 0.2, 10.0));
        curve::<P, N>("Dop853", solve!(Dop853, 0.0, 0.333, 6.0));
    }
}

fn main() {
    each(&mut OdeSolvers);
}
