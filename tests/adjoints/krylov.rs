//! Discrete adjoints of collocation methods without a matrix, and with preconditioners.

use crate::common::frozen_grid::{check, grid, inside};
use crate::common::gradient::{gradient, over};
use crate::common::relative_error;
use crate::common::seasons::model;
use nalgebra::{DVector, dvector};
use rheos::dynamics::{Counted, Jacobian};
use rheos::solver::implicit::{BlockDiagonal, GaussLegendre4, Krylov, Kvaerno3, RadauIIA3, RadauIIA9};
use rheos::solver::{Embedded, StepVjp};
use rheos::{Bdf, Differentiable, DiscreteAdjoint, Dynamics, Parametric, Pid, RadauIIA5};

fn check_on_frozen_grid<F, S>(f: &F, y0: &F::State, solver: S, tolerance: f64)
where
    F: Differentiable<State: std::fmt::Debug> + Clone,
    S: StepVjp<F> + Clone,
{
    let forwards = grid(0.0, 2.0, 10);
    let times = [0.0, inside(&forwards, 5, 0.3), forwards[7], 2.0];
    check(f, y0, (&forwards, &times), &solver, &DiscreteAdjoint::new(), tolerance);
    let backwards = grid(0.5, 0.2, 5);
    let times = [0.5, inside(&backwards, 1, 0.5), inside(&backwards, 3, 0.4), 0.2];
    check(f, y0, (&backwards, &times), &solver, &DiscreteAdjoint::new(), tolerance);
}

#[test]
fn gradients_of_collocation_are_the_derivatives_of_the_solve_on_its_frozen_grid() {
    let (f, y0) = model();
    let krylov = Krylov::new();
    check_on_frozen_grid(&f, &y0, RadauIIA3.with(krylov), 1e-10);
    check_on_frozen_grid(&f, &y0, RadauIIA5.with(krylov), 1e-10);
    check_on_frozen_grid(&f, &y0, RadauIIA5.with(krylov.exact()), 1e-10);
    check_on_frozen_grid(&f, &y0, RadauIIA9.with(krylov), 1e-10);
    check_on_frozen_grid(&f, &y0, GaussLegendre4.with(krylov), 1e-10);
    check_on_frozen_grid(&f, &y0, RadauIIA5.with(krylov.preconditioned(BlockDiagonal::new(1))), 1e-10);
    check_on_frozen_grid(&f, &y0, RadauIIA5.with(krylov.preconditioned(BlockDiagonal::new(2))), 1e-10);
    check_on_frozen_grid(&f, &y0, Kvaerno3.with(krylov.preconditioned(BlockDiagonal::new(1))), 1e-10);
    check_on_frozen_grid(&f, &y0, Kvaerno3.with(krylov.preconditioned(BlockDiagonal::new(2))), 1e-10);
}

/// Oscillators `y' = (−kₙ, ω; −ω, −kₙ) y − d y³`, `kₙ` up to 10⁴, in pairs that weakly see their left neighbour.
#[derive(Clone)]
struct Pairs {
    omega: f64,
    damping: f64,
}

const PAIRS: usize = 20;

fn rate(k: usize) -> f64 {
    10_f64.powf(4.0 * k as f64 / (PAIRS - 1) as f64)
}

impl Dynamics for Pairs {
    type State = DVector<f64>;
    fn eval(&self, _: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        for k in 0..PAIRS {
            let (a, b) = (y[2 * k], y[2 * k + 1]);
            let left = if k > 0 { 0.1 * y[2 * k - 2] } else { 0.0 };
            let fast = rate(k);
            dy[2 * k] = fast * (self.omega * b - a) - self.damping * a.powi(3) + left;
            dy[2 * k + 1] = fast * (-self.omega * a - b);
        }
    }
}

impl Parametric for Pairs {
    type Params = DVector<f64>;
    fn params(&self) -> DVector<f64> {
        dvector![self.omega, self.damping]
    }
    fn set_params(&mut self, p: &DVector<f64>) {
        (self.omega, self.damping) = (p[0], p[1]);
    }
}

impl Differentiable for Pairs {
    type Trace = ();
    fn vjp(&self, _: f64, y: &DVector<f64>, w: &DVector<f64>, ybar: &mut DVector<f64>, pbar: &mut DVector<f64>) -> f64 {
        for k in 0..PAIRS {
            let (a, b, fast) = (y[2 * k], y[2 * k + 1], rate(k));
            let (u, v) = (w[2 * k], w[2 * k + 1]);
            ybar[2 * k] += -fast * u - 3.0 * self.damping * a * a * u - fast * self.omega * v;
            ybar[2 * k + 1] += fast * self.omega * u - fast * v;
            if k > 0 {
                ybar[2 * k - 2] += 0.1 * u;
            }
            pbar[0] += fast * (b * u - a * v);
            pbar[1] -= a.powi(3) * u;
        }
        0.0
    }
}

impl Jacobian for Pairs {}

/// The gradient of a solve, with the number of pullbacks.
fn found<S: StepVjp<Counted<Pairs>> + Embedded<Counted<Pairs>>>(solver: S, tolerance: f64) -> (Vec<f64>, u64) {
    let f = Counted::new(Pairs { omega: 0.7, damping: 0.3 });
    let y0 = DVector::from_fn(2 * PAIRS, |i, _| 1.0 + 0.5 * (i as f64).sin());
    let times = [0.0, 0.4, 1.0];
    let loss = |y: &[DVector<f64>]| y.iter().map(|y| y.map(|y| 1.0 + y)).collect();
    let found =
        gradient(over(&f, &y0, &times), solver, Pid::tolerance(tolerance), DiscreteAdjoint::new(), loss).unwrap();
    ([found.y0.as_slice(), found.params.as_slice()].concat(), f.pullbacks())
}

#[test]
fn a_preconditioner_saves_pullbacks_and_changes_no_gradient() {
    let krylov = Krylov::new();
    let blocks = krylov.preconditioned(BlockDiagonal::new(2));
    let (expected, _) = found(RadauIIA5, 1e-8);
    for (name, (plain, without), (by_blocks, with)) in [
        ("RadauIIA5", found(RadauIIA5.with(krylov), 1e-6), found(RadauIIA5.with(blocks), 1e-6)),
        ("Kvaerno3", found(Kvaerno3.with(krylov), 1e-6), found(Kvaerno3.with(blocks), 1e-6)),
        ("Bdf", found(Bdf.with(krylov), 1e-6), found(Bdf.with(blocks), 1e-6)),
    ] {
        let errors = [relative_error(&plain, &expected), relative_error(&by_blocks, &expected)];
        assert!(errors.iter().all(|&error| error < 1e-4), "{name}: {errors:?}");
        assert!(3 * with < 2 * without, "{name}: {with} pullbacks, {without} without the preconditioner");
    }
}
