//! rheos on the stiff problems, with exact Jacobians.

use std::marker::PhantomData;

use nalgebra::{Const, DMatrix, DVector, SMatrix, SVector};
use rheos::dynamics::{Jacobian, Jvp, Neighbourhood};
use rheos::solver::implicit::{Esdirk547, Krylov, Kvaerno3, RadauIIA9, TrBdf2};
use rheos::solver::rosenbrock::Rodas4P;
use rheos::solver::{DefaultSolver, Embedded};
use rheos::state::SquareDim;
use rheos::{Bdf, Dynamics, Pid, RadauIIA5, Rodas5P, solve};
use rheos_peers::clock::Library;
use rheos_peers::limits::{Watch, stiff_curve};
use rheos_peers::stiff::{StiffProblem, VisitStiff, each_stiff};

const RHEOS: Library = Library { name: "rheos", version: "0.1.0" };

/// A problem with states of its size.
struct Small<'w, P, const N: usize>(&'w Watch, PhantomData<P>);

impl<P: StiffProblem<N>, const N: usize> Dynamics for Small<'_, P, N> {
    type State = SVector<f64, N>;
    #[inline]
    fn eval(&self, _t: f64, y: &SVector<f64, N>, dy: &mut SVector<f64, N>) {
        self.0.evaluated::<N>();
        P::rhs(&y.data.0[0], &mut dy.data.0[0]);
    }
}

impl<P: StiffProblem<N>, const N: usize> Jacobian for Small<'_, P, N>
where
    Const<N>: SquareDim,
{
    fn jacobian(&self, _: f64, y: &SVector<f64, N>, _: Neighbourhood<'_, SVector<f64, N>>) -> SMatrix<f64, N, N> {
        let mut matrix = SMatrix::zeros();
        P::entries(&y.data.0[0], |i, j, x| matrix[(i, j)] = x);
        matrix
    }
    fn time_derivative(
        &self,
        _: f64,
        _: &SVector<f64, N>,
        _: Neighbourhood<'_, SVector<f64, N>>,
        out: &mut SVector<f64, N>,
    ) {
        out.fill(0.0);
    }
}

/// A problem with states on the heap.
struct Large<'w, P, const N: usize>(&'w Watch, PhantomData<P>);

/// The first `N` components.
fn array<const N: usize>(y: &DVector<f64>) -> &[f64; N] {
    y.as_slice().first_chunk().expect("a state of the problem")
}

impl<P: StiffProblem<N>, const N: usize> Dynamics for Large<'_, P, N> {
    type State = DVector<f64>;
    #[inline]
    fn eval(&self, _t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.0.evaluated::<N>();
        P::rhs(array(y), dy.as_mut_slice().first_chunk_mut().expect("a state of the problem"));
    }
}

impl<P: StiffProblem<N>, const N: usize> Jacobian for Large<'_, P, N> {
    fn jacobian(&self, _: f64, y: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>) -> DMatrix<f64> {
        self.0.look();
        let mut matrix = DMatrix::zeros(N, N);
        P::entries(array::<N>(y), |i, j, x| matrix[(i, j)] = x);
        matrix
    }
    fn time_derivative(&self, _: f64, _: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>, out: &mut DVector<f64>) {
        out.fill(0.0);
    }
}

impl<P: StiffProblem<N>, const N: usize> Jvp for Large<'_, P, N> {
    fn jvp(&self, _: f64, y: &DVector<f64>, v: &DVector<f64>, out: &mut DVector<f64>) {
        out.fill(0.0);
        P::entries(array::<N>(y), |i, j, x| out[i] += x * v[j]);
    }
}

/// One solve.
fn to_end<F: Dynamics, S: Embedded<F>>(
    f: &F,
    y0: F::State,
    end: f64,
    solver: S,
    control: Pid,
) -> Result<F::State, String> {
    solve(f, y0, 0.0..end, solver, control)
        .map(|solution| solution.last().clone())
        .map_err(|failure| failure.error.to_string())
}

fn tolerance<P: StiffProblem<N>, const N: usize>(rtol: f64) -> Pid {
    Pid::tolerance(rtol).atol(rtol * P::SCALE)
}

struct Rheos;

/// A curve for each method.
macro_rules! curves {
    ($field:ident, $start:expr, $($name:literal => $method:expr),* $(,)?) => {
        $(stiff_curve::<P, N>(RHEOS, $name, |tol, watch| {
            let field = $field::<P, N>(watch, PhantomData);
            to_end(&field, $start, P::END, $method, tolerance::<P, N>(tol)).map(|y| y.as_slice().to_vec())
        });)*
    };
}

impl VisitStiff for Rheos {
    /// A new method is one line here.
    fn small<P: StiffProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim,
    {
        curves!(Small, SVector::from(P::start()),
            "Rodas4P" => Rodas4P,
            "Rodas5P" => Rodas5P,
            "RadauIIA5" => RadauIIA5,
            "RadauIIA9" => RadauIIA9,
            "Esdirk547" => Esdirk547,
            "Kvaerno3" => Kvaerno3,
            "TrBdf2" => TrBdf2,
            "Bdf" => Bdf,
            "DefaultSolver" => DefaultSolver::default(),
        );
    }

    /// Without a matrix, and with a dense one if it is small. A new linear solver is one line here.
    fn banded<P: StiffProblem<N>, const N: usize>(&mut self) {
        curves!(Large, DVector::from_column_slice(&P::start()),
            "Bdf, Krylov" => Bdf.with(Krylov::new().exact()),
            "Kvaerno3, Krylov" => Kvaerno3.with(Krylov::new().exact()),
            "TrBdf2, Krylov" => TrBdf2.with(Krylov::new().exact()),
            "Esdirk547, Krylov" => Esdirk547.with(Krylov::new().exact()),
        );
        // A factorisation of a thousand equations takes longer than a whole solve above.
        if N <= 100 {
            curves!(Large, DVector::from_column_slice(&P::start()),
                "Bdf, dense" => Bdf,
                "Rodas5P, dense" => Rodas5P,
                "RadauIIA5, dense" => RadauIIA5,
                "RadauIIA9, dense" => RadauIIA9,
                "DefaultSolver, dense" => DefaultSolver::default(),
            );
        }
    }
}

fn main() {
    each_stiff(&mut Rheos);
}
