//! The nonlinear regressions of NIST, with certified estimates, standard deviations and sums of squares. A regression is a
//! fit of a measured function to a system at rest.

use nalgebra::{SVector, vector};
use rheos::dynamics::{Dual64, DualNum};
use rheos::error::Error;
use rheos::fit::{Experiment, Fit, FitResult, LevenbergMarquardt, Parameter, Series};
use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};
use serde_json::Value;

use crate::reference::numbers;

/// `y' = 0`.
#[derive(Clone)]
struct Rest;

impl GenericDynamics<1, 0> for Rest {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, _p: &SVector<T, 0>) -> SVector<T, 1> {
        vector![y[0] * 0.0]
    }
}

type Model = fn(f64, &[Dual64]) -> Dual64;

fn rational(x: f64, b: &[Dual64]) -> Dual64 {
    (b[0] + b[1] * x + b[2] * (x * x) + b[3] * x.powi(3)) / (b[4] * x + b[5] * (x * x) + b[6] * x.powi(3) + 1.0)
}

const MODELS: [(&str, Model); 11] = [
    ("Misra1a", |x, b| b[0] - b[0] * (-b[1] * x).exp()),
    ("Lanczos3", |x, b| b[0] * (-b[1] * x).exp() + b[2] * (-b[3] * x).exp() + b[4] * (-b[5] * x).exp()),
    ("MGH17", |x, b| b[0] + b[1] * (-b[3] * x).exp() + b[2] * (-b[4] * x).exp()),
    ("MGH09", |x, b| b[0] * (b[1] * x + x * x) / (b[2] * x + b[3] + x * x)),
    ("MGH10", |x, b| b[0] * (b[1] / (b[2] + x)).exp()),
    ("Thurber", rational),
    ("BoxBOD", |x, b| b[0] - b[0] * (-b[1] * x).exp()),
    ("Eckerle4", |x, b| b[0] / b[1] * (((b[2] - x) / b[1]).powi(2) * -0.5).exp()),
    ("Rat43", |x, b| b[0] * (-((b[1] - b[2] * x).exp() + 1.0).ln() / b[3]).exp()),
    ("Hahn1", rational),
    ("Bennett5", |x, b| b[0] * (-(b[1] + x).ln() / b[2]).exp()),
];

fn problem(name: &str) -> Value {
    let root: Value = serde_json::from_str(include_str!("../reference/nist.json")).unwrap();
    root[name].clone()
}

fn fit(problem: &Value, model: Model, start: usize, method: &LevenbergMarquardt) -> FitResult {
    let (x, y) = (numbers(&problem["x"]), numbers(&problem["y"]));
    let first = x.iter().copied().fold(f64::INFINITY, f64::min);
    let starts = numbers(&problem["starts"][start]);
    let parameters = starts.iter().enumerate().map(|(j, value)| Parameter::new(format!("b{}", j + 1), *value));
    Fit::new(Autodiff::new(Rest, SVector::<f64, 0>::zeros()), Dopri5, Pid::tolerance(1e-6))
        .parameters(parameters)
        .experiment(Experiment::from_known(first, &[0.0]).measured(Series::function(
            move |x, _y, b| model(x, b),
            &x,
            &y,
        )))
        .least_squares_with(method)
}

/// From both starts, without the two of the next test.
#[test]
fn certified_values_are_found() {
    let method = LevenbergMarquardt::new().tolerance(1e-9).max_iterations(1000);
    for (name, model) in MODELS {
        let problem = problem(name);
        let (values, errors) = (numbers(&problem["estimates"]), numbers(&problem["standard_deviations"]));
        let first = usize::from(["BoxBOD", "MGH10"].contains(&name));
        for start in first..2 {
            let fitted = fit(&problem, model, start, &method).unwrap();
            let sum = problem["sum_of_squares"].as_f64().unwrap();
            assert!((fitted.sum_of_squares / sum - 1.0).abs() < 1e-9, "{name} {start}: {}", fitted.sum_of_squares);
            let found = fitted.standard_errors().unwrap();
            for j in 0..values.len() {
                let value = fitted.parameters[j].value;
                assert!((value / values[j] - 1.0).abs() < 1e-6, "{name} {start} b{}: {value}", j + 1);
                assert!((found[j] / errors[j] - 1.0).abs() < 1e-6, "{name} {start} b{}: ± {}", j + 1, found[j]);
            }
        }
    }
}

/// BoxBOD from its first start jumps to `b₂ → ∞`, where `b₂` has no effect: a plateau that a standard error shows. MGH10
/// from its first start creeps through a curved valley.
#[test]
fn a_start_that_leads_elsewhere_shows_it() {
    let problem_of = |name| (problem(name), MODELS.iter().find(|(found, _)| *found == name).unwrap().1);
    let (boxbod, model) = problem_of("BoxBOD");
    let fitted = fit(&boxbod, model, 0, &LevenbergMarquardt::new()).unwrap();
    let mean = numbers(&boxbod["y"]).iter().sum::<f64>() / 6.0;
    assert!((fitted.parameters[0].value - mean).abs() < 1e-3);
    match fitted.standard_errors() {
        Ok(errors) => assert!(errors[1] > 1e10 * fitted.parameters[1].value, "{fitted}"),
        Err(error) => assert_eq!(error, Error::NotIdentifiable { parameter: "b2".into() }),
    }
    let (mgh10, model) = problem_of("MGH10");
    let failure = fit(&mgh10, model, 0, &LevenbergMarquardt::new()).unwrap_err();
    assert!(matches!(failure.error, Error::FitNotConverged { iterations: 200, .. }), "{failure}");
}
