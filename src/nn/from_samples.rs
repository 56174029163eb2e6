//! Batches made of samples.

use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, Dyn, OMatrix};

use crate::state::{Element, State};

/// A batch of any number of samples, with `N` numbers in each column.
pub type BatchMatrix<T, const N: usize> = OMatrix<T, Const<N>, Dyn>;

/// Batches of any number of samples with `N` numbers each, made entry by entry.
///
/// In the input of a pair of blocks, of which one has no input, they belong to the other block: an ODE-RNN reads sequences as
/// its cell does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a batch of any number of samples with {N} numbers each",
    note = "data with {N} numbers need a cell, or a readout, of {N} numbers on `Dynamic` batches: `Net::dynamic(..)`",
    note = "a cell that reads the gap, such as `Ltc` or `Cfc`, belongs in a `TimedRecurrence`"
)]
pub trait FromSamples<const N: usize>: State {
    /// The batch with the numbers `entry(sample, row)`.
    fn from_samples(samples: usize, entry: impl FnMut(usize, usize) -> f64) -> Self;

    /// The number `row` of every sample, sample after sample: the inverse of [`from_samples`](Self::from_samples).
    fn to_samples(&self) -> Vec<[f64; N]> {
        self.coordinates().as_chunks::<N>().0.to_vec()
    }
}

impl<T: Element, const N: usize> FromSamples<N> for OMatrix<T, Const<N>, Dyn>
where
    DefaultAllocator: Allocator<Const<N>, Dyn>,
{
    fn from_samples(samples: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        Self::from_fn_generic(Const, Dyn(samples), |row, sample| T::embed(entry(sample, row)))
    }
}

/// The observations of a block without input, followed by one with input: an ODE-RNN.
impl<X: FromSamples<N>, const N: usize> FromSamples<N> for ((), X) {
    fn from_samples(samples: usize, entry: impl FnMut(usize, usize) -> f64) -> Self {
        ((), X::from_samples(samples, entry))
    }
}

/// The observations of a block with input, followed by one without input.
impl<X: FromSamples<N>, const N: usize> FromSamples<N> for (X, ()) {
    fn from_samples(samples: usize, entry: impl FnMut(usize, usize) -> f64) -> Self {
        (X::from_samples(samples, entry), ())
    }
}
