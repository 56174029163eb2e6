//! differential-equations on the classical problems, with arrays as states.

use std::marker::PhantomData;

use differential_equations::methods::ExplicitRungeKutta;
use differential_equations::ode::{ODE, OrdinaryNumericalMethod};
use differential_equations::prelude::{IVP, Interpolation};
use rheos_peers::clock::{Library, seconds};
use rheos_peers::problems::{Problem, Visit, each, tolerances};

const LIBRARY: Library = Library { name: "differential-equations", version: "0.7.0" };

struct Field<P>(PhantomData<P>);

impl<P: Problem<N>, const N: usize> ODE<f64, [f64; N]> for Field<P> {
    #[inline]
    fn diff(&self, _t: f64, y: &[f64; N], dy: &mut [f64; N]) {
        P::rhs(y, dy);
    }
}

/// The work–precision curve of one method.
fn curve<P, M, const N: usize>(method: &str, build: impl Fn(f64) -> M)
where
    P: Problem<N>,
    M: OrdinaryNumericalMethod<f64, [f64; N]> + Interpolation<f64, [f64; N]>,
{
    for tol in tolerances() {
        let field = Field::<P>(PhantomData);
        let run = || IVP::ode(&field, 0.0, P::END, P::start()).method(build(tol)).solve();
        let outcome = match run() {
            Ok(solution) => {
                let y = solution.y.last().map_or_else(Vec::new, |y| y.to_vec());
                Ok((seconds(run), solution.evals.function as u64, y))
            }
            Err(error) => Err(format!("{error:?}").chars().take(60).collect()),
        };
        LIBRARY.print(P::NAME, method, tol, outcome);
    }
}

struct DifferentialEquations;

/// One method with its tolerances.
macro_rules! curves {
    ($problem:ty, $n:expr, $($method:ident),*) => {
        $(curve::<$problem, _, $n>(stringify!($method), |tol| {
            ExplicitRungeKutta::$method().rtol(tol).atol(tol).max_steps(10_000_000)
        });)*
    };
}

impl Visit for DifferentialEquations {
    fn visit<P: Problem<N>, const N: usize>(&mut self) {
        curves!(P, N, dopri5, dop853, rkv655e, rkv766e, rkv877e, rkv988e);
    }
}

fn main() {
    each(&mut DifferentialEquations);
}
