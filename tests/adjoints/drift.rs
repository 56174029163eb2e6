//! The drift of a reversible adjoint: measured, reported, and refused beyond its limit.

use rheos::solver::reversible::Coupled;
use rheos::{Differentiable, DiscreteAdjoint, Error, Fixed, Ivp, ReversibleAdjoint, Rk4, ode};

/// `y' = −y / 10`: dy(t)/dy0 = e^{−t/10}.
fn decay() -> impl Differentiable<State = f64, Params = ()> {
    ode(|_t, y: &f64, dy: &mut f64| *dy = -0.1 * y).with_vjp(|_t, _y, w, ybar| {
        *ybar -= 0.1 * w;
        0.0
    })
}

/// With a coupling of 1/2, the way back doubles rounding errors in every step.
fn forgetful() -> Coupled<Rk4> {
    Coupled::new(Rk4).coupling(0.5).unwrap()
}

#[test]
fn a_way_back_that_is_lost_is_an_error() {
    let field = decay();
    let run =
        Ivp::new(&field, 1.0, 0.0..1.0).forward(forgetful(), Fixed::steps(200), ReversibleAdjoint::new()).unwrap();
    let found = run.backward(&[1.0]);
    assert!(matches!(found, Err(Error::Drift { drift, limit, .. }) if drift > limit && limit < 2e-8), "{found:?}");
}

/// Without a limit the gradient is returned, with its drift.
#[test]
fn without_a_limit_the_drift_is_reported() {
    let field = decay();
    let adjoint = ReversibleAdjoint::new().drift_limit(f64::INFINITY);
    let drift = |steps| {
        let run = Ivp::new(&field, 1.0, 0.0..1.0).forward(forgetful(), Fixed::steps(steps), adjoint).unwrap();
        run.backward(&[1.0]).unwrap().drift
    };
    assert!(drift(10) < 1e-12, "{:e}", drift(10));
    assert!(drift(60) > 1e-2, "{:e}", drift(60));
}

#[test]
fn a_way_back_that_is_found_drifts_by_roundings() {
    let field = decay();
    let run = Ivp::new(&field, 1.0, 0.0..1.0)
        .forward(Coupled::new(Rk4), Fixed::steps(1000), ReversibleAdjoint::new())
        .unwrap();
    let found = run.backward(&[1.0]).unwrap();
    assert!(found.drift > 0.0 && found.drift < 1e-11, "{:e}", found.drift);
    assert!((found.y0 - (-0.1_f64).exp()).abs() < 1e-10);
}

/// An error on the way that dies out before the start is seen by the states kept in between: the field contracts, which the
/// way back amplifies, after it has expanded by more.
#[test]
fn an_error_that_dies_out_is_seen() {
    let rate = |t: f64| if t < 1.0 { 60.0 } else { -40.0 };
    let field = ode(move |t, y: &f64, dy: &mut f64| *dy = rate(t) * y).with_vjp(move |t, _y, w, ybar| {
        *ybar += rate(t) * w;
        0.0
    });
    let adjoint = ReversibleAdjoint::new().drift_limit(f64::INFINITY);
    let run = Ivp::new(&field, 1e-20, 0.0..2.0)
        .jumps_at(&[1.0])
        .forward(Coupled::new(Rk4), Fixed::steps(400), adjoint)
        .unwrap();
    let found = run.backward(&[1.0]).unwrap();
    assert!(found.drift > 1e-8, "{:e}", found.drift);
}

#[test]
fn a_limit_below_zero_is_refused() {
    let field = decay();
    let adjoint = ReversibleAdjoint::new().drift_limit(-1.0);
    let failure = Ivp::new(&field, 1.0, 0.0..1.0).forward(Coupled::new(Rk4), Fixed::steps(2), adjoint).unwrap_err();
    assert_eq!(failure.error, Error::InvalidArgument { name: "drift_limit", value: -1.0, expected: "at least 0" });
}

/// The adjoint that keeps the states has no drift.
#[test]
fn a_kept_state_does_not_drift() {
    let field = decay();
    let run = Ivp::new(&field, 1.0, 0.0..1.0).forward(Rk4, Fixed::steps(10), DiscreteAdjoint::new()).unwrap();
    assert_eq!(run.backward(&[1.0]).unwrap().drift, 0.0);
}

/// A large coordinate does not hide the drift of a small one: `y₁` forgets its start by a factor of e²¹.
#[test]
fn a_large_coordinate_hides_no_drift() {
    use nalgebra::{SVector, vector};
    use rheos::{Autodiff, BacksolveAdjoint, Dopri5, GenericDynamics, Pid, Scalar};

    struct Beside;
    impl GenericDynamics<3, 1> for Beside {
        fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 3>, p: &SVector<T, 1>) -> SVector<T, 3> {
            vector![T::from(0.0), p[0] * ((t * 2.0).cos() - y[1]), (y[1] * y[1] - y[2]) * 0.5]
        }
    }
    let field = Autodiff::new(Beside, vector![3.0]);
    let control = Pid::tolerance(1e-8);
    for large in [0.0, 1.0, 1e3, 1e5, 1e12] {
        let adjoint = BacksolveAdjoint::new(Dopri5, control);
        let run = Ivp::new(&field, vector![large, 1.0, 1.0], 0.0..7.0).forward(Dopri5, control, adjoint).unwrap();
        let found = run.backward(&[vector![0.0, 0.0, 1.0]]);
        assert!(matches!(found, Err(Error::Drift { drift, .. }) if drift > 0.1), "{large:e}: {found:?}");
    }
}
