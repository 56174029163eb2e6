//! Profiles with an open end, at the end of a domain, and of another fit.

use nalgebra::{SVector, vector};
use rheos::error::Error;
use rheos::fit::{Experiment, Fit, Parameter, Profile, ProfileEnd, Series, Simulation};
use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};

use crate::experiments::decay;

const TIMES: [f64; 5] = [0.5, 1.0, 2.0, 3.5, 5.0];
/// Constant but for errors, and growing a little, so that the least rate of decay is 0.
const CONSTANT: [f64; 5] = [1.01, 0.99, 1.005, 0.98, 1.0];
const GROWING: [f64; 5] = [0.98, 0.99, 1.005, 1.02, 1.0];

fn fit(rate: Parameter, values: &[f64]) -> Fit<'static, impl Simulation> {
    decay().parameters([rate]).experiment(
        Experiment::new(0.0, [Parameter::new("y0", 1.0).positive()]).measured(Series::component(0, &TIMES, values)),
    )
}

fn rate() -> Parameter {
    Parameter::new("k", 1.0).positive()
}

/// The least sum of squares at a rate: linear regression on `e^{−kt}` finds the best start.
fn least_sum(k: f64, values: &[f64]) -> f64 {
    let shape = TIMES.map(|t| (-k * t).exp());
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let y0 = product(&shape, values) / product(&shape, &shape);
    values.iter().zip(&shape).map(|(value, shape)| (value - y0 * shape).powi(2)).sum()
}

fn check(profile: &Profile, values: &[f64]) {
    assert_eq!(profile.lower, ProfileEnd::Open);
    let upper = profile.upper.value().unwrap();
    assert!((least_sum(upper, values) / profile.threshold - 1.0).abs() < 1e-6, "{profile:?}");
    for point in &profile.points {
        assert!((point.sum_of_squares / least_sum(point.value, values) - 1.0).abs() < 1e-6, "{point:?}");
    }
}

#[test]
fn a_profile_is_open_where_the_data_do_not_bound_it() {
    for values in [CONSTANT, GROWING] {
        let fit = fit(rate(), &values);
        let fitted = fit.least_squares().unwrap();
        check(&fit.profile(&fitted, "k", 0.95).unwrap(), &values);
    }
}

/// `y' = k (1 − y)`.
#[derive(Clone)]
struct Saturation;

impl GenericDynamics<1, 1> for Saturation {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, k: &SVector<T, 1>) -> SVector<T, 1> {
        vector![k[0] * (-y[0] + 1.0)]
    }
}

/// At saturation any large rate fits, until the method has no more steps for the stiff problem.
#[test]
fn a_side_that_fails_leaves_the_other() {
    let values = [0.88, 0.99, 1.005, 0.997, 1.0];
    let control = Pid::tolerance(1e-9).max_steps(2000);
    let experiment = Experiment::from_known(0.0, &[0.0]).measured(Series::component(0, &TIMES, &values).sigma(0.5));
    let fit = Fit::new(Autodiff::new(Saturation, vector![1.0]), Dopri5, control)
        .parameters([Parameter::new("k", 2.0).positive()])
        .experiment(experiment)
        .known_noise();
    let fitted = fit.least_squares().unwrap();
    let profile = fit.profile(&fitted, "k", 0.95).unwrap();
    assert!(matches!(profile.upper, ProfileEnd::Failed(Error::MaxSteps { .. })), "{:?}", profile.upper);
    let sum = |k: f64| {
        let residuals = TIMES.iter().zip(&values).map(|(t, value)| (1.0 - (-k * t).exp() - value) / 0.5);
        residuals.map(|r| r * r).sum::<f64>()
    };
    let lower = profile.lower.value().unwrap();
    assert!((sum(lower) / profile.threshold - 1.0).abs() < 1e-6, "{profile:?}");
    assert!(profile.points.len() > 10 && profile.points[profile.points.len() - 1].value > 100.0);
}

#[test]
fn a_result_of_another_fit_is_refused() {
    let (first, values) = (fit(rate(), &CONSTANT), CONSTANT);
    let fitted = first.least_squares().unwrap();
    let renamed = fit(Parameter::new("q", 1.0).positive(), &values);
    let error = renamed.profile(&fitted, "k", 0.95).unwrap_err();
    assert_eq!(error, Error::UnknownParameter { name: "k".into(), known: vec!["q".into(), "y0".into()] });
    let real = fit(Parameter::new("k", 1.0), &values);
    let error = real.profile(&fitted, "k", 0.95).unwrap_err();
    assert!(matches!(error, Error::InvalidArgument { name: "fitted.parameters", .. }), "{error}");
    let fixed = fit(rate().fixed(), &values).profile(&fitted, "y0", 0.95).unwrap_err();
    assert!(matches!(fixed, Error::LengthMismatch { name: "fitted.parameters", found: 2, expected: 1 }), "{fixed}");
    let other = fit(rate(), &GROWING).profile(&fitted, "k", 0.95).unwrap_err();
    assert!(matches!(other, Error::InvalidArgument { name: "fitted.sum_of_squares", .. }), "{other}");
}
