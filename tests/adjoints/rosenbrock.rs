//! Discrete adjoints of Rosenbrock methods, and the second derivatives that they take.

use crate::common::frozen_grid::{check, grid, inside, weight};
use crate::common::gradient::{gradient, landing_on};
use crate::common::relative_error;
use nalgebra::{DVector, SVector, Vector2, Vector3, dvector, vector};
use rheos::adjoint::Checkpoints;
use rheos::dynamics::problems::stiff::Robertson;
use rheos::dynamics::{GenericSplit, Jacobian, Neighbourhood, SecondOrderVjp};
use rheos::solver::StepVjp;
use rheos::solver::implicit::Krylov;
use rheos::solver::rosenbrock::{Rodas3, Rodas4, Rodas4P, Ros3, Ros3P};
use rheos::state::{MatrixOf, MatrixSpace};
use rheos::{
    Autodiff, Differentiable, DiscreteAdjoint, Dynamics, GenericDynamics, Parametric, Pid, RadauIIA5, Rodas5P, Scalar,
    ode,
};

/// Lotka and Volterra's predators and prey in a year with seasons, whose births and deaths follow a law that is not
/// polynomial.
#[derive(Clone, Copy)]
struct Seasons;

type Model = Autodiff<Seasons, 2, 5>;

impl GenericDynamics<2, 5> for Seasons {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 5>) -> SVector<T, 2> {
        let growth = p[0] * (p[3] * (p[4] * t).cos() + 1.0);
        let eaten = p[1] * y[0] * y[1] / (y[0] * 0.4 + 1.0);
        vector![growth * y[0] - eaten, eaten - p[2] * y[1] * (y[1] * 0.2 + t * 0.1).exp()]
    }
}

fn model() -> (Model, Vector2<f64>) {
    (Autodiff::new(Seasons, vector![1.5, 1.3, 1.1, 0.3, 2.1]), vector![1.0, 1.2])
}

fn check_on_frozen_grid<F, S>(f: &F, y0: &F::State, solver: S, tolerance: f64)
where
    F: Differentiable<State: std::fmt::Debug> + Clone,
    S: StepVjp<F> + Clone,
{
    let forwards = grid(0.0, 4.0, 20);
    // Two outputs in one step, and one at its end.
    let times = [0.0, inside(&forwards, 9, 0.3), inside(&forwards, 9, 0.7), forwards[12], 4.0];
    check(f, y0, (&forwards, &times), &solver, &DiscreteAdjoint::new(), tolerance);
    check(f, y0, (&forwards, &times), &solver, &DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3)), tolerance);
    let backwards = grid(0.5, 0.2, 5);
    let times = [0.5, inside(&backwards, 1, 0.5), inside(&backwards, 3, 0.4), 0.2];
    check(f, y0, (&backwards, &times), &solver, &DiscreteAdjoint::new(), tolerance);
}

#[test]
fn gradients_are_the_derivatives_of_the_solve_on_its_frozen_grid() {
    let (f, y0) = model();
    check_on_frozen_grid(&f, &y0, Ros3P, 1e-11);
    check_on_frozen_grid(&f, &y0, Ros3, 1e-11);
    check_on_frozen_grid(&f, &y0, Rodas3, 1e-11);
    check_on_frozen_grid(&f, &y0, Rodas4, 1e-11);
    check_on_frozen_grid(&f, &y0, Rodas4P, 1e-11);
    check_on_frozen_grid(&f, &y0, Rodas5P, 1e-11);
}

/// The derivative in time is a difference there, and is not differentiated itself.
#[test]
fn without_a_matrix_it_is_exact_up_to_the_linear_systems() {
    let (f, y0) = model();
    check_on_frozen_grid(&f, &y0, Rodas4.with(Krylov::new().exact()), 1e-8);
}

/// A model whose second derivatives are the provided ones.
#[derive(Clone, Copy)]
struct ByDifferences<F>(F);

impl<F: Dynamics> Dynamics for ByDifferences<F> {
    type State = F::State;
    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        self.0.eval(t, y, dy);
    }
}

impl<F: Parametric> Parametric for ByDifferences<F> {
    type Params = F::Params;
    fn params(&self) -> F::Params {
        self.0.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.0.set_params(params);
    }
}

impl<F: Differentiable> Differentiable for ByDifferences<F> {
    type Trace = ();
    fn vjp(&self, t: f64, y: &F::State, w: &F::State, ybar: &mut F::State, pbar: &mut F::Params) -> f64 {
        self.0.vjp(t, y, w, ybar, pbar)
    }
}

impl<F: Jacobian> Jacobian for ByDifferences<F>
where
    F::State: MatrixSpace,
{
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<F::State>) -> MatrixOf<F::State> {
        self.0.jacobian(t, y, near)
    }
    fn time_derivative(&self, t: f64, y: &F::State, near: Neighbourhood<F::State>, out: &mut F::State) {
        self.0.time_derivative(t, y, near, out);
    }
}

impl<F: Differentiable> SecondOrderVjp for ByDifferences<F> {}

/// What `vjp_along` finds at one point: for the state, for the parameters, and for the time.
fn along<F: SecondOrderVjp<State = Vector2<f64>>>(f: &F) -> (Vector2<f64>, F::Params, f64) {
    let (y, v, w) = (vector![1.0, 1.2], vector![0.3, -0.4], vector![0.7, 1.1]);
    let (mut ybar, mut pbar) = (Vector2::zeros(), rheos::State::zeros_like(&f.params()));
    let time = f.vjp_along(0.6, &y, (&v, 0.2), &w, &mut ybar, &mut pbar);
    (ybar, pbar, time)
}

#[test]
fn second_derivatives_by_differences_are_those_of_dual_numbers() {
    let (f, _) = model();
    let (exact, found) = (along(&f), along(&ByDifferences(f)));
    assert!(relative_error(found.0.as_slice(), exact.0.as_slice()) < 1e-12, "{found:?} {exact:?}");
    assert!(relative_error(found.1.as_slice(), exact.1.as_slice()) < 1e-12, "{found:?} {exact:?}");
    assert!((found.2 / exact.2 - 1.0).abs() < 1e-12, "{found:?} {exact:?}");

    let split = GenericSplit::new(f, f);
    let twice = along(&split);
    assert!(relative_error(twice.0.as_slice(), (2.0 * exact.0).as_slice()) < 1e-14);
    assert!(relative_error(twice.1.1.as_slice(), exact.1.as_slice()) < 1e-14);
    assert!((twice.2 / exact.2 - 2.0).abs() < 1e-14);

    let (f, y0) = model();
    // Differences that look ahead only leave some 1200 units of rounding in each of 480 stages.
    check_on_frozen_grid(&ByDifferences(f), &y0, Rodas5P, 5e-11);
}

/// `y₁' = p t y₁ y₂²`, `y₂' = p sin(t y₁)`.
#[derive(Clone, Copy)]
struct ByHand;

impl GenericDynamics<2, 1> for ByHand {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 1>) -> SVector<T, 2> {
        vector![p[0] * t * y[0] * y[1] * y[1], p[0] * (t * y[0]).sin()]
    }
}

#[test]
fn second_derivatives_are_those_by_hand() {
    let (p, t, y, v, tau, w) = (1.7_f64, 0.6_f64, [1.0, 1.2], [0.3, -0.4], 0.2, [0.7, 1.1]);
    let (found, params, time) = along(&Autodiff::new(ByHand, vector![p]));
    let (sin, cos) = (t * y[0]).sin_cos();
    // The pullback of w is ȳ₁ = w₁ p t y₂² + w₂ p t cos(t y₁), ȳ₂ = 2 w₁ p t y₁ y₂, p̄ = w₁ t y₁ y₂² + w₂ sin(t y₁),
    // t̄ = w₁ p y₁ y₂² + w₂ p y₁ cos(t y₁).
    let phase = tau * y[0] + t * v[0];
    let y1 = w[0] * p * (tau * y[1] * y[1] + 2.0 * t * y[1] * v[1]) + w[1] * p * (tau * cos - t * sin * phase);
    let y2 = 2.0 * w[0] * p * (tau * y[0] * y[1] + t * v[0] * y[1] + t * y[0] * v[1]);
    let moved = y[0] * y[1] * y[1] * tau + t * v[0] * y[1] * y[1] + 2.0 * t * y[0] * y[1] * v[1];
    let pbar = w[0] * moved + w[1] * cos * phase;
    let tbar =
        w[0] * p * (v[0] * y[1] * y[1] + 2.0 * y[0] * y[1] * v[1]) + w[1] * p * (v[0] * cos - y[0] * sin * phase);
    for (found, expected) in [(found[0], y1), (found[1], y2), (params[0], pbar), (time, tbar)] {
        assert!((found - expected).abs() < 1e-14, "{found} {expected}");
    }
}

/// A closure with a pullback has an exact Jacobian, and second derivatives by differences.
#[test]
fn closures_with_a_pullback_have_exact_gradients_too() {
    let f = ode(|t: f64, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy[0] = -3.0 * (y[0] - t.cos()) + y[1] * y[0];
        dy[1] = (y[0] - y[1]).sin() * t;
    })
    .with_vjp(|t: f64, y, w, ybar| {
        let slope = (y[0] - y[1]).cos() * t;
        ybar[0] += w[0] * (y[1] - 3.0) + w[1] * slope;
        ybar[1] += w[0] * y[0] - w[1] * slope;
        -3.0 * t.sin() * w[0] + (y[0] - y[1]).sin() * w[1]
    });
    check_on_frozen_grid(&f, &dvector![1.0, 0.4], Rodas5P, 1e-11);
    check_on_frozen_grid(&f, &dvector![1.0, 0.4], Ros3P, 1e-11);
}

/// If steps are short on the time scale of the solution, all methods have the gradient of the solution.
#[test]
fn on_robertsons_reaction_it_is_the_gradient_of_radau() {
    let (f, y0) = Robertson::problem();
    let times = [0.0, 4.0, 40.0];
    let loss = |y: &[Vector3<f64>]| (0..y.len()).map(|i| weight(&y0, i)).collect::<Vec<_>>();
    let control = Pid::tolerance(1e-10).atol(1e-14);
    let expected = gradient(landing_on(&f, &y0, &times), RadauIIA5, control, DiscreteAdjoint::new(), loss).unwrap();
    let scaled = |bar: SVector<f64, 3>| bar.component_mul(&f.params());
    for found in [
        gradient(landing_on(&f, &y0, &times), Rodas5P, control, DiscreteAdjoint::new(), loss).unwrap(),
        gradient(landing_on(&f, &y0, &times), Rodas4P, control, DiscreteAdjoint::new(), loss).unwrap(),
    ] {
        assert!(relative_error(found.y0.as_slice(), expected.y0.as_slice()) < 1e-8);
        assert!(relative_error(scaled(found.params).as_slice(), scaled(expected.params).as_slice()) < 1e-8);
        assert!(relative_error(&found.times, &expected.times) < 1e-8);
    }
}
