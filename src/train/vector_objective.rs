//! The loss of a deep network on vectors.

use std::slice::from_ref;

use super::Loss;
use super::objective::{MiniBatch, Objective};
use super::samples::{batches, check_samples, error_rate, of_data};
use super::target::{SampleTarget, TargetFor};
use super::vector_data::VectorData;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::nn::{Block, Feedforward, FromSamples, Hidden, Layer};
use crate::state::State;

/// The loss of a deep network on vectors with targets, made by [`VectorData::objective`].
#[derive(Debug, Clone, Copy)]
pub struct VectorObjective<'a, const N: usize, Y, L> {
    data: &'a VectorData<N, Y>,
    loss: L,
}

impl<'a, const N: usize, Y, L> VectorObjective<'a, N, Y, L> {
    pub(super) const fn new(data: &'a VectorData<N, Y>, loss: L) -> Self {
        Self { data, loss }
    }
}

impl<const N: usize, Y> VectorData<N, Y> {
    /// A batch of these vectors.
    fn batch<X: FromSamples<N>>(&self, samples: &[usize]) -> Result<X> {
        check_samples("samples", samples, self.len(), "the index of a vector")?;
        let inputs = self.inputs();
        Ok(X::from_samples(samples.len(), |sample, row| inputs[samples[sample]][row]))
    }

    /// The output of a model for each vector, computed in batches of `batch_size`.
    ///
    /// # Errors
    /// The errors of the model, and [`Error::InvalidArgument`] for a batch size of 0.
    pub fn predict<E, B, R, const O: usize>(
        &self,
        model: &Feedforward<E, B, R>,
        batch_size: usize,
    ) -> Result<Vec<[f64; O]>>
    where
        E: Layer<Input: FromSamples<N>, Output = B::Hidden>,
        B: Block<Input = ()>,
        R: Layer<Input = <B::Hidden as Hidden>::Output, Output: FromSamples<O>>,
    {
        let mut found = Vec::with_capacity(self.len());
        for samples in batches(self.len(), batch_size)? {
            found.extend(model.predict(&self.batch(&samples)?)?.to_samples());
        }
        Ok(found)
    }
}

impl<const N: usize> VectorData<N, usize> {
    /// The fraction of vectors whose largest output, the first of equal ones, is not at their class; 0 without vectors.
    ///
    /// # Errors
    /// The errors of [`predict`](Self::predict), and [`Error::InvalidLabel`] for a class without an output.
    pub fn error_rate<E, B, R, const O: usize>(&self, model: &Feedforward<E, B, R>) -> Result<f64>
    where
        E: Layer<Input: FromSamples<N>, Output = B::Hidden>,
        B: Block<Input = ()>,
        R: Layer<Input = <B::Hidden as Hidden>::Output, Output: FromSamples<O>>,
    {
        error_rate::<O>(&self.predict(model, 256)?, self.targets())
    }
}

impl<const N: usize, Y, L> VectorObjective<'_, N, Y, L> {
    /// A batch of these vectors.
    fn setup<X: FromSamples<N>, Z>(&self, samples: &[usize]) -> Result<Prepared<X, Y::OfBatch>>
    where
        Y: TargetFor<Z>,
    {
        let x = self.data.batch(samples)?;
        let targets: Vec<&Y> = samples.iter().map(|&sample| &self.data.targets()[sample]).collect();
        Ok(Prepared { x, targets: Y::of_batch(&targets, 0) })
    }

    /// The loss of the output of a batch, and its cotangent.
    fn of_output<Z: State>(&self, output: &Z, targets: &L::Target) -> Result<(f64, Z)>
    where
        L: Loss<Z>,
    {
        let (loss, mut cotangents) = self.loss.of(from_ref(output), from_ref(targets))?;
        match (cotangents.pop(), cotangents.len()) {
            (Some(cotangent), 0) => Ok((loss, cotangent)),
            // The loss may be a user's own.
            (last, more) => {
                let found = more + usize::from(last.is_some());
                Err(Error::LengthMismatch { name: "cotangents", found, expected: 1 })
            }
        }
    }
}

/// A batch with its targets.
struct Prepared<X, T> {
    x: X,
    targets: T,
}

impl<E, B, R, const N: usize, Y, L> Objective<Feedforward<E, B, R>> for VectorObjective<'_, N, Y, L>
where
    E: Layer<Input: FromSamples<N>, Output = B::Hidden>,
    B: Block<Input = ()>,
    R: Layer<Input = <B::Hidden as Hidden>::Output>,
    Y: SampleTarget + TargetFor<R::Output>,
    L: Loss<R::Output, Target = Y::OfBatch>,
{
    fn samples(&self) -> usize {
        self.data.len()
    }

    fn gradient(
        &self,
        model: &Feedforward<E, B, R>,
        batch: MiniBatch<'_>,
    ) -> Result<(f64, <Feedforward<E, B, R> as Parametric>::Params)> {
        let Prepared { x, targets } = self.setup::<E::Input, R::Output>(batch.samples)?;
        let found = model.gradient_of(&x, |output| self.of_output(output, &targets));
        found.map_err(|error| of_data(error, batch))
    }

    fn loss(&self, model: &Feedforward<E, B, R>, batch: MiniBatch<'_>) -> Result<f64> {
        let Prepared { x, targets } = self.setup::<E::Input, R::Output>(batch.samples)?;
        let found = self.of_output(&model.predict(&x)?, &targets);
        found.map(|(loss, _)| loss).map_err(|error| of_data(error, batch))
    }
}
