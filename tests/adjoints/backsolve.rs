//! The limits of a reconstruction backwards in time.

use rheos::{BacksolveAdjoint, DiscreteAdjoint, Dopri5, Error, Pid, ode};

use crate::common::gradient::{gradient, over};

/// `y' = −λ (y − cos t) − sin t` forgets its start at the rate `λ`; backwards, it makes errors grow at that rate.
#[test]
fn a_reconstruction_that_drifts_is_an_error_and_not_a_wrong_gradient() {
    let lambda = 20.0;
    let field =
        ode(|t: f64, y: &f64, dy: &mut f64| *dy = -lambda * (y - t.cos()) - t.sin()).with_vjp(|t: f64, y, w, ybar| {
            let _ = y;
            *ybar -= w * lambda;
            w * (-lambda * t.sin() - t.cos())
        });
    let control = Pid::tolerance(1e-8);
    let last = |y: &[f64]| y.iter().enumerate().map(|(i, _)| f64::from(u8::from(i + 1 == y.len()))).collect::<Vec<_>>();

    // e^{20 · 3} makes a state out of any rounding error.
    let far = [0.0, 3.0];
    let failure =
        gradient(over(&field, &2.0, &far), Dopri5, control, BacksolveAdjoint::new(Dopri5, control), last).unwrap_err();
    let Error::Drift { t, drift, limit } = failure else { panic!("{failure}") };
    assert_eq!((t, limit), (0.0, 0.01));
    assert!(drift > 1.0, "{drift}");

    // Reset at output times often enough, it is right, and says how far it drifted.
    let near: Vec<f64> = (0..=60).map(|i| f64::from(i) * 0.05).collect();
    let found =
        gradient(over(&field, &2.0, &near), Dopri5, control, BacksolveAdjoint::new(Dopri5, control), last).unwrap();
    assert!(found.drift > 0.0 && found.drift < 1e-6, "{}", found.drift);
    let exact = gradient(over(&field, &2.0, &near), Dopri5, control, DiscreteAdjoint::new(), last).unwrap();
    assert_eq!(exact.drift, 0.0);
    assert!((found.y0 - exact.y0).abs() < 1e-8 && (found.y0 - (-60.0_f64).exp()).abs() < 1e-8);

    // Who wants it anyway can have it.
    let blind = BacksolveAdjoint::new(Dopri5, control.max_steps(1_000_000)).drift_limit(f64::INFINITY);
    let found = gradient(over(&field, &2.0, &far), Dopri5, control, &blind, last);
    assert!(found.is_err() || found.is_ok_and(|found| found.drift > 1.0));
}

#[test]
fn a_stable_way_back_reports_a_small_drift() {
    let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = 0.5 * y).with_vjp(|_t, _y, w, ybar| {
        *ybar += 0.5 * w;
        0.0
    });
    let control = Pid::tolerance(1e-9);
    let adjoint = BacksolveAdjoint::new(Dopri5, control);
    let found = gradient(over(&growth, &1.0, &[0.0, 4.0]), Dopri5, control, &adjoint, |_| vec![0.0, 1.0]).unwrap();
    assert!((found.y0 - 2.0_f64.exp()).abs() < 1e-7);
    assert!(found.drift < 1e-7);
}

/// A state that starts at the origin, as the hidden state of a network does, is compared with where it went, in any unit.
#[test]
fn a_start_at_the_origin_is_no_drift() {
    for unit in [1e-20, 1.0, 1e20] {
        let field = ode(move |_t, y: &f64, dy: &mut f64| *dy = unit - 0.5 * y).with_vjp(|_t, _y, w, ybar| {
            *ybar -= 0.5 * w;
            0.0
        });
        let control = Pid::tolerance(1e-8).atol(1e-8 * unit);
        let adjoint = BacksolveAdjoint::new(Dopri5, control);
        let found = gradient(over(&field, &0.0, &[0.0, 1.0]), Dopri5, control, &adjoint, |_| vec![0.0, 1.0]).unwrap();
        assert!(found.drift < 1e-6, "{unit:e}: {:e}", found.drift);
        assert!((found.y0 - (-0.5_f64).exp()).abs() < 1e-7, "{unit:e}: {}", found.y0);
    }
}
