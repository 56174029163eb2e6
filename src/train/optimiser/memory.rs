//! The average of earlier gradients.

use crate::error::{Error, Result};

/// One number for each parameter, 0 before the first step.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Memory(Vec<f64>);

impl Memory {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// The entries of the given number of parameters.
    pub(super) fn of(&mut self, params: usize) -> Result<&mut [f64]> {
        if self.0.is_empty() {
            self.0.resize(params, 0.0);
        }
        if self.0.len() != params {
            return Err(Error::LengthMismatch { name: "params", found: params, expected: self.0.len() });
        }
        Ok(&mut self.0)
    }

    /// See [`Optimiser::map_memory`](super::Optimiser::map_memory).
    pub(super) fn map(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        if !self.0.is_empty() {
            self.0 = map(&self.0)?;
        }
        Ok(())
    }
}
