//! Ten thousand Lotka–Volterra systems with parameters and initial states of their own, as in `python/ensemble.py`.

use nalgebra::{SVector, Vector2, Vector4};
use rheos::dynamics::LaneField;
use rheos::dynamics::problems::LotkaVolterra;
use rheos::solution::{self, Ensemble, LaneEnsemble};
use rheos::solver::{Dense, Embedded};
use rheos::{Autodiff, Dopri5, Pid, Tsit5};
use rheos_peers::draws::uniform;

use crate::{Found, Outcome, Row};

const SYSTEMS: usize = 10_000;
type System = Autodiff<LotkaVolterra, 2, 4>;

pub fn run() {
    let params: Vec<Vector4<f64>> = around(0, [1.5, 1.0, 3.0, 1.0]).collect();
    let fields: Vec<System> = params.iter().map(|&p| Autodiff::new(LotkaVolterra, p)).collect();
    let starts: Vec<Vector2<f64>> = around(1, [1.0; 2]).collect();
    own_steps("Dopri5", Dopri5, &fields, &starts);
    own_steps("Tsit5", Tsit5, &fields, &starts);
    in_lanes("Dopri5", Dopri5, &params, &starts);
    in_lanes("Tsit5", Tsit5, &params, &starts);
}

/// Every system has its own steps.
fn own_steps<S: Embedded<System> + Copy>(name: &str, solver: S, fields: &[System], starts: &[Vector2<f64>]) {
    Row { task: "ensemble", what: "end", how: &format!("Ensemble, {name}") }.print(1, || {
        let outcomes = Ensemble::with_fields(fields, starts, 0.0..10.0)?.solve(solver, Pid::tolerance(1e-6));
        sum(outcomes)
    });
}

/// The systems of a block share their steps.
fn in_lanes<S>(name: &str, solver: S, params: &[Vector4<f64>], starts: &[Vector2<f64>])
where
    S: for<'a> Embedded<LaneField<'a, LotkaVolterra, 2, 4>>
        + for<'a> Dense<LaneField<'a, LotkaVolterra, 2, 4>>
        + for<'a> Embedded<Autodiff<&'a LotkaVolterra, 2, 4>>
        + for<'a> Dense<Autodiff<&'a LotkaVolterra, 2, 4>>
        + Copy,
{
    Row { task: "ensemble", what: "end", how: &format!("LaneEnsemble, {name}") }.print(1, || {
        let (model, _) = LotkaVolterra::problem();
        let ensemble = LaneEnsemble::new(&model, starts, 0.0..10.0).with_params(params)?;
        sum(ensemble.solve(solver, Pid::tolerance(1e-6)))
    });
}

/// The sum of all components at the end, and of all evaluations.
fn sum(outcomes: Vec<solution::Outcome<Vector2<f64>>>) -> Outcome<Found> {
    let mut found = Found::default();
    for outcome in outcomes {
        let solution = outcome.map_err(|failure| failure.error)?;
        found.value += solution.last().sum();
        found.evaluations += solution.stats.evaluations;
    }
    Ok(found)
}

/// A vector for each system, within a fifth of `centre`.
fn around<const N: usize>(seed: usize, centre: [f64; N]) -> impl Iterator<Item = SVector<f64, N>> {
    let mut numbers = uniform(seed, 0.2);
    let mut next = move || numbers.next().map_or(f64::NAN, f64::from);
    (0..SYSTEMS).map(move |_| SVector::from(centre.map(|x| x * (1.0 + next()))))
}
