//! Discrete adjoints of additive methods.

use crate::common::frozen_grid::{check, grid, inside, weight};
use crate::common::gradient::{gradient, landing_on};
use crate::common::relative_error;
use nalgebra::{SVector, Vector2, vector};
use rheos::adjoint::Checkpoints;
use rheos::dynamics::{GenericSplit, Split, SplitVjp};
use rheos::solver::StepVjp;
use rheos::solver::implicit::{Ars222, Ars443, ImexEuler, KenCarp3, KenCarp4, KenCarp5, Krylov};
use rheos::{
    Autodiff, Differentiable, DiscreteAdjoint, Dynamics, GenericDynamics, Parametric, Pid, RadauIIA5, Scalar, verify,
};

/// A swing that is pushed: the part that is not stiff.
#[derive(Clone, Copy)]
struct Push;

impl GenericDynamics<2, 3> for Push {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        vector![p[0] * (p[1] * t).cos() + y[1], y[0].sin() * p[2] + t.sin() * y[1]]
    }
}

/// A damping that grows with the state and turns with time: the stiff part.
#[derive(Clone, Copy)]
struct Damping;

impl GenericDynamics<2, 2> for Damping {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        let turn = (p[1] * t).sin();
        vector![turn * y[1] - p[0] * y[0] * (y[1] * y[1] + 1.0), -turn * y[0] - p[0] * y[1] * (y[0] * 0.3 + 1.0)]
    }
}

type Model = GenericSplit<Autodiff<Push, 2, 3>, Autodiff<Damping, 2, 2>>;

fn model(damping: f64) -> (Model, Vector2<f64>) {
    let push = Autodiff::new(Push, vector![1.5, 2.1, -0.8]);
    let damping = Autodiff::new(Damping, vector![damping, 1.7]);
    (GenericSplit::new(push, damping), vector![1.0, 0.6])
}

fn check_on_frozen_grid<S: StepVjp<Model> + Clone>(solver: S) {
    let (f, y0) = model(6.0);
    let forwards = grid(0.0, 4.0, 20);
    // Two outputs in one step, and one at its end.
    let times = [0.0, inside(&forwards, 9, 0.3), inside(&forwards, 9, 0.7), forwards[12], 4.0];
    check(&f, &y0, (&forwards, &times), &solver, &DiscreteAdjoint::new(), 1e-11);
    check(&f, &y0, (&forwards, &times), &solver, &DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3)), 1e-11);
    // Backwards, damped components grow.
    let (f, y0) = model(1.0);
    let backwards = grid(0.5, 0.2, 5);
    let times = [0.5, inside(&backwards, 1, 0.5), inside(&backwards, 3, 0.4), 0.2];
    check(&f, &y0, (&backwards, &times), &solver, &DiscreteAdjoint::new(), 1e-11);
}

#[test]
fn gradients_are_the_derivatives_of_the_solve_on_its_frozen_grid() {
    check_on_frozen_grid(ImexEuler);
    check_on_frozen_grid(Ars222);
    check_on_frozen_grid(Ars443);
    check_on_frozen_grid(KenCarp3);
    check_on_frozen_grid(KenCarp4);
    check_on_frozen_grid(KenCarp5);
    check_on_frozen_grid(KenCarp4.with(Krylov::new().exact()));
}

#[test]
fn the_pullback_of_a_split_field_is_that_of_the_sum() {
    let (mut f, y) = model(6.0);
    assert!(verify::vjp(&mut f, 0.7, &y).passed());
    let w = vector![0.3, -1.1];
    let (mut ybar, mut parts) = ((Vector2::zeros(), no_params()), (Vector2::zeros(), no_params()));
    let time = f.vjp(0.7, &y, &w, &mut ybar.0, &mut ybar.1);
    let explicit = f.explicit_vjp(0.7, &y, &w, &mut parts.0, &mut parts.1);
    assert_eq!(parts.1.1, Vector2::zeros(), "the explicit part has no parameters of the implicit one");
    let implicit = f.implicit_vjp(0.7, &y, &w, &mut parts.0, &mut parts.1);
    assert_eq!((ybar, time), (parts, explicit + implicit));
}

fn no_params() -> (SVector<f64, 3>, SVector<f64, 2>) {
    (SVector::zeros(), SVector::zeros())
}

/// `y' = p₁ cos(p₂ t) y + stiff(t, y)`, where the parameters of the stiff part are in the other as well.
#[derive(Clone)]
struct Shared {
    stiff: Autodiff<Damping, 2, 2>,
}

impl Dynamics for Shared {
    type State = Vector2<f64>;
    fn eval(&self, t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        self.stiff.eval(t, y, dy);
        let mut term = Vector2::zeros();
        self.eval_explicit(t, y, &mut term);
        *dy += term;
    }
}

impl Split for Shared {
    type Implicit = Autodiff<Damping, 2, 2>;
    fn eval_explicit(&self, t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        let p = self.params();
        *dy = p[0] * (p[1] * t).cos() * y;
    }
    fn implicit(&self) -> &Self::Implicit {
        &self.stiff
    }
}

impl Parametric for Shared {
    type Params = Vector2<f64>;
    fn params(&self) -> Vector2<f64> {
        self.stiff.params()
    }
    fn set_params(&mut self, params: &Vector2<f64>) {
        self.stiff.set_params(params);
    }
}

impl Differentiable for Shared {
    type Trace = ();
    fn vjp(&self, t: f64, y: &Vector2<f64>, w: &Vector2<f64>, ybar: &mut Vector2<f64>, pbar: &mut Vector2<f64>) -> f64 {
        self.vjp_parts(t, y, w, ybar, pbar)
    }
}

impl SplitVjp for Shared {
    fn explicit_vjp(
        &self,
        t: f64,
        y: &Vector2<f64>,
        w: &Vector2<f64>,
        ybar: &mut Vector2<f64>,
        pbar: &mut Vector2<f64>,
    ) -> f64 {
        let p = self.params();
        let (sin, cos) = (p[1] * t).sin_cos();
        *ybar += p[0] * cos * w;
        *pbar += vector![cos, -p[0] * t * sin] * w.dot(y);
        -p[0] * p[1] * sin * w.dot(y)
    }

    fn implicit_vjp(
        &self,
        t: f64,
        y: &Vector2<f64>,
        w: &Vector2<f64>,
        ybar: &mut Vector2<f64>,
        pbar: &mut Vector2<f64>,
    ) -> f64 {
        self.stiff.vjp(t, y, w, ybar, pbar)
    }
}

#[test]
fn parts_may_share_their_parameters() {
    let f = Shared { stiff: Autodiff::new(Damping, vector![3.0, 1.7]) };
    let grid = grid(0.0, 2.0, 15);
    let times = [0.0, inside(&grid, 7, 0.4), 2.0];
    check(&f, &vector![1.0, 0.6], (&grid, &times), &KenCarp3, &DiscreteAdjoint::new(), 1e-11);
}

/// Van der Pol's oscillator `y₁' = y₂`, `y₂' = μ ((1 − y₁²) y₂ − b y₁)`: the first equation.
#[derive(Clone, Copy)]
struct Position;

impl GenericDynamics<2, 1> for Position {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, p: &SVector<T, 1>) -> SVector<T, 2> {
        vector![p[0] * y[1], T::from(0.0)]
    }
}

/// The second.
#[derive(Clone, Copy)]
struct Velocity;

impl GenericDynamics<2, 2> for Velocity {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        vector![T::from(0.0), p[0] * ((-y[0] * y[0] + 1.0) * y[1] - p[1] * y[0])]
    }
}

/// If steps are short on the time scale of the solution, all methods have the gradient of the solution.
#[test]
fn on_a_stiff_problem_it_is_the_gradient_of_radau() {
    let f = GenericSplit::new(Autodiff::new(Position, vector![1.0]), Autodiff::new(Velocity, vector![50.0, 1.0]));
    let (y0, times) = (vector![2.0, -0.66], [0.0, 0.3, 0.7]);
    let control = Pid::tolerance(1e-11);
    let loss = |y: &[Vector2<f64>]| (0..y.len()).map(|i| weight(&y0, i)).collect::<Vec<_>>();
    let expected = gradient(landing_on(&f, &y0, &times), RadauIIA5, control, DiscreteAdjoint::new(), loss).unwrap();
    for found in [
        gradient(landing_on(&f, &y0, &times), KenCarp5, control, DiscreteAdjoint::new(), loss).unwrap(),
        gradient(landing_on(&f, &y0, &times), KenCarp4, control, DiscreteAdjoint::new(), loss).unwrap(),
    ] {
        let params = |p: (SVector<f64, 1>, SVector<f64, 2>)| [p.0[0], p.1[0] * 50.0, p.1[1]];
        assert!(relative_error(found.y0.as_slice(), expected.y0.as_slice()) < 1e-8);
        assert!(relative_error(&params(found.params), &params(expected.params)) < 1e-8);
        assert!(relative_error(&found.times, &expected.times) < 1e-8);
    }
}
