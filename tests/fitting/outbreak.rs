//! An outbreak (SIR) with noise, whose start depends on a parameter.

use rheos::fit::Interval;

use crate::outbreak_model::outbreak;
use crate::reference::{compare, entry, numbers};

#[test]
fn the_minimum_is_that_of_scipy() {
    let sir = entry(&["sir"]);
    let fit = outbreak(&numbers(&sir["times"]), &numbers(&sir["data"]), 1.0);
    let fitted = fit.least_squares().unwrap();
    compare(&fitted, &sir["fit"], 1e-4);
    let (errors, expected) = (numbers(&sir["fit"]["standard_errors"]), numbers(&sir["fit"]["profile_intervals"]));
    let profile = fit.profile(&fitted, "I(0)", 0.95).unwrap();
    assert!((profile.lower.value().unwrap() - expected[4]).abs() < 1e-3 * errors[2]);
    assert!((profile.upper.value().unwrap() - expected[5]).abs() < 1e-3 * errors[2]);
}

/// The noise of the data counts once: as a factor of known standard deviations it is 1.
#[test]
fn known_noise_is_not_estimated() {
    let sir = entry(&["sir"]);
    let (times, data) = (numbers(&sir["times"]), numbers(&sir["data"]));
    let noise = sir["noise"].as_f64().unwrap();
    let free = outbreak(&times, &data, 1.0).least_squares().unwrap();
    let known = outbreak(&times, &data, noise).known_noise().least_squares().unwrap();
    assert!((known.sum_of_squares * noise * noise / free.sum_of_squares - 1.0).abs() < 1e-6);
    let factor = noise / free.variance().unwrap().sqrt();
    for (a, b) in known.standard_errors().unwrap().iter().zip(free.standard_errors().unwrap()) {
        assert!((a / b / factor - 1.0).abs() < 1e-4);
    }
    let width = |interval: Interval| (interval.upper / interval.lower).ln();
    let ratio = width(known.interval("β", 0.95).unwrap()) / width(free.interval("β", 0.95).unwrap());
    // The normal quantile, and Student's with 27 degrees of freedom.
    assert!((ratio / factor / (1.959_963_984_540_054 / 2.051_830_516_480_284_6) - 1.0).abs() < 1e-4);
}
