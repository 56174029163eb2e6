//! A training step of the spiral example of Chen et al. 2018: 2-50-2, tanh, on `y³`; 20 samples, 10 times, Adam.

use nalgebra::SMatrix;
use rheos::nn::{Affine, Cube, LayerField, Mlp, Pointwise};
use rheos::train::Adam;
use rheos::{Adjoint, Backsolve, Discrete, Dopri5, Pid, Reverse, State, gradient};
use rheos_peers::network;
use serde_json::Value;

use crate::{Found, Outcome, Row};

const BATCH: usize = 20;
/// The training steps of a run, from the same weights.
const STEPS: u32 = 10;
/// The default tolerances of torchdiffeq.
const TOLERANCE: Pid = Pid::new(1e-7, 1e-9);

type States = SMatrix<f64, 2, BATCH>;
type Net = LayerField<(Pointwise<Cube, f64, 2, BATCH>, Mlp<f64, 2, 50, BATCH>)>;

pub fn run(weights: &Value) {
    let affine = (network::affine(&weights["layers"][0]), network::affine(&weights["layers"][1]));
    let affine: (Affine<_, 2, 50, BATCH>, Affine<_, 50, 2, BATCH>) = affine;
    let net: Net = LayerField((Pointwise::new(), (affine.0, (Pointwise::new(), affine.1))));
    let (times, y) = (network::list(&weights["times"]), network::sequence(&weights["y"]));
    let row = |how| Row { task: "spiral", what: "training step", how };
    row("Discrete, static").print(STEPS, || train(net, &Discrete::new(), &times, &y));
    row("Backsolve, static").print(STEPS, || train(net, &Backsolve::new(Dopri5, TOLERANCE), &times, &y));
}

/// Mean absolute error over all states, and its derivative.
fn mean_absolute_error(y: &[States], truth: &[States]) -> (f64, Vec<States>) {
    let entries = (y.len() * y[0].len()) as f64;
    let differences: Vec<States> = y.iter().zip(truth).map(|(y, truth)| y - truth).collect();
    let loss = differences.iter().map(|d| d.abs().sum()).sum::<f64>() / entries;
    // The first states are the same, where the derivative is taken to be zero.
    let sign = |d: f64| if d == 0.0 { 0.0 } else { d.signum() / entries };
    (loss, differences.iter().map(|d| d.map(sign)).collect())
}

fn train<A: Adjoint<Net, Dopri5, Pid>>(mut net: Net, adjoint: &A, times: &[f64], truth: &[States]) -> Outcome<Found>
where
    Dopri5: Reverse<Net>,
{
    let mut adam = Adam::new(1e-3);
    let mut found = Found::default();
    for _ in 0..STEPS {
        let mut loss = 0.0;
        let step = gradient(&net, Dopri5, TOLERANCE, adjoint, times, &truth[0], |y| {
            let (value, cotangents) = mean_absolute_error(y, truth);
            loss = value;
            cotangents
        })?;
        adam.step(&mut net, &step.params)?;
        found.evaluations += step.stats.iter().map(|stats| stats.evaluations).sum::<u64>();
        found.value = loss;
        found.gradient = step.params.inner(&step.params).sqrt();
    }
    found.evaluations /= u64::from(STEPS);
    Ok(found)
}
