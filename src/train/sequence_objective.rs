//! The loss of a sequence model on sequences.

use super::Loss;
use super::objective::{MiniBatch, Objective};
use super::samples::{batches, check_samples, error_rate, of_data};
use super::sequence_data::SequenceData;
use super::target::TargetFor;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::nn::{Block, FromSamples, Hidden, Layer, Sequence, SequenceBatch, ZeroSamples};

/// The loss of a sequence model on sequences with targets, made by [`SequenceData::objective`].
#[derive(Debug, Clone, Copy)]
pub struct SequenceObjective<'a, const I: usize, Y, L> {
    data: &'a SequenceData<I, Y>,
    loss: L,
}

impl<'a, const I: usize, Y, L> SequenceObjective<'a, I, Y, L> {
    pub(super) const fn new(data: &'a SequenceData<I, Y>, loss: L) -> Self {
        Self { data, loss }
    }
}

impl<const I: usize, Y> SequenceData<I, Y> {
    /// The longest of these sequences.
    fn longest(&self, samples: &[usize]) -> usize {
        samples.iter().map(|&sample| self.inputs[sample].len()).max().unwrap_or(0)
    }

    /// The observations of these sequences, padded with zeros; the outputs are still to be chosen.
    fn batch<X: FromSamples<I>>(&self, samples: &[usize]) -> Result<SequenceBatch<X>> {
        check_samples("samples", samples, self.len(), "the index of a sequence")?;
        let steps = self.longest(samples);
        let at = |step: usize| {
            X::from_samples(samples.len(), |sample, row| {
                self.inputs[samples[sample]].get(step).map_or(0.0, |values| values[row])
            })
        };
        let mut batch = SequenceBatch::new((0..steps).map(at).collect());
        let lengths: Vec<usize> = samples.iter().map(|&sample| self.inputs[sample].len()).collect();
        if lengths.iter().any(|&length| length != steps) {
            batch = batch.lengths(lengths);
        }
        if let Some(gaps) = &self.gaps {
            let gap =
                |step: usize| samples.iter().map(|&sample| gaps[sample].get(step).copied().unwrap_or(0.0)).collect();
            batch = batch.gaps_of_samples((0..steps).map(gap).collect());
        }
        Ok(batch)
    }

    /// The output of a model after the last observation of each sequence, computed in batches of `batch_size`.
    ///
    /// # Errors
    /// The errors of the model, and [`Error::InvalidArgument`] for a batch size of 0.
    pub fn predict<B, R, const O: usize>(&self, model: &Sequence<B, R>, batch_size: usize) -> Result<Vec<[f64; O]>>
    where
        B: Block<Input: FromSamples<I>, Hidden: ZeroSamples>,
        R: Layer<Input = <B::Hidden as Hidden>::Output, Output: FromSamples<O>>,
    {
        let mut found = Vec::with_capacity(self.len());
        for samples in batches(self.len(), batch_size)? {
            let batch = self.batch(&samples)?.last_output();
            let (outputs, _) = model.predict(&model.start(samples.len()), &batch)?;
            found.extend(outputs.iter().flat_map(FromSamples::to_samples));
        }
        Ok(found)
    }
}

impl<const I: usize> SequenceData<I, usize> {
    /// The fraction of sequences whose largest output, the first of equal ones, is not at their class.
    ///
    /// # Errors
    /// The errors of [`predict`](Self::predict), and [`Error::InvalidLabel`] for a class without an output.
    pub fn error_rate<B, R, const O: usize>(&self, model: &Sequence<B, R>) -> Result<f64>
    where
        B: Block<Input: FromSamples<I>, Hidden: ZeroSamples>,
        R: Layer<Input = <B::Hidden as Hidden>::Output, Output: FromSamples<O>>,
    {
        error_rate::<O>(&self.predict(model, 256)?, &self.targets)
    }
}

impl<const I: usize, Y, L> SequenceObjective<'_, I, Y, L> {
    /// A batch of these sequences, with its targets and the weights of its outputs.
    fn setup<X, Z>(&self, samples: &[usize]) -> Result<Prepared<X, Y::OfBatch>>
    where
        X: FromSamples<I>,
        Y: TargetFor<Z>,
    {
        let SequenceData { targets, first_output, .. } = self.data;
        let batch = self.data.batch(samples)?;
        let of_batch: Vec<&Y> = samples.iter().map(|&sample| &targets[sample]).collect();
        if !Y::EVERY_STEP {
            if *first_output > 0 {
                let expected = "0, unless there is a target for every step";
                return Err(Error::InvalidArgument { name: "outputs_from", value: *first_output as f64, expected });
            }
            let targets = vec![Y::of_batch(&of_batch, 0)];
            return Ok(Prepared { batch: batch.last_output(), targets, weights: None });
        }
        if *first_output >= batch.len() {
            let expected = "below the length of the longest sequence in each batch";
            return Err(Error::InvalidArgument { name: "outputs_from", value: *first_output as f64, expected });
        }
        let lengths: Vec<usize> = samples.iter().map(|&sample| self.data.inputs[sample].len()).collect();
        let steps = *first_output..batch.len();
        let targets = steps.clone().map(|step| Y::of_batch(&of_batch, step)).collect();
        let masks = lengths.iter().any(|&length| length != batch.len());
        let weight = |step: usize| lengths.iter().map(|&length| if step < length { 1.0 } else { 0.0 }).collect();
        let weights = masks.then(|| steps.map(weight).collect());
        Ok(Prepared { batch: batch.outputs_from(*first_output), targets, weights })
    }
}

/// A batch with its targets and the weights of its outputs.
struct Prepared<X, T> {
    batch: SequenceBatch<X>,
    targets: Vec<T>,
    weights: Option<Vec<Vec<f64>>>,
}

impl<B, R, const I: usize, Y, L> Objective<Sequence<B, R>> for SequenceObjective<'_, I, Y, L>
where
    B: Block<Input: FromSamples<I>, Hidden: ZeroSamples>,
    R: Layer<Input = <B::Hidden as Hidden>::Output>,
    Y: TargetFor<R::Output>,
    L: Loss<R::Output, Target = Y::OfBatch>,
{
    fn samples(&self) -> usize {
        self.data.len()
    }

    /// The number of outputs of all sequences.
    fn weight(&self, batch: MiniBatch<'_>) -> f64 {
        let SequenceData { inputs, first_output, .. } = self.data;
        let outputs = |&sample: &usize| match inputs.get(sample) {
            Some(steps) if Y::EVERY_STEP => steps.len().saturating_sub(*first_output),
            _ => 1,
        };
        batch.samples.iter().map(outputs).sum::<usize>() as f64
    }

    fn gradient(
        &self,
        model: &Sequence<B, R>,
        batch: MiniBatch<'_>,
    ) -> Result<(f64, <Sequence<B, R> as Parametric>::Params)> {
        let Prepared { batch: sequences, targets, weights } = self.setup(batch.samples)?;
        let h0 = model.start(batch.samples.len());
        let found = model.gradient_of(&h0, &sequences, |y| self.loss.weighted(y, &targets, weights.as_deref()));
        found.map_err(|error| of_data(error, batch))
    }

    fn loss(&self, model: &Sequence<B, R>, batch: MiniBatch<'_>) -> Result<f64> {
        let Prepared { batch: sequences, targets, weights } = self.setup(batch.samples)?;
        let (outputs, _) = model.predict(&model.start(batch.samples.len()), &sequences)?;
        let found = self.loss.weighted(&outputs, &targets, weights.as_deref());
        found.map(|(loss, _)| loss).map_err(|error| of_data(error, batch))
    }
}
