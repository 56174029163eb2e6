//! An outbreak: rates of infection and recovery from daily counts, with intervals, and how often these are right. Then the
//! rates of three stiff reactions.
//!
//! `cargo run --release --example 09_fit`

use nalgebra::{SVector, vector};
use rheos::dynamics::problems::stiff::Robertson;
use rheos::fit::{Experiment, Fit, Fitted, Forward, Parameter, Series};
use rheos::train::uniform;
use rheos::{Autodiff, Dopri5, GenericDynamics, Ivp, Pid, RadauIIA5, Scalar};

/// Fractions of susceptible and infected people: `S' = −β S I`, `I' = β S I − γ I`, per day.
#[derive(Clone)]
struct Sir;

impl GenericDynamics<2, 2> for Sir {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        let infections = p[0] * y[0] * y[1];
        vector![-infections, infections - p[1] * y[1]]
    }
}

const NAMES: [&str; 3] = ["β", "γ", "I(0)"];
const TRUTH: [f64; 3] = [0.5, 0.2, 1e-3];
/// The standard deviation of the measured fraction.
const NOISE: f64 = 0.005;

type Outbreak = Fit<'static, Forward<Autodiff<Sir, 2, 2>, Dopri5, Pid>>;

/// Everybody but the first infected is susceptible, so the start is a function of the parameters.
fn outbreak(days: &[f64], infected: &[f64]) -> Outbreak {
    let experiment =
        Experiment::from_parameters(0.0, |p| vec![-p[2] + 1.0, p[2]]).measured(Series::component(1, days, infected));
    let guess = [0.4, 0.15, 2e-3];
    Fit::new(Autodiff::new(Sir, vector![guess[0], guess[1]]), Dopri5, Pid::tolerance(1e-9))
        .parameters([0, 1, 2].map(|j| Parameter::new(NAMES[j], guess[j]).positive()))
        .experiment(experiment)
}

/// Numbers with a standard normal distribution.
fn normal(seed: u64) -> impl FnMut() -> f64 {
    let mut numbers = uniform(seed);
    move || {
        let (radius, angle) = ((-2.0 * (1.0 - numbers()).ln()).sqrt(), std::f64::consts::TAU * numbers());
        radius * angle.cos()
    }
}

/// Robertson's rates from twelve decades of time: three concentrations with errors of 2 %, from rates that are wrong by
/// factors of 3.
fn reactions() -> rheos::Result<Fitted> {
    let (model, y0) = Robertson::problem();
    let times: Vec<f64> = (0..40).map(|i| 1e-5 * 10.0_f64.powf(12.0 * f64::from(i) / 39.0)).collect();
    let control = Pid::tolerance(1e-8).atol(1e-18);
    let y = Ivp::new(&model, y0, 0.0..times[39]).save_at(&times).solve(RadauIIA5, control)?.y;
    let mut noise = normal(4);
    let mut experiment = Experiment::from_known(0.0, y0.as_slice());
    for i in 0..3 {
        let values: Vec<f64> = y.iter().map(|y| y[i] * (0.02 * noise()).exp()).collect();
        experiment = experiment.measured(Series::log_component(i, &times, &values));
    }
    let rates = [("k1", 0.12), ("k2", 1e7), ("k3", 3e4)].map(|(name, rate)| Parameter::new(name, rate).positive());
    Ok(Fit::new(model, RadauIIA5, control).parameters(rates).experiment(experiment).least_squares()?)
}

fn main() -> rheos::Result<()> {
    let days: Vec<f64> = (1..=30).map(f64::from).collect();
    let truth = Autodiff::new(Sir, vector![TRUTH[0], TRUTH[1]]);
    let start = vector![1.0 - TRUTH[2], TRUTH[2]];
    let exact = Ivp::new(&truth, start, 0.0..30.0).save_at(&days).solve(Dopri5, Pid::tolerance(1e-10))?;
    let mut noise = normal(19);
    let mut measure = || exact.y.iter().map(|y| y[1] + NOISE * noise()).collect::<Vec<_>>();

    // One outbreak.
    let fit = outbreak(&days, &measure());
    let fitted: Fitted = fit.least_squares()?;
    println!("truth: β = {}, γ = {}, I(0) = {}\n\n{fitted}", TRUTH[0], TRUTH[1], TRUTH[2]);
    println!("correlation of β and γ: {:.3}", fitted.correlation()?[(0, 1)]);
    let profile = fit.profile(&fitted, "I(0)", 0.95)?;
    if let (Some(lower), Some(upper)) = (profile.lower.value(), profile.upper.value()) {
        println!("profile of I(0): 95 % interval {lower:.3e} to {upper:.3e}");
    }

    // A thousand outbreaks: how many intervals contain the truth?
    let (mut covered, repetitions) = ([0; 3], 1000);
    for _ in 0..repetitions {
        let intervals = outbreak(&days, &measure()).least_squares()?.intervals(0.95)?;
        for (j, interval) in intervals.iter().enumerate() {
            covered[j] += usize::from(interval.contains(TRUTH[j]));
        }
    }
    println!("\ncoverage of the 95 % intervals in {repetitions} repetitions:");
    for (name, covered) in NAMES.iter().zip(covered) {
        println!("{name:<5} {:.1} %", 100.0 * covered as f64 / f64::from(repetitions));
    }
    println!("\nRobertson's rates; truth: k1 = 0.04, k2 = 3e7, k3 = 1e4\n\n{}", reactions()?);
    Ok(())
}
