//! The implicit methods of differential-equations on the stiff problems, with arrays as states and exact Jacobians, which are
//! dense.

use std::marker::PhantomData;

use differential_equations::linalg::Matrix;
use differential_equations::ode::{ODE, OrdinaryNumericalMethod};
use differential_equations::prelude::{
    BackwardDifferentiationFormula, DiagonallyImplicitRungeKutta, IVP, ImplicitRungeKutta, Interpolation,
};
use nalgebra::Const;
use rheos::state::SquareDim;
use rheos_peers::clock::Library;
use rheos_peers::limits::{Watch, stiff_curve};
use rheos_peers::stiff::{StiffProblem, VisitStiff, each_stiff};

const LIBRARY: Library = Library { name: "differential-equations", version: "0.7.0" };

struct Field<'w, P>(&'w Watch, PhantomData<P>);

impl<P: StiffProblem<N>, const N: usize> ODE<f64, [f64; N]> for Field<'_, P> {
    #[inline]
    fn diff(&self, _t: f64, y: &[f64; N], dy: &mut [f64; N]) {
        self.0.evaluated::<N>();
        P::rhs(y, dy);
    }

    fn jacobian(&self, _t: f64, y: &[f64; N], matrix: &mut Matrix<f64>) {
        self.0.look();
        matrix.fill(0.0);
        P::entries(y, |i, j, x| matrix[(i, j)] = x);
    }
}

/// The work–precision curve of one method.
fn curve<P, M, const N: usize>(method: &str, build: impl Fn(f64) -> M + Copy + 'static)
where
    P: StiffProblem<N>,
    M: OrdinaryNumericalMethod<f64, [f64; N]> + Interpolation<f64, [f64; N]>,
{
    stiff_curve::<P, N>(LIBRARY, method, move |tol, watch| {
        let field = Field::<P>(watch, PhantomData);
        let solution = IVP::ode(&field, 0.0, P::END, P::start()).method(build(tol)).solve();
        let solution = solution.map_err(|error| reason(&format!("{error:?}")))?;
        Ok(solution.y.last().map_or_else(Vec::new, |y| y.to_vec()))
    });
}

/// The reason of an error, without the state.
fn reason(error: &str) -> String {
    error.split(" at (").next().unwrap_or_default().into()
}

struct DifferentialEquations;

/// A method with its tolerances. They are vectors, since `radau5` of 0.7.0 transforms a scalar once for each component.
/// By default a method gives up after a few rejected steps.
macro_rules! set {
    ($method:expr, $tol:expr) => {
        $method.rtol([$tol; N]).atol([$tol * <P as StiffProblem<N>>::SCALE; N]).max_steps(10_000_000)
    };
    ($method:expr, $tol:expr, rejects) => {
        set!($method, $tol).max_rejects(1_000_000)
    };
}

/// All methods, on dense matrices.
fn curves<P: StiffProblem<N>, const N: usize>() {
    curve::<P, _, N>("radau5", |tol| set!(ImplicitRungeKutta::radau5(), tol, rejects));
    curve::<P, _, N>("kvaerno423", |tol| set!(DiagonallyImplicitRungeKutta::kvaerno423(), tol, rejects));
    curve::<P, _, N>("kvaerno745", |tol| set!(DiagonallyImplicitRungeKutta::kvaerno745(), tol, rejects));
    curve::<P, _, N>("bdf", |tol| set!(BackwardDifferentiationFormula::adaptive(), tol));
}

impl VisitStiff for DifferentialEquations {
    fn small<P: StiffProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim,
    {
        curves::<P, N>();
    }

    fn banded<P: StiffProblem<N>, const N: usize>(&mut self) {
        curves::<P, N>();
    }
}

fn main() {
    each_stiff(&mut DifferentialEquations);
}
