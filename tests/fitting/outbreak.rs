//! An outbreak (SIR) with noise, whose start depends on a parameter.

use nalgebra::{SVector, vector};
use rheos::fit::{Experiment, Fit, Forward, Parameter, Series};
use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};

use crate::reference::{compare, entry, numbers};

/// Fractions of susceptible and infected: `S' = −β S I`, `I' = β S I − γ I`.
#[derive(Clone)]
struct Sir;

impl GenericDynamics<2, 2> for Sir {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        let infections = p[0] * y[0] * y[1];
        vector![-infections, infections - p[1] * y[1]]
    }
}

type Outbreak = Fit<'static, Forward<Autodiff<Sir, 2, 2>, Dopri5, Pid>>;

fn outbreak(times: &[f64], infected: &[f64]) -> Outbreak {
    let start = Experiment::from_parameters(0.0, |p| vec![-p[2] + 1.0, p[2]]);
    let parameters = [("β", 0.4), ("γ", 0.15), ("I(0)", 2e-3)];
    Fit::new(Autodiff::new(Sir, vector![0.4, 0.15]), Dopri5, Pid::tolerance(1e-9))
        .parameters(parameters.map(|(name, value)| Parameter::new(name, value).positive()))
        .experiment(start.measured(Series::component(1, times, infected)))
}

#[test]
fn the_minimum_is_that_of_scipy() {
    let sir = entry(&["sir"]);
    let fit = outbreak(&numbers(&sir["times"]), &numbers(&sir["data"]));
    let fitted = fit.least_squares().unwrap();
    compare(&fitted, &sir["fit"], 1e-4);
    let (errors, expected) = (numbers(&sir["fit"]["standard_errors"]), numbers(&sir["fit"]["profile_intervals"]));
    let profile = fit.profile(&fitted, "I(0)", 0.95).unwrap();
    assert!((profile.lower.unwrap() - expected[4]).abs() < 1e-3 * errors[2]);
    assert!((profile.upper.unwrap() - expected[5]).abs() < 1e-3 * errors[2]);
}

/// The noise of the data counts once: as a factor of known standard deviations it is 1.
#[test]
fn known_noise_is_not_estimated() {
    let sir = entry(&["sir"]);
    let (times, data) = (numbers(&sir["times"]), numbers(&sir["data"]));
    let noise = sir["noise"].as_f64().unwrap();
    let free = outbreak(&times, &data).least_squares().unwrap();
    let start = Experiment::from_parameters(0.0, |p| vec![-p[2] + 1.0, p[2]]);
    let parameters = [("β", 0.4), ("γ", 0.15), ("I(0)", 2e-3)];
    let known = Fit::new(Autodiff::new(Sir, vector![0.4, 0.15]), Dopri5, Pid::tolerance(1e-9))
        .parameters(parameters.map(|(name, value)| Parameter::new(name, value).positive()))
        .experiment(start.measured(Series::component(1, &times, &data).sigma(noise)))
        .known_noise();
    let known = known.least_squares().unwrap();
    assert!((known.sum_of_squares * noise * noise / free.sum_of_squares - 1.0).abs() < 1e-6);
    let factor = noise / free.variance().unwrap().sqrt();
    for (a, b) in known.standard_errors().unwrap().iter().zip(free.standard_errors().unwrap()) {
        assert!((a / b / factor - 1.0).abs() < 1e-4);
    }
    let width = |interval: rheos::fit::Interval| (interval.upper / interval.lower).ln();
    let ratio = width(known.interval("β", 0.95).unwrap()) / width(free.interval("β", 0.95).unwrap());
    // The normal quantile, and Student's with 27 degrees of freedom.
    assert!((ratio / factor / (1.959_963_984_540_054 / 2.051_830_516_480_284_6) - 1.0).abs() < 1e-4);
}
