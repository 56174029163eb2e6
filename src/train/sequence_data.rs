//! Sequences with targets.

use super::target::{Target, every, first_of_every};
use crate::error::{Error, Result};

/// Sequences of observations of `I` numbers, each with a target.
///
/// | target | `Y` | the model reads out |
/// |---|---|---|
/// | the class of a sequence | `usize`, from 0 | after its last observation |
/// | `O` numbers for a sequence | `[f64; O]` | after its last observation |
/// | `O` numbers for each step | `Vec<[f64; O]>` | after every step, or from [`outputs_from`](Self::outputs_from) on |
///
/// The sequences may have different lengths: a batch is as long as its longest sequence, and ended sequences are masked.
/// Together with a loss they are an [`Objective`](super::Objective) for every [`Sequence`](crate::nn::Sequence) on
/// batches of any size.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceData<const I: usize, Y> {
    pub(super) inputs: Vec<Vec<[f64; I]>>,
    pub(super) gaps: Option<Vec<Vec<f64>>>,
    pub(super) targets: Vec<Y>,
    pub(super) first_output: usize,
}

impl<const I: usize, Y: Target> SequenceData<I, Y> {
    /// The sequences, with one target for each.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] unless there is one target for each sequence;
    /// * [`Error::InvalidEntry`] for a sequence of length 0, by its index;
    /// * [`Error::ShapeMismatch`] unless targets for each step are as many as the steps;
    /// * [`Error::NonFiniteData`] for a number that is infinite or NaN: its sequence and its step.
    pub fn new(inputs: Vec<Vec<[f64; I]>>, targets: Vec<Y>) -> Result<Self> {
        if targets.len() != inputs.len() {
            return Err(Error::LengthMismatch { name: "targets", found: targets.len(), expected: inputs.len() });
        }
        for (sample, (steps, target)) in inputs.iter().zip(&targets).enumerate() {
            if steps.is_empty() {
                let expected = "at least 1, the length of a sequence";
                return Err(Error::InvalidEntry { name: "inputs", index: sample, value: 0.0, expected });
            }
            if let Some(found) = target.steps().filter(|&found| found != steps.len()) {
                return Err(Error::ShapeMismatch { name: "targets", index: sample, found, expected: steps.len() });
            }
            let not_finite = |step: usize, values: &[f64]| values.iter().find(|x| !x.is_finite()).map(|x| (step, *x));
            let bad = steps.iter().enumerate().find_map(|(step, values)| not_finite(step, values));
            let named = bad.map(|bad| ("inputs", bad)).or_else(|| target.not_finite().map(|bad| ("targets", bad)));
            if let Some((name, (step, value))) = named {
                return Err(Error::NonFiniteData { name, sample, step, value });
            }
        }
        Ok(Self { inputs, gaps: None, targets, first_output: 0 })
    }

    /// The time before each observation of each sequence; 1 by default.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] or [`Error::ShapeMismatch`] unless there is one gap for each observation, and
    /// [`Error::NonFiniteData`] for a gap that is not finite.
    pub fn gaps(self, gaps: Vec<Vec<f64>>) -> Result<Self> {
        if gaps.len() != self.inputs.len() {
            return Err(Error::LengthMismatch { name: "gaps", found: gaps.len(), expected: self.inputs.len() });
        }
        for (sample, (gaps, steps)) in gaps.iter().zip(&self.inputs).enumerate() {
            if gaps.len() != steps.len() {
                let (found, expected) = (gaps.len(), steps.len());
                return Err(Error::ShapeMismatch { name: "gaps", index: sample, found, expected });
            }
            if let Some(step) = gaps.iter().position(|gap| !gap.is_finite()) {
                return Err(Error::NonFiniteData { name: "gaps", sample, step, value: gaps[step] });
            }
        }
        Ok(Self { gaps: Some(gaps), ..self })
    }

    /// Every `n`-th observation, counted so that the last one stays: a coarser sampling of the same sequences.
    ///
    /// Targets of each step are those at the observations that stay. Gaps are summed, so that the time of each observation
    /// stays; by default each gap becomes `n`, the first one too.
    ///
    /// ```
    /// use rheos::train::SequenceData;
    ///
    /// let data = SequenceData::new(vec![vec![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]]], vec![0])?;
    /// let coarse = data.every(2)?;
    /// assert_eq!(coarse, SequenceData::new(vec![vec![[1.0], [3.0], [5.0]]], vec![0])?.gaps(vec![vec![2.0; 3]])?);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for `n = 0`, and after [`outputs_from`](Self::outputs_from), whose step would belong to
    ///   another observation;
    /// * [`Error::NonFiniteData`] if a sum of gaps overflows.
    pub fn every(self, n: usize) -> Result<Self> {
        if n == 0 {
            return Err(Error::InvalidArgument { name: "n", value: 0.0, expected: "at least 1" });
        }
        if self.first_output > 0 {
            let expected = "chosen after `every`, in its steps";
            return Err(Error::InvalidArgument { name: "outputs_from", value: self.first_output as f64, expected });
        }
        if n == 1 {
            return Ok(self);
        }
        let Self { inputs, gaps, targets, first_output } = self;
        let inputs: Vec<_> = inputs.into_iter().map(|steps| every(steps, n)).collect();
        let gaps = match gaps {
            Some(gaps) => gaps.iter().map(|gaps| summed(gaps, n)).collect(),
            None => inputs.iter().map(|steps| vec![n as f64; steps.len()]).collect(),
        };
        let targets = targets.into_iter().map(|target| target.every(n)).collect();
        Self { inputs, gaps: None, targets, first_output }.gaps(gaps)
    }

    /// Targets count from this step on, counted from 0: the model reads the steps before to warm up. For targets of each
    /// step; the objective of others fails.
    #[must_use]
    pub fn outputs_from(self, step: usize) -> Self {
        Self { first_output: step, ..self }
    }
}

impl<const I: usize, Y> SequenceData<I, Y> {
    /// The number of sequences.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there are no sequences.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// The targets, in order.
    #[must_use]
    pub fn targets(&self) -> &[Y] {
        &self.targets
    }

    /// The first `n` sequences, and the others.
    #[must_use]
    pub fn split(mut self, n: usize) -> (Self, Self) {
        let n = n.min(self.len());
        let gaps = self.gaps.as_mut().map(|gaps| gaps.split_off(n));
        let rest = Self {
            inputs: self.inputs.split_off(n),
            gaps,
            targets: self.targets.split_off(n),
            first_output: self.first_output,
        };
        (self, rest)
    }

    /// The training objective with this loss.
    pub const fn objective<L>(&self, loss: L) -> super::SequenceObjective<'_, I, Y, L> {
        super::SequenceObjective::new(self, loss)
    }
}

/// The sums of the gaps up to every `n`-th one, counted so that the last one is such an end.
fn summed(gaps: &[f64], n: usize) -> Vec<f64> {
    let (first, others) = gaps.split_at(gaps.len().min(first_of_every(gaps.len(), n) + 1));
    std::iter::once(first).chain(others.chunks(n)).map(|gaps| gaps.iter().sum()).collect()
}
