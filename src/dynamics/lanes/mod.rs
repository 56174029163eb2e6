//! Several samples in one scalar: the numbers of one component, for eight samples of a model.
//!
//! A [`GenericDynamics`](super::GenericDynamics) evaluated over [`Lanes`] evaluates eight samples, and every operation is
//! a loop over eight numbers, which the compiler turns into vector instructions.

mod arithmetic;
mod comparison;
mod field;
mod functions;

pub(crate) use comparison::watch_for_splits;
pub use field::{LaneField, SampleRows};

/// The number of samples of a [`Lanes`]: the doubles of one register of AVX-512, or of two of AVX2.
pub(crate) const LANES: usize = 8;

/// The values of one quantity for eight samples.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Lanes(pub(crate) [f64; LANES]);

impl Lanes {
    #[inline(always)]
    fn each(mut self, f: impl Fn(f64) -> f64) -> Self {
        for x in &mut self.0 {
            *x = f(*x);
        }
        self
    }

    #[inline(always)]
    fn with_each(mut self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        for i in 0..LANES {
            self.0[i] = f(self.0[i], other.0[i]);
        }
        self
    }
}

impl From<f64> for Lanes {
    #[inline(always)]
    fn from(x: f64) -> Self {
        Self([x; LANES])
    }
}

#[cfg(test)]
mod tests;
