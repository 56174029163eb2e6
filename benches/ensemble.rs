//! Ten thousand small systems: samples with steps of their own beside samples that share instructions.

#[path = "formula/race.rs"]
mod race;

use std::hint::black_box;

use nalgebra::SVector;
use race::race;
use rheos::dynamics::problems::{Lorenz, LotkaVolterra};
use rheos::solution::{Ensemble, LaneEnsemble};
use rheos::{Autodiff, Dopri5, GenericDynamics, Parametric, Pid, Tsit5};

const SAMPLES: usize = 10_000;

/// Samples whose initial states and parameters differ by up to `spread`, in no order.
fn compare<M, const N: usize, const P: usize>(name: &str, model: &Autodiff<M, N, P>, y0: SVector<f64, N>, end: f64)
where
    M: GenericDynamics<N, P> + Copy,
{
    for spread in [0.02, 0.5] {
        let factor = |i: usize, k: usize| 1.0 + spread * (((i * 7919 + k * 104_729) % 1000) as f64 / 1000.0 - 0.5);
        let y0: Vec<_> = (0..SAMPLES).map(|i| SVector::from_fn(|j, _| y0[j] * factor(i, j))).collect();
        let params: Vec<_> =
            (0..SAMPLES).map(|i| SVector::from_fn(|k, _| model.params()[k] * factor(i, N + k))).collect();
        let mut models = vec![*model; SAMPLES];
        models.iter_mut().zip(&params).for_each(|(model, params)| model.set_params(params));
        let own = Ensemble::with_fields(&models, &y0, 0.0..end).expect("equal lengths");
        let shared = LaneEnsemble::new(model, &y0, 0.0..end).with_params(&params).expect("equal lengths");
        let control = Pid::tolerance(1e-6);
        race(
            &format!("{name}, {SAMPLES} samples, spread {spread}"),
            &mut [
                ("own steps, Tsit5", &mut || drop(black_box(own.solve(Tsit5, control)))),
                ("own steps, Dopri5", &mut || drop(black_box(own.solve(Dopri5, control)))),
                ("lanes, Tsit5", &mut || drop(black_box(shared.solve(Tsit5, control)))),
                ("lanes, Dopri5", &mut || drop(black_box(shared.solve(Dopri5, control)))),
            ],
        );
    }
}

fn main() {
    let (model, y0) = LotkaVolterra::problem();
    compare("Lotka–Volterra", &model, y0, 10.0);
    let (model, y0) = Lorenz::problem();
    compare("Lorenz", &model, y0, 5.0);
}
