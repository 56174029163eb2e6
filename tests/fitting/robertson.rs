//! The rates of Robertson's problem, from twelve decades of time.

use nalgebra::vector;
use rheos::dynamics::problems::stiff::Robertson;
use rheos::fit::{Experiment, Fit, Forward, Parameter, Series};
use rheos::{Autodiff, Pid, RadauIIA5};
use serde_json::Value;

use crate::reference::{compare, entry, numbers};

/// From rates that are wrong by factors of 3.
fn fit(states: &Value) -> Fit<'static, Forward<Autodiff<Robertson, 3, 3>, RadauIIA5, Pid>> {
    let times = numbers(&entry(&["robertson", "times"]));
    let states = numbers(states);
    let mut experiment = Experiment::from_known(0.0, &[1.0, 0.0, 0.0]);
    for i in 0..3 {
        let values: Vec<f64> = states.iter().skip(i).step_by(3).copied().collect();
        experiment = experiment.measured(Series::log_component(i, &times, &values));
    }
    let rates = [("k1", 0.12), ("k2", 1e7), ("k3", 3e4)];
    Fit::new(Autodiff::new(Robertson, vector![0.04, 3e7, 1e4]), RadauIIA5, Pid::tolerance(1e-9).atol(1e-20))
        .parameters(rates.map(|(name, rate)| Parameter::new(name, rate).positive()))
        .experiment(experiment)
}

#[test]
fn rates_are_found_from_exact_data() {
    let fitted = fit(&entry(&["robertson", "states"])).least_squares().unwrap();
    for (parameter, rate) in fitted.parameters.iter().zip([0.04, 3e7, 1e4]) {
        assert!((parameter.value / rate - 1.0).abs() < 1e-6, "{fitted}");
    }
}

#[test]
fn rates_are_those_of_scipy_with_noise() {
    let robertson = entry(&["robertson"]);
    let fitted = fit(&robertson["noisy"]).least_squares().unwrap();
    compare(&fitted, &robertson["fit_to_logarithms"], 1e-4);
}
