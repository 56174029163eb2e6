//! A gradient that is not finite is an error that says where it became so.

use nalgebra::{SVector, Vector1, Vector2, vector};
use rheos::adjoint::{Checkpoints, Cotangents, InterpolatingAdjoint, QuadratureAdjoint, hessian_vector};
use rheos::nn::{Block, OdeBlock};
use rheos::solver::multistep::{Adams, AdamsBashforth};
use rheos::solver::reversible::ReversibleHeun;
use rheos::{
    Adjoint, Autodiff, BacksolveAdjoint, Differentiable, DifferentiableEvent, DiscreteAdjoint, Dopri5, Dynamics, Error,
    Fixed, GenericDynamics, Ivp, Parametric, Pid, ReversibleAdjoint, Rk4, Scalar, Solver, ode, sensitivities,
};

use crate::common::gradient::{gradient, landing_on, over};

/// `y' = −p √y`: at rest in 0, where `√y` has no derivative.
#[derive(Clone, Copy)]
struct Torricelli;

impl GenericDynamics<1, 1> for Torricelli {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        vector![-p[0] * y[0].sqrt()]
    }
}

type Model = Autodiff<Torricelli, 1, 1>;
const PID: Pid = Pid::tolerance(1e-6);

fn empty_tank() -> (Model, Vector1<f64>) {
    (Autodiff::new(Torricelli, vector![0.5]), vector![0.0])
}

fn is_located<T: std::fmt::Debug>(name: &str, found: Result<T, Error>, (from, to): (f64, f64)) {
    match found {
        Err(Error::NonFiniteDerivative { t, .. }) if (from..=to).contains(&t) => {}
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn no_adjoint_returns_a_gradient_that_is_not_finite() {
    fn check<S, C, A>(name: &str, solver: S, control: C, adjoint: A)
    where
        S: Solver<Model> + Clone,
        C: rheos::Controller<Model, S> + Clone,
        A: Adjoint<Model, S, C>,
    {
        let (f, y0) = empty_tank();
        let loss = |_: &[_]| vec![vector![0.0], vector![1.0]];
        let found = gradient(over(&f, &y0, &[0.0, 1.0]), solver.clone(), control.clone(), &adjoint, loss);
        is_located(name, found, (0.0, 1.0));
        let found = gradient(landing_on(&f, &y0, &[0.0, 1.0]), solver, control, &adjoint, loss);
        is_located(name, found, (0.0, 1.0));
    }
    let steps = Fixed::steps(10);
    check("Rk4", Rk4, steps, DiscreteAdjoint::new());
    check("Dopri5", Dopri5, PID, DiscreteAdjoint::new());
    check("slots", Dopri5, steps, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3)));
    check("Adams–Bashforth", AdamsBashforth::<3>, steps, DiscreteAdjoint::new());
    check("Adams", Adams, PID, DiscreteAdjoint::new());
    check("Reversible", ReversibleHeun, steps, ReversibleAdjoint::new());
    check("Backsolve", Dopri5, PID, BacksolveAdjoint::new(Dopri5, PID));
    check("Backsolve, fixed", Dopri5, PID, BacksolveAdjoint::new(Rk4, steps));
    check("Interpolating", Dopri5, PID, InterpolatingAdjoint::new(Dopri5, PID));
    check("Interpolating, fixed", Dopri5, PID, InterpolatingAdjoint::new(Rk4, steps));
    check("Gauss", Dopri5, PID, QuadratureAdjoint::gauss(Dopri5, PID));
    check("Kronrod", Dopri5, PID, QuadratureAdjoint::kronrod(Dopri5, PID, 1e-8));
}

#[test]
fn derivatives_forwards_are_finite_too() {
    let (f, y0) = empty_tank();
    is_located("Dopri5", sensitivities(&f, Dopri5, PID, &[0.0, 1.0], &y0), (0.0, 0.0));
    is_located("Rk4", sensitivities(&f, Rk4, Fixed::steps(10), &[0.0, 0.55, 1.0], &y0), (0.0, 0.0));

    let loss = |y: &[SVector<rheos::dynamics::Dual<1>, 1>]| y.to_vec();
    let along = (vector![1.0], vector![0.0]);
    let found = hessian_vector(&f, Rk4, Fixed::steps(4), &DiscreteAdjoint::new(), &[0.0, 1.0], (&y0, &along), loss);
    assert!(matches!(found, Err(Error::NonFiniteDerivative { .. } | Error::InvalidEntry { .. })), "{found:?}");
    // A second derivative may overflow where the first one is 1.
    struct Square;
    impl GenericDynamics<1, 1> for Square {
        fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
            vector![p[0] * y[0] * y[0]]
        }
    }
    let f = Autodiff::new(Square, vector![1e5]);
    let constant =
        |y: &[SVector<rheos::dynamics::Dual<1>, 1>]| vec![vector![rheos::dynamics::Dual::from(1.0)]; y.len()];
    let far = (vector![1e304], vector![0.0]);
    let found = hessian_vector(&f, Rk4, Fixed::steps(4), &DiscreteAdjoint::new(), &[0.0, 1.0], (&y0, &far), constant);
    assert!(matches!(found, Err(Error::NonFiniteGradient { name: "y0", index: 0, .. })), "{found:?}");
    let nowhere = (vector![f64::NAN], vector![0.0]);
    let found =
        hessian_vector(&f, Rk4, Fixed::steps(4), &DiscreteAdjoint::new(), &[0.0, 1.0], (&y0, &nowhere), constant);
    assert!(matches!(found, Err(Error::InvalidEntry { name: "direction.y0", index: 0, .. })), "{found:?}");
}

#[test]
fn gradients_across_events_are_finite_or_an_error() {
    fn check<A: Adjoint<Model, Dopri5, Pid>>(name: &str, adjoint: A) {
        let (f, _) = empty_tank();
        // It empties at once.
        let empties = DifferentiableEvent::falling(
            |_: &Model, _t, y: &Vector1<f64>| y[0] - 0.5,
            |_, _t, _y, w, ybar: &mut Vector1<f64>, _| {
                ybar[0] += w;
                0.0
            },
        )
        .reset(|_, _t, y: &mut Vector1<f64>| y[0] = 0.0, |_, _t, _y, _w, _ybar, _| 0.0);
        let run = Ivp::new(&f, vector![1.0], 0.0..4.0).event(empties).forward(Dopri5, PID, adjoint).unwrap();
        let found = run.backward(&[vector![1.0]]);
        // √y falls from 1 by t/4: the event is at t = 4 − 4/√2.
        is_located(name, found, (4.0 - 8.0_f64.sqrt() - 1e-3, 4.0));
    }
    check("Discrete", DiscreteAdjoint::new());
    check("Backsolve", BacksolveAdjoint::new(Dopri5, PID));
    check("Interpolating", InterpolatingAdjoint::new(Dopri5, PID));
    check("Quadrature", QuadratureAdjoint::gauss(Dopri5, PID));
}

#[test]
fn the_step_that_loses_the_derivative_is_named() {
    let broken = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|t, _y, w, ybar| {
        *ybar -= if t < 0.45 { f64::NAN } else { *w };
        0.0
    });
    let loss = |_: &[f64]| vec![0.0, 1.0];
    let found = gradient(over(&broken, &1.0, &[0.0, 1.0]), Rk4, Fixed::steps(10), DiscreteAdjoint::new(), loss);
    let Err(Error::NonFiniteDerivative { t, h }) = found else { panic!("{found:?}") };
    assert!((t - 0.4).abs() < 1e-12 && (h - 0.1).abs() < 1e-12, "{t} {h}");
    // The way back of the adjoint equation begins at the end.
    let continuous = InterpolatingAdjoint::new(Rk4, Fixed::steps(10));
    let found = gradient(over(&broken, &1.0, &[0.0, 1.0]), Rk4, Fixed::steps(10), &continuous, loss);
    let Err(Error::NonFiniteDerivative { t, h }) = found else { panic!("{found:?}") };
    assert!((t - 0.5).abs() < 1e-12 && (h + 0.1).abs() < 1e-12, "{t} {h}");
}

#[test]
fn a_cotangent_that_overflows_is_an_error() {
    // y(1) = 1e-300 e^1000 is finite, and ∂y(1)/∂y0 = e^1000 is not.
    let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = 1000.0 * y).with_vjp(|_t, _y, w, ybar| {
        *ybar += 1000.0 * w;
        0.0
    });
    let control = Fixed::steps(10_000);
    let loss = |_: &[f64]| vec![0.0, 1.0];
    is_located(
        "Discrete",
        gradient(over(&growth, &1e-300, &[0.0, 1.0]), Rk4, control, DiscreteAdjoint::new(), loss),
        (0.0, 0.4),
    );
    let continuous = InterpolatingAdjoint::new(Rk4, control);
    is_located(
        "continuous",
        gradient(over(&growth, &1e-300, &[0.0, 1.0]), Rk4, control, &continuous, loss),
        (0.0, 0.4),
    );
}

/// Each cotangent is finite, and their sum is not.
#[test]
fn cotangents_whose_sum_overflows_are_an_error() {
    fn check<A: Adjoint<Model, Dopri5, Pid>>(adjoint: A) {
        let f = Autodiff::new(Torricelli, vector![0.0]);
        let loss = |_: &[Vector1<f64>]| vec![vector![0.0], vector![1.5e308], vector![1.5e308]];
        let found = gradient(landing_on(&f, &vector![1.0], &[0.0, 0.5, 1.0]), Dopri5, PID, &adjoint, loss);
        // The continuous adjoints solve in units of the cotangents, and overflow only at the end.
        match found {
            Err(Error::NonFiniteDerivative { t, .. }) => assert!((0.0..=0.5).contains(&t), "{t}"),
            Err(Error::NonFiniteGradient { name: "y0", index: 0, .. }) => {}
            found => panic!("{found:?}"),
        }
    }
    check(DiscreteAdjoint::new());
    check(BacksolveAdjoint::new(Dopri5, PID));
    check(InterpolatingAdjoint::new(Dopri5, PID));
    check(QuadratureAdjoint::gauss(Dopri5, PID));
}

/// `y' = p₀ + √p₁ + √t`: no derivative with respect to the second parameter, nor with respect to the start, where they are 0.
struct Rates(Vector2<f64>);

impl Dynamics for Rates {
    type State = Vector1<f64>;
    fn eval(&self, t: f64, _: &Vector1<f64>, dy: &mut Vector1<f64>) {
        dy[0] = self.0[0] + self.0[1].sqrt() + t.sqrt();
    }
}

impl Parametric for Rates {
    type Params = Vector2<f64>;
    fn params(&self) -> Vector2<f64> {
        self.0
    }
    fn set_params(&mut self, params: &Vector2<f64>) {
        self.0 = *params;
    }
}

impl Differentiable for Rates {
    type Trace = ();
    fn vjp(&self, t: f64, _: &Vector1<f64>, w: &Vector1<f64>, _: &mut Vector1<f64>, pbar: &mut Vector2<f64>) -> f64 {
        *pbar += vector![w[0], 0.5 * w[0] / self.0[1].sqrt()];
        0.5 * w[0] / t.sqrt()
    }
}

#[test]
fn a_parameter_or_a_time_without_a_derivative_is_named() {
    let loss = |_: &[Vector1<f64>]| vec![vector![0.0], vector![1.0]];
    let y0 = vector![0.0];
    let flat = Rates(vector![1.0, 0.0]);
    let found = gradient(over(&flat, &y0, &[0.5, 1.0]), Rk4, Fixed::steps(5), DiscreteAdjoint::new(), loss);
    assert!(matches!(found, Err(Error::NonFiniteGradient { name: "params", index: 1, .. })), "{found:?}");
    let gauss = QuadratureAdjoint::gauss(Dopri5, PID);
    let found = gradient(over(&flat, &y0, &[0.5, 1.0]), Dopri5, PID, &gauss, loss);
    assert!(matches!(found, Err(Error::NonFiniteGradient { name: "params", index: 1, .. })), "{found:?}");
    let sudden = Rates(vector![1.0, 1.0]);
    let found = gradient(over(&sudden, &y0, &[0.0, 1.0]), Dopri5, PID, DiscreteAdjoint::new(), loss);
    assert!(matches!(found, Err(Error::NonFiniteGradient { name: "times", index: 0, .. })), "{found:?}");
    // It is named where no output has that time, too.
    let found =
        Ivp::new(&sudden, y0, 0.0..1.0).forward(Dopri5, PID, DiscreteAdjoint::new()).unwrap().backward(&[vector![1.0]]);
    assert!(matches!(found, Err(Error::NonFiniteGradient { name: "t0", index: 0, .. })), "{found:?}");
}

#[test]
fn cotangents_that_are_not_finite_are_named() {
    fn check<A: Adjoint<Rates, Dopri5, Pid>>(adjoint: A) {
        let f = Rates(vector![1.0, 1.0]);
        for bad in [f64::NAN, f64::INFINITY] {
            let loss = |_: &[Vector1<f64>]| vec![vector![0.0], vector![1.0], vector![bad]];
            let found = gradient(over(&f, &vector![0.0], &[0.5, 0.7, 1.0]), Dopri5, PID, &adjoint, loss);
            let Err(Error::InvalidEntry { name: "cotangents", index: 2, value, .. }) = found else {
                panic!("{found:?}")
            };
            assert_eq!(value.to_bits(), bad.to_bits());
        }
    }
    check(DiscreteAdjoint::new());
    check(BacksolveAdjoint::new(Dopri5, PID));
    check(InterpolatingAdjoint::new(Dopri5, PID));
    check(QuadratureAdjoint::gauss(Dopri5, PID));
}

#[test]
fn cotangents_of_hits_that_are_not_finite_are_named() {
    let fall = ode(|_t, _y: &f64, dy: &mut f64| *dy = -1.0).with_vjp(|_t, _y, _w, _ybar| 0.0);
    let ground = DifferentiableEvent::falling(
        |_, _t, y: &f64| *y,
        |_, _t, _y, w, ybar: &mut f64, _| {
            *ybar += w;
            0.0
        },
    );
    let times = [0.0, 2.0];
    let run = over(&fall, &1.0, &times).event(ground).forward(Dopri5, PID, DiscreteAdjoint::new()).unwrap();
    let check = |spoil: fn(&mut Cotangents<f64>), expected: &str| {
        let mut bar = run.cotangents();
        spoil(&mut bar);
        let found = run.backward(&bar);
        let Err(Error::InvalidEntry { name, .. }) = found else { panic!("{found:?}") };
        assert_eq!(name, expected);
    };
    check(|bar| bar.hits[0].t = f64::NAN, "cotangents.hits");
    check(|bar| bar.hits[0].before = f64::NAN, "cotangents.hits");
    check(|bar| bar.y[1] = f64::INFINITY, "cotangents");
}

#[test]
fn blocks_return_finite_gradients_or_an_error() {
    let (f, y0) = empty_tank();
    let block = OdeBlock::new(f, Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let backward = |hbar: f64| {
        let (_, record) = block.forward(&(), &y0, 1.0.into()).unwrap();
        block.backward(record, vector![hbar], &mut vector![0.0])
    };
    is_located("block", backward(1.0), (0.0, 1.0));
    assert!(matches!(backward(f64::NAN), Err(Error::InvalidEntry { name: "hbar", index: 0, .. })));
}
