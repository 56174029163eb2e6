//! Gradients through banded and sparse linear solvers.

use nalgebra::DVector;
use rheos::dynamics::{Jacobian, SecondOrderVjp};
#[cfg(feature = "sparse")]
use rheos::solver::implicit::Sparse;
use rheos::solver::implicit::{
    Banded, Krylov, RadauIIA3, RadauIIA9, Sdirk4, TransposedComplexSolver, TransposedSolver,
};
use rheos::solver::rosenbrock::Rodas4;
#[cfg(feature = "sparse")]
use rheos::state::Pattern;
use rheos::{Bdf, Differentiable, DiscreteAdjoint, Dynamics, Parametric, RadauIIA5, State};

use crate::common::frozen_grid::{check, grid, inside};

/// Diffusion along a chain with a nonlinear loss: `dyᵢ = d (yᵢ₋₁ − 2 yᵢ + yᵢ₊₁) − k yᵢ³ + cos t`, with `θ = (d, k)`.
#[derive(Clone)]
struct Chain {
    theta: DVector<f64>,
}

impl Chain {
    const N: usize = 6;

    fn problem() -> (Self, DVector<f64>) {
        let theta = DVector::from_column_slice(&[8.0, 1.5]);
        (Self { theta }, DVector::from_fn(Self::N, |i, _| 1.0 + 0.3 * (i as f64).sin()))
    }
}

fn neighbours(y: &DVector<f64>, i: usize) -> f64 {
    let at = |j: usize| y.get(j).copied().unwrap_or(0.0);
    at(i.wrapping_sub(1)) - 2.0 * y[i] + at(i + 1)
}

impl Dynamics for Chain {
    type State = DVector<f64>;
    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        for i in 0..Self::N {
            dy[i] = self.theta[0] * neighbours(y, i) - self.theta[1] * y[i].powi(3) + t.cos();
        }
    }
}

impl Parametric for Chain {
    type Params = DVector<f64>;
    fn params(&self) -> DVector<f64> {
        self.theta.clone()
    }
    fn set_params(&mut self, params: &DVector<f64>) {
        self.theta.assign(params);
    }
}

impl Differentiable for Chain {
    type Trace = ();
    fn vjp(&self, t: f64, y: &DVector<f64>, w: &DVector<f64>, ybar: &mut DVector<f64>, pbar: &mut DVector<f64>) -> f64 {
        for i in 0..Self::N {
            // The matrix of the differences is symmetric.
            ybar[i] += self.theta[0] * neighbours(w, i) - 3.0 * self.theta[1] * y[i] * y[i] * w[i];
            pbar[0] += w[i] * neighbours(y, i);
            pbar[1] -= w[i] * y[i].powi(3);
        }
        -t.sin() * w.sum()
    }
}

impl SecondOrderVjp for Chain {}

/// By coloured differences.
impl Jacobian for Chain {}

fn check_with<L>(linear: &L)
where
    L: TransposedSolver<Chain> + TransposedComplexSolver<Chain>,
{
    let (f, y0) = Chain::problem();
    let steps = grid(0.0, 1.0, 12);
    let times = [0.0, inside(&steps, 4, 0.4), steps[7], 1.0];
    let adjoint = DiscreteAdjoint::new();
    let at = (&steps[..], &times[..]);
    check(&f, &y0, at, &Sdirk4.with(linear.clone()), &adjoint, 1e-9);
    check(&f, &y0, at, &Bdf.with(linear.clone()), &adjoint, 1e-9);
    check(&f, &y0, at, &RadauIIA3.with(linear.clone()), &adjoint, 1e-9);
    check(&f, &y0, at, &RadauIIA5.with(linear.clone()), &adjoint, 1e-9);
    check(&f, &y0, at, &RadauIIA9.with(linear.clone()), &adjoint, 1e-9);
}

#[test]
fn gradients_are_the_derivatives_of_the_solve_on_its_frozen_grid() {
    check_with(&Banded::new(1, 1));
    #[cfg(feature = "sparse")]
    check_with(&Sparse::new(Pattern::banded(Chain::N, 1, 1)));
}

#[test]
fn rosenbrock_steps_are_as_exact_as_their_jacobian() {
    let (f, y0) = Chain::problem();
    let steps = grid(0.0, 1.0, 12);
    check(&f, &y0, (&steps, &[0.0, 1.0]), &Rodas4.with(Banded::new(1, 1)), &DiscreteAdjoint::new(), 1e-7);
}

#[test]
fn a_banded_preconditioner_does_not_change_a_gradient() {
    let (f, y0) = Chain::problem();
    let steps = grid(0.0, 1.0, 12);
    let krylov = Krylov::new().preconditioned(Banded::new(1, 1));
    check(&f, &y0, (&steps, &[0.0, 1.0]), &Bdf.with(krylov), &DiscreteAdjoint::new(), 1e-7);
    check(&f, &y0, (&steps, &[0.0, 1.0]), &Sdirk4.with(krylov), &DiscreteAdjoint::new(), 1e-7);
}
