//! Targets of samples.

use crate::nn::FromSamples;

/// The target of a sample: a class, numbers, or numbers for every step of a sequence.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a target",
    note = "targets are classes, `usize`; numbers, `[f64; O]`; or numbers for every step of a sequence, `Vec<[f64; O]>`"
)]
pub trait Target: Sized {
    /// The number of steps with targets, or `None` for a target of the whole sample.
    fn steps(&self) -> Option<usize> {
        None
    }
    /// The first number that is not finite, and its step.
    fn not_finite(&self) -> Option<(usize, f64)> {
        None
    }
    /// The target without the steps that [`SequenceData::every`](super::SequenceData::every) leaves out.
    #[must_use]
    fn every(self, _n: usize) -> Self {
        self
    }
}

/// A target of a whole sample: a class or numbers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the target of a vector",
    note = "targets of vectors are classes, `usize`, or numbers, `[f64; O]`"
)]
pub trait SampleTarget: Target {}

/// A target for outputs of the type `Z`.
///
/// Numbers are the target of a batch, or of a pair of batches, for a loss such as [`GaussianNll`](super::GaussianNll).
pub trait TargetFor<Z>: Target {
    /// The targets of one output, of all samples of a batch.
    type OfBatch;
    /// Whether there is a target for every step.
    const EVERY_STEP: bool;
    /// The targets of the output of `step`; ended sequences have arbitrary ones.
    fn of_batch(targets: &[&Self], step: usize) -> Self::OfBatch;
}

impl Target for usize {}
impl SampleTarget for usize {}

impl<const O: usize> Target for [f64; O] {
    fn not_finite(&self) -> Option<(usize, f64)> {
        self.iter().find(|value| !value.is_finite()).map(|value| (0, *value))
    }
}

impl<const O: usize> SampleTarget for [f64; O] {}

impl<const O: usize> Target for Vec<[f64; O]> {
    fn steps(&self) -> Option<usize> {
        Some(self.len())
    }
    fn not_finite(&self) -> Option<(usize, f64)> {
        self.iter().enumerate().find_map(|(step, values)| values.not_finite().map(|(_, value)| (step, value)))
    }
    fn every(self, n: usize) -> Self {
        every(self, n)
    }
}

/// Every `n`-th step, counted so that the last one stays.
pub(super) fn every<T>(steps: Vec<T>, n: usize) -> Vec<T> {
    let first = first_of_every(steps.len(), n);
    steps.into_iter().skip(first).step_by(n).collect()
}

/// The first of every `n`-th step out of `steps`, counted so that the last one stays.
pub(super) const fn first_of_every(steps: usize, n: usize) -> usize {
    steps.saturating_sub(1) % n
}

impl<Z> TargetFor<Z> for usize {
    type OfBatch = Vec<Self>;
    const EVERY_STEP: bool = false;
    fn of_batch(targets: &[&Self], _: usize) -> Vec<Self> {
        targets.iter().map(|label| **label).collect()
    }
}

impl<Z: FromSamples<O>, const O: usize> TargetFor<Z> for [f64; O] {
    type OfBatch = Z;
    const EVERY_STEP: bool = false;
    fn of_batch(targets: &[&Self], _: usize) -> Z {
        Z::from_samples(targets.len(), |sample, row| targets[sample][row])
    }
}

impl<Z: FromSamples<O>, const O: usize> TargetFor<Z> for Vec<[f64; O]> {
    type OfBatch = Z;
    const EVERY_STEP: bool = true;
    fn of_batch(targets: &[&Self], step: usize) -> Z {
        Z::from_samples(targets.len(), |sample, row| targets[sample].get(step).map_or(0.0, |values| values[row]))
    }
}

impl<Z: FromSamples<O>, const O: usize> TargetFor<(Z, Z)> for [f64; O] {
    type OfBatch = Z;
    const EVERY_STEP: bool = false;
    fn of_batch(targets: &[&Self], step: usize) -> Z {
        <Self as TargetFor<Z>>::of_batch(targets, step)
    }
}

impl<Z: FromSamples<O>, const O: usize> TargetFor<(Z, Z)> for Vec<[f64; O]> {
    type OfBatch = Z;
    const EVERY_STEP: bool = true;
    fn of_batch(targets: &[&Self], step: usize) -> Z {
        <Self as TargetFor<Z>>::of_batch(targets, step)
    }
}
