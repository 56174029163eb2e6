//! Hidden states and their outputs.

use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, Dim, OMatrix, U1};

use super::Samples;
use crate::state::{Element, State};

/// The hidden state of a block. Its output is the part that a readout or the next layer of a stack reads.
///
/// The output of a matrix is the matrix. The output of a pair is the output of its first part: `h` of the state `(h, c)` of
/// an [`Lstm`](super::Lstm).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the hidden state of a block",
    note = "hidden states are batches (nalgebra matrices, tensors), and pairs of them"
)]
pub trait Hidden: Samples {
    /// The output.
    type Output: State;

    /// The output.
    fn output(&self) -> &Self::Output;

    /// The output, mutable.
    fn output_mut(&mut self) -> &mut Self::Output;
}

impl<T: Element, R: Dim, C: Dim> Hidden for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C> + Allocator<U1, C>,
{
    type Output = Self;
    #[inline]
    fn output(&self) -> &Self {
        self
    }
    #[inline]
    fn output_mut(&mut self) -> &mut Self {
        self
    }
}

macro_rules! number {
    ($($t:ty),*) => {$(
        impl Hidden for $t {
            type Output = Self;
            fn output(&self) -> &Self {
                self
            }
            fn output_mut(&mut self) -> &mut Self {
                self
            }
        }
    )*};
}

number!(f32, f64);

impl<A: Hidden, B: Samples<Weights = A::Weights>> Hidden for (A, B) {
    type Output = A::Output;
    #[inline]
    fn output(&self) -> &A::Output {
        self.0.output()
    }
    #[inline]
    fn output_mut(&mut self) -> &mut A::Output {
        self.0.output_mut()
    }
}

/// States with a zero for every number of samples.
pub trait ZeroSamples: Samples {
    /// Zeros with this many samples. A batch of fixed size has its own number of samples.
    fn zero_samples(samples: usize) -> Self;
}

impl<T: Element, const N: usize, C: Dim> ZeroSamples for OMatrix<T, Const<N>, C>
where
    DefaultAllocator: Allocator<Const<N>, C> + Allocator<U1, C>,
{
    fn zero_samples(samples: usize) -> Self {
        Self::zeros_generic(Const, C::try_to_usize().map_or_else(|| C::from_usize(samples), C::from_usize))
    }
}

impl<A: ZeroSamples, B: ZeroSamples<Weights = A::Weights>> ZeroSamples for (A, B) {
    fn zero_samples(samples: usize) -> Self {
        (A::zero_samples(samples), B::zero_samples(samples))
    }
}
