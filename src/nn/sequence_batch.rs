//! Batches of sequences.

use crate::error::{Error, Result};

use super::Gap;

/// A batch of sequences: the observations of every step, with one sample of each sequence.
///
/// By default the gaps between observations are 1, all sequences have the same length, and a model reads out its hidden
/// state after every step.
///
/// ```
/// use nalgebra::SMatrix;
/// use rheos::nn::SequenceBatch;
///
/// // Three steps of two sequences, the second of length 2, with a gap of 0.5 before each observation.
/// let inputs = vec![SMatrix::<f64, 4, 2>::zeros(); 3];
/// let batch = SequenceBatch::new(inputs).gaps(vec![0.5; 3]).lengths(vec![3, 2]).last_output();
/// assert_eq!(batch.len(), 3);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceBatch<X> {
    inputs: Vec<X>,
    gaps: Gaps,
    lengths: Option<Vec<usize>>,
    outputs: Outputs,
}

/// The gaps before the observations.
#[derive(Debug, Clone, PartialEq)]
enum Gaps {
    /// 1 everywhere.
    One,
    /// The same for all samples, for each step.
    Same(Vec<f64>),
    /// One for each sample, for each step.
    Each(Vec<Vec<f64>>),
}

/// The steps after which the hidden state is read out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outputs {
    /// All steps from this one on, counted from 0.
    From(usize),
    /// The last step of each sequence.
    Last,
}

impl<X> SequenceBatch<X> {
    /// The observations, step by step.
    #[must_use]
    pub const fn new(inputs: Vec<X>) -> Self {
        Self { inputs, gaps: Gaps::One, lengths: None, outputs: Outputs::From(0) }
    }

    /// The time before each observation, the same for all samples.
    #[must_use]
    pub fn gaps(self, gaps: Vec<f64>) -> Self {
        Self { gaps: Gaps::Same(gaps), ..self }
    }

    /// The time before each observation of each sample: `gaps[step][sample]`. Gaps beyond the end of a sequence have no
    /// effect, but must be finite.
    #[must_use]
    pub fn gaps_of_samples(self, gaps: Vec<Vec<f64>>) -> Self {
        Self { gaps: Gaps::Each(gaps), ..self }
    }

    /// The length of each sequence, at least 1. After its end, the hidden state of a sample stays as it is, and its
    /// observations, which must be finite, have no effect on outputs and gradients. In a block that solves with adaptive steps
    /// they take part in the choice of the common steps.
    #[must_use]
    pub fn lengths(self, lengths: Vec<usize>) -> Self {
        Self { lengths: Some(lengths), ..self }
    }

    /// Outputs after every step from `step` on, counted from 0.
    #[must_use]
    pub fn outputs_from(self, step: usize) -> Self {
        Self { outputs: Outputs::From(step), ..self }
    }

    /// One output, after the last observation of each sequence.
    #[must_use]
    pub fn last_output(self) -> Self {
        Self { outputs: Outputs::Last, ..self }
    }

    /// The number of steps.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there are no observations.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// The observations, step by step.
    #[must_use]
    pub fn inputs(&self) -> &[X] {
        &self.inputs
    }

    /// The gap before an observation. It is common to all samples if it is to those that have not ended.
    pub(super) fn gap(&self, step: usize, ended: Option<&[bool]>) -> Gap<'_> {
        let gaps = match &self.gaps {
            Gaps::One => return Gap::Same(1.0),
            Gaps::Same(gaps) => return Gap::Same(gaps.get(step).copied().unwrap_or(f64::NAN)),
            Gaps::Each(gaps) => gaps.get(step).map_or(&[][..], Vec::as_slice),
        };
        let Some(ended) = ended else { return Gap::Each(gaps) };
        let mut going = gaps.iter().zip(ended).filter(|(_, ended)| !**ended).map(|(gap, _)| *gap);
        let first = going.next().unwrap_or(0.0);
        if going.all(|gap| gap == first) { Gap::Same(first) } else { Gap::Each(gaps) }
    }

    /// Whether there is an output after this step.
    pub(super) const fn has_output(&self, step: usize) -> bool {
        match self.outputs {
            Outputs::From(first) => step >= first,
            Outputs::Last => step + 1 == self.len(),
        }
    }

    /// The samples that ended before this step; `None` if all go on.
    pub(super) fn ended(&self, step: usize) -> Option<Vec<bool>> {
        let lengths = self.lengths.as_ref()?;
        let ended: Vec<bool> = lengths.iter().map(|&length| length <= step).collect();
        ended.contains(&true).then_some(ended)
    }

    /// Checks gaps and lengths against the number of samples.
    pub(super) fn check(&self, samples: usize) -> Result<()> {
        match &self.gaps {
            Gaps::One => {}
            Gaps::Same(gaps) => {
                self.check_steps(gaps.len())?;
                gaps.iter().enumerate().try_for_each(|(step, gap)| check_gap(step, *gap))?;
            }
            Gaps::Each(gaps) => {
                self.check_steps(gaps.len())?;
                for (index, gaps) in gaps.iter().enumerate() {
                    if gaps.len() != samples {
                        let found = gaps.len();
                        return Err(Error::ShapeMismatch { name: "gaps", index, found, expected: samples });
                    }
                    gaps.iter().try_for_each(|gap| check_gap(index, *gap))?;
                }
            }
        }
        let Some(lengths) = &self.lengths else { return Ok(()) };
        if lengths.len() != samples {
            return Err(Error::LengthMismatch { name: "lengths", found: lengths.len(), expected: samples });
        }
        match lengths.iter().position(|&length| length == 0 || length > self.len()) {
            None => Ok(()),
            Some(index) => {
                let expected = "at least 1 and at most the number of steps";
                Err(Error::InvalidEntry { name: "lengths", index, value: lengths[index] as f64, expected })
            }
        }
    }

    fn check_steps(&self, found: usize) -> Result<()> {
        let expected = self.len();
        if found == expected { Ok(()) } else { Err(Error::LengthMismatch { name: "gaps", found, expected }) }
    }
}

/// The error names the step.
const fn check_gap(index: usize, value: f64) -> Result<()> {
    if value.is_finite() { Ok(()) } else { Err(Error::InvalidEntry { name: "gaps", index, value, expected: "finite" }) }
}
