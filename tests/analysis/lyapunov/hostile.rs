//! Bad input, systems that blow up, lost directions.

use nalgebra::{DVector, Dyn, OMatrix, U1, Vector1, Vector2, Vector3, dmatrix, vector};
use rheos::analysis::{Flow, Lyapunov, LyapunovFailure, Map};
use rheos::dynamics::problems::Lorenz;
use rheos::{Error, Fixed, Pid, Rk4, Tsit5, ode};

use super::{henon, logistic};

fn refused(settings: Lyapunov, k: usize) -> (&'static str, f64) {
    let map = Map::new(henon());
    let of_map = settings.spectrum(&map, &vector![0.1, 0.1], k).unwrap_err();
    let field = henon();
    let of_flow = settings.spectrum_of_flow(&field, &vector![0.1, 0.1], k, Rk4, Fixed::step(1.0)).unwrap_err();
    let argument = |error| match error {
        Error::InvalidArgument { name, value, .. } => (name, value),
        error => panic!("{error}"),
    };
    let (of_map, of_flow) = (argument(of_map.error), argument(of_flow.error));
    assert_eq!(of_map.0, of_flow.0);
    of_map
}

#[test]
fn settings_outside_their_domain() {
    let good = Lyapunov::over(100);
    assert_eq!(refused(good, 0), ("k", 0.0));
    assert_eq!(refused(good, 3), ("k", 3.0));
    assert_eq!(refused(Lyapunov::over(0), 1), ("length", 0.0));
    assert_eq!(refused(Lyapunov::over(-5), 1), ("length", -5.0));
    assert_eq!(refused(Lyapunov::over(f64::INFINITY), 1).0, "length");
    assert_eq!(refused(good.transient(-1), 1), ("transient", -1.0));
    assert_eq!(refused(good.transient(f64::NAN), 1).0, "transient");
    assert_eq!(refused(good.renormalise_every(0), 1), ("renormalise_every", 0.0));
    assert_eq!(refused(good.renormalise_every(101), 1), ("renormalise_every", 101.0));
    assert_eq!(refused(good.transient(1000.0).renormalise_every(1e-12), 1).0, "renormalise_every");
    assert_eq!(refused(good.blocks(1), 1), ("blocks", 1.0));
    assert_eq!(refused(good.tolerance(0.0), 1), ("tolerance", 0.0));
    assert_eq!(refused(good.tolerance(f64::NAN), 1).0, "tolerance");
}

#[test]
fn fractions_of_steps_and_flows_are_no_maps() {
    let map = Map::new(henon());
    for (settings, name) in [
        (Lyapunov::over(10.5), "length"),
        (Lyapunov::over(10).transient(0.5), "transient"),
        (Lyapunov::over(10).renormalise_every(1.5), "renormalise_every"),
    ] {
        let failure = settings.spectrum(&map, &vector![0.1, 0.1], 1).unwrap_err();
        assert!(matches!(failure.error, Error::InvalidArgument { name: found, .. } if found == name), "{failure}");
    }
    let flow = Flow::new(henon());
    assert!(Lyapunov::over(10).spectrum(&flow, &vector![0.1, 0.1], 1).is_err());
    let nowhere = Lyapunov::over(10).spectrum(&map, &vector![f64::NAN, 0.1], 1).unwrap_err();
    assert_eq!(nowhere.error, Error::NonFiniteInitialState);
    let identity = Map::new(ode(|_t, x: &DVector<f64>, next: &mut DVector<f64>| next.copy_from(x)));
    let empty = Lyapunov::over(10).spectrum(&identity, &DVector::zeros(0), 1).unwrap_err();
    assert_eq!(empty.error, Error::EmptyState);
}

#[test]
fn a_map_that_blows_up_keeps_what_was_found() {
    let map = Map::new(henon());
    let failure: Box<LyapunovFailure> = Lyapunov::over(1000).spectrum(&map, &vector![3.0, 0.0], 2).unwrap_err();
    assert!(matches!(failure.error, Error::NonFiniteSystem { .. }), "{failure}");
    assert!(failure.t >= 5.0 && failure.t < 20.0 && failure.state[0].abs() > 1e50, "{failure}");
    let partial = failure.partial.unwrap();
    assert_eq!(partial.time, failure.t);
    // The Jacobian is singular up to rounding out there, but its determinant is not.
    assert!((partial.volume.unwrap() - 0.3_f64.ln()).abs() < 1e-10 && partial.exponents[0] > 10.0);
    // It converts into the error.
    let convert = || -> Result<(), Error> {
        Lyapunov::over(1000).spectrum(&map, &vector![3.0, 0.0], 2)?;
        Ok(())
    };
    assert!(matches!(convert(), Err(Error::NonFiniteSystem { .. })));
}

#[test]
fn a_flow_that_blows_up_at_a_finite_time() {
    let field = ode(|_t, y: &Vector1<f64>, dy: &mut Vector1<f64>| dy[0] = y[0] * y[0]);
    let settings = Lyapunov::over(2.0).renormalise_every(0.1);
    let failure = settings.spectrum_of_flow(&field, &Vector1::new(1.0), 1, Tsit5, Pid::tolerance(1e-6)).unwrap_err();
    // The solution is 1 / (1 − t).
    assert!((failure.t - 1.0).abs() < 1e-3 && failure.state[0] > 1e3, "{failure}");
    assert!(failure.partial.is_some_and(|partial| partial.time > 0.85 && partial.time <= failure.t + 1e-12));
    let fixed = settings.spectrum_of_flow(&field, &Vector1::new(1.0), 1, Rk4, Fixed::step(0.01)).unwrap_err();
    assert!(matches!(fixed.error, Error::NonFinite { .. } | Error::TangentLost { .. }), "{fixed}");
}

#[test]
fn tangents_that_overflow_between_factorisations() {
    let doubling = Map::new(ode(|_t, x: &Vector1<f64>, next: &mut Vector1<f64>| next[0] = 2.0 * x[0]));
    let settings = Lyapunov::over(4000);
    let failure = settings.renormalise_every(2000).spectrum(&doubling, &Vector1::new(0.0), 1).unwrap_err();
    assert!(matches!(failure.error, Error::TangentLost { index: 0, .. }), "{failure}");
    let found = settings.renormalise_every(1000).spectrum(&doubling, &Vector1::new(0.0), 1).unwrap();
    assert!((found.exponents[0] - 2.0_f64.ln()).abs() < 1e-9);
    // A flow.
    let growth = ode(|_t, y: &Vector1<f64>, dy: &mut Vector1<f64>| dy[0] = 10.0 * y[0]);
    let settings = Lyapunov::over(400.0).renormalise_every(200.0);
    let failure = settings.spectrum_of_flow(&growth, &Vector1::new(0.0), 1, Rk4, Fixed::step(0.01)).unwrap_err();
    assert!(matches!(failure.error, Error::TangentLost { index: 0, .. }), "{failure}");
}

#[test]
fn directions_lost_to_rounding_are_no_exponents() {
    // Over 5 units of time the third direction of Lorenz shrinks by e^(−78) against the first.
    let (field, y0) = Lorenz::problem();
    let settings = Lyapunov::over(50.0).transient(10.0).renormalise_every(5.0);
    let failure = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01)).unwrap_err();
    assert!(matches!(failure.error, Error::TangentLost { index: 2, .. }), "{failure}");
    assert!(settings.spectrum_of_flow(&field, &y0, 2, Rk4, Fixed::step(0.01)).is_ok());
    let message = failure.error.to_string();
    assert!(
        message.starts_with("the tangent vector 2 is lost at t = ")
            && message.contains("; renormalise more often, or ")
    );
    // The same for a map.
    let map = Map::new(henon());
    let settings = Lyapunov::over(1000).transient(10);
    let failure = settings.renormalise_every(50).spectrum(&map, &vector![0.1, 0.1], 2).unwrap_err();
    assert!(matches!(failure.error, Error::TangentLost { index: 1, .. }), "{failure}");
}

#[test]
fn singular_jacobians_have_exponents_of_minus_infinity() {
    // A network of rank 2 among 5 units.
    let (u, v) = (
        dmatrix![1.0, 0.3; -0.5, 1.2; 0.7, 0.1; 0.2, -0.9; 1.1, 0.4],
        dmatrix![0.9, -0.4, 1.5, 0.3, 0.8; 0.2, 1.7, -0.6, -1.1, 0.5],
    );
    let map = Map::new(ode(move |_t, x: &DVector<f64>, next: &mut DVector<f64>| {
        next.copy_from(&(&u * (&v * x.map(f64::tanh))));
    }));
    let x0 = DVector::from_fn(5, |i, _| 0.1 + 0.2 * i as f64);
    let spectrum = Lyapunov::over(500).transient(100).spectrum(&map, &x0, 5).unwrap();
    // The Jacobian by differences has rounding errors of 1e-11, far above the rounding of an exact one, so it is not singular up to
    // rounding, and large negative numbers are all that can be known.
    assert!(spectrum.exponents[..2].iter().all(|x| x.abs() < 5.0), "{spectrum}");
    assert!(spectrum.exponents[2..].iter().all(|x| *x < -20.0), "{spectrum}");

    // Exactly.
    let flat =
        Map::new(ode(|_t, x: &Vector3<f64>, next: &mut Vector3<f64>| *next = vector![2.0 * x[0], 0.0, 0.5 * x[2]]));
    let spectrum = Lyapunov::over(50).transient(60).spectrum(&flat, &Vector3::zeros(), 3).unwrap();
    assert!((spectrum.exponents[0] - 2.0_f64.ln()).abs() < 1e-9 && (spectrum.exponents[1] + 2.0_f64.ln()).abs() < 1e-9);
    assert_eq!((spectrum.exponents[2], spectrum.errors[2]), (f64::NEG_INFINITY, 0.0));
    assert_eq!((spectrum.sum(), spectrum.volume_gap()), (f64::NEG_INFINITY, None));
    assert!((spectrum.kaplan_yorke().unwrap() - 2.0).abs() < 1e-9);
}

#[test]
fn an_unconverged_spectrum_is_an_error_with_the_estimate() {
    let map = Map::new(logistic(4.0));
    let settings = Lyapunov::over(500).transient(10);
    let failure = settings.tolerance(1e-4).spectrum(&map, &Vector1::new(0.3), 1).unwrap_err();
    let Error::ExponentNotConverged { index: 0, exponent, error, tolerance } = failure.error else {
        panic!("{failure}")
    };
    let partial = failure.partial.as_ref().unwrap();
    assert_eq!((exponent, error, tolerance), (partial.exponents[0], partial.errors[0], 1e-4));
    assert!((exponent - 2.0_f64.ln()).abs() < 0.1 && error > 1e-4);
    let message = failure.to_string();
    assert!(
        message.starts_with("the Lyapunov exponent 0 is ") && message.contains("but the tolerance is 0.0001; "),
        "{message}"
    );
    assert!(message.contains("the exponents over the time 500 are "), "{message}");
    assert!(settings.tolerance(0.5).spectrum(&map, &Vector1::new(0.3), 1).is_ok());
    // One interval has no error.
    let one = Lyapunov::over(1).spectrum(&map, &Vector1::new(0.3), 1).unwrap();
    assert!(
        one.errors[0].is_infinite() && Lyapunov::over(1).tolerance(1e9).spectrum(&map, &Vector1::new(0.3), 1).is_err()
    );
}

#[test]
fn a_length_that_is_no_multiple_of_the_interval() {
    let map = Map::new(henon());
    let spectrum = Lyapunov::over(1003).renormalise_every(4).spectrum(&map, &Vector2::new(0.1, 0.1), 2).unwrap();
    assert_eq!(spectrum.time, 1003.0);
    assert!((spectrum.sum() - 0.3_f64.ln()).abs() < 1e-12);
    let (field, y0) = Lorenz::problem();
    let settings = Lyapunov::over(1.05).transient(0.25).renormalise_every(0.1);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01)).unwrap();
    assert!((spectrum.time - 1.05).abs() < 1e-12 && (spectrum.sum() + 41.0 / 3.0).abs() < 1e-3);
}

#[test]
fn errors_of_the_model_come_through() {
    use rheos::analysis::Held;
    use rheos::nn::{Gru, Net, Recurrence};
    let cell = Net::dynamic(Gru::<f64, 1, 4>::uniform(&mut rheos::train::uniform(3)));
    let map = Held::new(Recurrence(cell), OMatrix::<f64, U1, Dyn>::from_element(1, 0.4));
    let two = OMatrix::<f64, nalgebra::U4, Dyn>::zeros(2);
    let failure = Lyapunov::over(10).spectrum(&map, &two, 1).unwrap_err();
    assert!(matches!(failure.error, Error::SampleMismatch { .. }));
}

#[test]
fn as_many_blocks_as_there_are() {
    let map = Map::new(henon());
    let spectrum = Lyapunov::over(300).blocks(usize::MAX).spectrum(&map, &vector![0.1, 0.1], 1).unwrap();
    assert_eq!(spectrum.blocks.len(), 300);
}
