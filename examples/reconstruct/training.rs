//! The training of a model on windows of a measured series.

use std::error::Error;

use rheos::State;
use rheos::nn::{BatchMatrix, Block, Net, ShallowPlrnn};
use rheos::train::{Exponential, MiniBatch, Objective, RAdam, TeacherForcing, Trainer, uniform};

use super::data::Series;

pub type Weights = ShallowPlrnn<f64, 3, 50>;
pub type Cell = Net<Weights>;

/// A training on windows of a series.
pub struct Plan {
    pub alpha: f64,
    pub window: usize,
    pub updates: usize,
    pub learning_rate: f64,
}

/// The unit of time of a neural ODE: ten measurements, in which the states change by about their size.
pub const GAP: f64 = 0.1;
/// The batch of the paper.
const BATCH: usize = 16;

/// A cell near the identity, `z₁ = z + …`, with the hyperplanes of its units through measured states. Without forcing such a
/// cell leaves the finite numbers in the first window; then the start is a contraction.
pub fn initial(measured: &[[f64; 3]], plan: &Plan, seed: u64) -> Weights {
    let mut number = uniform(seed);
    let mut cell = Weights::uniform(&mut number);
    if plan.alpha == 0.0 {
        return cell;
    }
    let states: Vec<[f64; 3]> = (0..50).map(|_| measured[(number() * measured.len() as f64) as usize]).collect();
    cell.a.fill(1.0);
    cell.w1.scale_mut(0.1);
    cell.thresholds_at(&states)
}

/// Trains a model; returns its last loss and the largest norm of a gradient.
pub fn train<B>(model: &mut B, measured: &Series, plan: &Plan, seed: u64) -> Result<String, Box<dyn Error>>
where
    B: Block<Input = (), Hidden = BatchMatrix<f64, 3>>,
{
    let loss = TeacherForcing::new(measured, plan.window)?.step(GAP)?.alpha(plan.alpha)?;
    let epochs = plan.updates.div_ceil(loss.count_windows().div_ceil(BATCH));
    let rate = plan.learning_rate;
    let training = Trainer::new(model, &loss, RAdam::new(rate))
        .epochs(epochs)
        .batch_size(BATCH)
        .seed(seed)
        .schedule(|steps| Exponential::new(rate, 1e-3_f64.powf(1.0 / steps as f64)))
        .fit()?;
    let largest = training.epochs.iter().map(|epoch| epoch.gradient_norm).fold(0.0, f64::max);
    Ok(format!("{:.5} | {largest:.1e}", training.epochs.last().map_or(f64::NAN, |epoch| epoch.loss)))
}

/// Why a free run cannot be trained: the norm of the gradient at a good model over longer and longer windows.
pub fn gradients<B>(model: &B, measured: &Series) -> Result<String, Box<dyn Error>>
where
    B: Block<Input = (), Hidden = BatchMatrix<f64, 3>>,
{
    let mut lines = String::new();
    for alpha in [0.0, 0.2] {
        lines += &format!("norms of the gradient at this model, alpha = {alpha}:");
        for window in [100, 300, 1000, 3000].into_iter().filter(|window| 2 * window < measured.len()) {
            let loss = TeacherForcing::new(measured, window)?.step(GAP)?.alpha(alpha)?.stride(window)?;
            let samples: Vec<usize> = (0..loss.count_windows()).collect();
            let norm = match loss.gradient(model, MiniBatch { samples: &samples, seed: 0 }) {
                Ok((_, gradient)) => format!("{:.1e}", gradient.inner(&gradient).sqrt()),
                Err(error) => error.to_string(),
            };
            lines += &format!(" {norm} over {window} steps;");
        }
        lines.push('\n');
    }
    Ok(lines)
}
