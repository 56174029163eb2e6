//! rheos on the fit of the Lotka–Volterra equations to the pelts of 1900–1920; see `python/scipy_fit.py`.

use nalgebra::vector;
use rheos::Autodiff;
use rheos::control::Pid;
use rheos::dynamics::problems::LotkaVolterra;
use rheos::fit::{Experiment, Fit, Parameter, Series, Simulation};
use rheos::solver::explicit::{Dop853, Dopri5, Tsit5};
use rheos_peers::clock::{Library, seconds};
use serde_json::json;

const RHEOS: Library = Library { name: "rheos", version: "0.1.0" };
const DATA: &str = include_str!("../../../../../examples/data/lynx_hare_1900_1920.csv");
/// α, β, γ, δ, hares and lynxes in 1900.
const START: [f64; 6] = [1.0, 0.05, 1.0, 0.05, 30.0, 4.0];
const NAMES: [&str; 6] = ["alpha", "beta", "gamma", "delta", "hare", "lynx"];

/// Year, hares and lynxes.
fn columns() -> [Vec<f64>; 3] {
    let numbers = |i: usize| DATA.lines().skip(1).filter_map(move |line| line.split(',').nth(i)?.parse().ok());
    [0, 1, 2].map(|i| numbers(i).collect())
}

/// Prints the row of a fit.
fn print<X: Simulation>(method: &str, fit: &Fit<'_, X>) {
    let about = json!({ "suite": "neural", "task": "fit", "what": "the fit", "method": method, "threads": "1" });
    let result = match fit.least_squares() {
        Ok(found) => {
            let norm = found.parameters.iter().map(|parameter| parameter.value.powi(2)).sum::<f64>().sqrt();
            let seconds = seconds(|| fit.least_squares().map(|found| found.sum_of_squares));
            json!({ "seconds": seconds, "evaluations": null, "value": found.sum_of_squares, "gradient": norm })
        }
        Err(failure) => json!({ "failed": failure.to_string() }),
    };
    RHEOS.line(about, result);
}

fn main() {
    let [times, hares, lynxes] = columns();
    let parameters: Vec<_> = NAMES.iter().zip(START).map(|(name, at)| Parameter::new(*name, at).positive()).collect();
    let experiment = Experiment::new(times[0], parameters[4..].to_vec())
        .measured(Series::log_component(0, &times, &hares))
        .measured(Series::log_component(1, &times, &lynxes));
    let model = Autodiff::new(LotkaVolterra, vector![1.0, 1.0, 1.0, 1.0]);
    let control = Pid::tolerance(1e-8).atol(1e-10);
    macro_rules! fit {
        ($($solver:ident),*) => {$(
            let fit = Fit::new(model, $solver, control).parameters(parameters[..4].to_vec());
            print(concat!("Levenberg–Marquardt, ", stringify!($solver)), &fit.experiment(experiment.clone()));
        )*};
    }
    fit!(Dopri5, Tsit5, Dop853);
}
