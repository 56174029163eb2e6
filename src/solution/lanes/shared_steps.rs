//! Controllers of one sample, for many samples.

use nalgebra::SVector;

use crate::control::{Adaptive, Fixed};
use crate::state::{ErrorNorm, WorstSample};

/// A controller of samples with `N` components that can control many of them together.
pub trait SharedSteps<const N: usize> {
    /// The controller of many samples.
    type Shared;

    /// The controller of `samples` samples. The error of each is within the tolerance.
    fn shared(&self, samples: usize) -> Self::Shared;
}

impl<const N: usize> SharedSteps<N> for Fixed {
    type Shared = Self;

    fn shared(&self, _: usize) -> Self {
        *self
    }
}

impl<L: Copy, W: ErrorNorm<SVector<f64, N>>, const N: usize> SharedSteps<N> for Adaptive<L, W> {
    type Shared = Adaptive<L, WorstSample<N>>;

    fn shared(&self, samples: usize) -> Self::Shared {
        self.replace_norm(WorstSample::new(self.norm(), samples))
    }
}
