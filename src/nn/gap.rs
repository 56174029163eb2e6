//! The time between two observations.

use super::Samples;
use crate::error::{Error, Result};

/// The time since the last observation: the same for all samples of a batch, or one for each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gap<'a> {
    /// The same for all samples.
    Same(f64),
    /// One for each sample.
    Each(&'a [f64]),
}

impl From<f64> for Gap<'_> {
    fn from(gap: f64) -> Self {
        Self::Same(gap)
    }
}

impl Gap<'_> {
    /// The common gap of all samples; 0 without samples.
    ///
    /// # Errors
    /// [`Error::UnequalGaps`] if they differ.
    pub fn common(self) -> Result<f64> {
        match self {
            Self::Same(gap) => Ok(gap),
            Self::Each(gaps) => {
                let first = gaps.first().copied().unwrap_or(0.0);
                // Zeros of both signs are equal, and so is NaN.
                match gaps.iter().position(|gap| *gap != first && gap.to_bits() != first.to_bits()) {
                    None => Ok(first),
                    Some(sample) => Err(Error::UnequalGaps { sample, gap: gaps[sample], first }),
                }
            }
        }
    }

    /// The common gap of the samples of `y`.
    pub(super) fn common_to<Y: Samples>(self, y: &Y) -> Result<f64> {
        match self {
            Self::Each(gaps) if gaps.len() != y.count_samples() => Err(wrong_number(gaps, y)),
            _ => self.common(),
        }
    }

    /// One number for each sample of `y`.
    ///
    /// # Errors
    /// [`Error::SampleMismatch`] if there are not as many gaps as samples.
    pub fn of_samples<Y: Samples>(self, y: &Y) -> Result<Y::Weights> {
        match self {
            Self::Same(gap) => Ok(y.weights(gap)),
            Self::Each(gaps) => y.weights_of(gaps).ok_or_else(|| wrong_number(gaps, y)),
        }
    }
}

fn wrong_number<Y: Samples>(gaps: &[f64], y: &Y) -> Error {
    Error::SampleMismatch { input: "gaps", found: gaps.len(), expected: y.count_samples() }
}
