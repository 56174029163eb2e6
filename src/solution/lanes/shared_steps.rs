//! Controllers of one sample, for many samples.

use nalgebra::SVector;

use crate::control::{Adaptive, Fixed};
use crate::state::{StoredNorm, Tolerance, Tolerances, WorstSample};

/// A controller of samples with `N` components that can control many of them together: [`Fixed`], or [`Adaptive`] with a
/// [`Tolerance`] or with [`Tolerances`].
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

// Not for every norm: the worst sample is measured by tolerances, and another norm may be stricter.
impl<L: Copy, const N: usize> SharedSteps<N> for Adaptive<L, Tolerance> {
    type Shared = Adaptive<L, WorstSample<N>>;

    fn shared(&self, samples: usize) -> Self::Shared {
        self.replace_norm(WorstSample::new(StoredNorm::Uniform(*self.norm()), samples))
    }
}

impl<L: Copy, const N: usize> SharedSteps<N> for Adaptive<L, Tolerances<SVector<f64, N>>> {
    type Shared = Adaptive<L, WorstSample<N>>;

    fn shared(&self, samples: usize) -> Self::Shared {
        self.replace_norm(WorstSample::new(StoredNorm::Each(*self.norm()), samples))
    }
}
