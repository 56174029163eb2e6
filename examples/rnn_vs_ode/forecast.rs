//! Training and prediction on the two real series: a model reads a window of observations and predicts the next one.

use nalgebra::SMatrix;
use rand::Rng;
use rand::rngs::StdRng;
use rheos::nn::{Block, Linear, Net, Sequence, SequenceBatch};
use rheos::train::mean_squared_error;

use crate::models::{Batched, Uniform, columns};
use crate::run::{Run, Trainer};

/// Samples in a batch.
pub const B: usize = 32;
/// Hidden units of all cells except in the ODE-RNN.
pub const HIDDEN: usize = 12;
/// Hidden units of the ODE-RNN, whose flow has parameters of its own.
pub const HIDDEN_ODE_RNN: usize = 8;

/// One number for every sample of a batch.
pub type Numbers = SMatrix<f64, 1, B>;

/// A series as the inputs and targets of each step.
pub struct Steps<const I: usize> {
    /// The input of step `i`.
    pub inputs: Vec<[f64; I]>,
    /// The time from step `i` to the next.
    pub gaps: Vec<f64>,
    /// The target of step `i`.
    pub targets: Vec<f64>,
    /// Targets before this one are for training, the others for the test.
    pub split: usize,
    /// Steps a model reads before a prediction counts.
    pub warm_up: usize,
    /// Steps in a window.
    pub window: usize,
}

/// A model with a hidden state of `H` units that reads inputs of its own making.
pub type Model<M, const H: usize> = Sequence<M, Batched<Linear<f64, H, 1>, B>>;

/// A window of inputs, gaps and targets for every sample of a batch.
type Window<const I: usize> = (Vec<SMatrix<f64, I, B>>, Vec<Numbers>, Vec<Numbers>);

impl<const I: usize> Steps<I> {
    /// The windows that begin at `starts`.
    fn windows(&self, starts: &[usize; B], length: usize) -> Window<I> {
        let steps = 0..length;
        (
            steps.clone().map(|step| columns(|i, sample| self.inputs[starts[sample] + step][i])).collect(),
            steps.clone().map(|step| columns(|_, sample| self.gaps[starts[sample] + step])).collect(),
            steps.map(|step| columns(|_, sample| self.targets[starts[sample] + step])).collect(),
        )
    }

    /// Windows from random places of the training part.
    fn batch(&self, rng: &mut StdRng) -> Window<I> {
        let starts = std::array::from_fn(|_| rng.random_range(0..=self.split - self.window));
        self.windows(&starts, self.window)
    }

    /// Predicts target `i` from the window that ends with step `i`, for `i` in `targets`, and goes on for `horizon`
    /// steps in all; `feed_back` turns each prediction into the next input.
    pub fn predict<M, const H: usize>(
        &self,
        model: &Model<M, H>,
        adapt: &impl Fn(&SMatrix<f64, I, B>, &Numbers) -> M::Input,
        targets: std::ops::Range<usize>,
        horizon: usize,
        feed_back: impl Fn(f64) -> [f64; I],
    ) -> rheos::Result<Vec<Vec<f64>>>
    where
        M: Block<Hidden = SMatrix<f64, H, B>>,
    {
        let all: Vec<usize> = targets.collect();
        let mut predictions = Vec::with_capacity(all.len());
        for chunk in all.chunks(B) {
            // The last batch is filled up with copies of its last window.
            let starts = std::array::from_fn(|sample| chunk[sample.min(chunk.len() - 1)] + 1 - self.window);
            let (inputs, gaps, _) = self.windows(&starts, self.window);
            let inputs: Vec<M::Input> = inputs.iter().zip(&gaps).map(|(x, gap)| adapt(x, gap)).collect();
            let batch = SequenceBatch::new(inputs).last_output();
            let mut unrolled = model.forward(&SMatrix::zeros(), &batch)?;
            let mut paths = vec![Vec::with_capacity(horizon); chunk.len()];
            for step in 0..horizon {
                let Some(last) = unrolled.outputs.last() else { break };
                for (path, &y) in paths.iter_mut().zip(last.iter()) {
                    path.push(y);
                }
                if step + 1 < horizon {
                    let x = columns(|i, sample| feed_back(last[sample])[i]);
                    let next = adapt(&x, &Numbers::repeat(1.0));
                    unrolled = model.forward(&unrolled.hidden, &SequenceBatch::new(vec![next]))?;
                }
            }
            predictions.extend(paths);
        }
        Ok(predictions)
    }

    /// Trains on windows of the training part; `error` measures the model on the test part.
    pub fn fit<M, const H: usize>(
        &self,
        trainer: &mut Trainer<'_>,
        model: &mut Model<M, H>,
        adapt: &impl Fn(&SMatrix<f64, I, B>, &Numbers) -> M::Input,
        error: impl FnMut(&Model<M, H>) -> rheos::Result<f64>,
    ) -> Run
    where
        M: Block<Hidden = SMatrix<f64, H, B>>,
    {
        trainer.fit(
            model,
            |model, rng, gradient| {
                let (inputs, gaps, targets) = self.batch(rng);
                let inputs: Vec<M::Input> = inputs.iter().zip(&gaps).map(|(x, gap)| adapt(x, gap)).collect();
                let batch = SequenceBatch::new(inputs).outputs_from(self.warm_up);
                let unrolled = model.forward(&SMatrix::zeros(), &batch)?;
                let (loss, cotangents) = mean_squared_error(&unrolled.outputs, &targets[self.warm_up..])?;
                model.backward(unrolled.record, &cotangents, gradient)?;
                Ok(loss)
            },
            error,
        )
    }
}

/// A model around `block` with a random readout.
pub fn with_readout<M, const H: usize>(block: M, rng: &mut Uniform<'_>) -> Model<M, H>
where
    M: Block<Hidden = SMatrix<f64, H, B>>,
{
    Sequence { block, readout: Net::new(Linear::uniform(rng)) }
}

/// Reads the input alone.
pub fn plain<const I: usize>(x: &SMatrix<f64, I, B>, _: &Numbers) -> SMatrix<f64, I, B> {
    *x
}

/// Jumps at the observation, then flows for the gap that follows it.
pub fn jump_and_flow<const I: usize>(x: &SMatrix<f64, I, B>, gap: &Numbers) -> (SMatrix<f64, I, B>, Numbers) {
    (*x, *gap)
}

/// The root mean square.
pub fn rms(errors: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = errors.fold((0.0, 0), |(sum, n), error| (sum + error * error, n + 1));
    (sum / f64::from(n)).sqrt()
}
