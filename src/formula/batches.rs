//! The types of batches.

use nalgebra::{Const, Dyn, OMatrix, SMatrix};

use super::store::{Slices, Store};
use crate::state::State;

/// The type of batches, next to weights in the store `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of batch for weights in `{S}`",
    note = "batches are `Dynamic` or `Static<B>`"
)]
pub trait Batches<S: Store>: 'static {
    /// `N` numbers for each sample.
    type Batch<const N: usize>: State + 'static;
}

/// Batches that are matrices with one sample per column.
pub trait Columns<S: Slices>: Batches<S> {
    /// Zeros, with this many samples.
    fn zeros<const N: usize>(samples: usize) -> Self::Batch<N>;
    /// The number of samples.
    fn samples<const N: usize>(x: &Self::Batch<N>) -> usize;
    /// The entries, sample by sample.
    fn slice<const N: usize>(x: &Self::Batch<N>) -> &[S::Element];
    /// The entries, mutable.
    fn slice_mut<const N: usize>(x: &mut Self::Batch<N>) -> &mut [S::Element];
}

/// Batches of `B` samples, checked by the compiler: an `SMatrix<T, N, B>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Static<const B: usize>;

/// Batches of any number of samples, checked where a batch enters: an `OMatrix<T, Const<N>, Dyn>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dynamic;

impl<S: Slices, const B: usize> Batches<S> for Static<B> {
    type Batch<const N: usize> = SMatrix<S::Element, N, B>;
}

impl<S: Slices> Batches<S> for Dynamic {
    type Batch<const N: usize> = OMatrix<S::Element, Const<N>, Dyn>;
}

impl<S: Slices, const B: usize> Columns<S> for Static<B> {
    fn zeros<const N: usize>(_: usize) -> Self::Batch<N> {
        SMatrix::zeros()
    }
    fn samples<const N: usize>(_: &Self::Batch<N>) -> usize {
        B
    }
    #[inline]
    fn slice<const N: usize>(x: &Self::Batch<N>) -> &[S::Element] {
        x.as_slice()
    }
    #[inline]
    fn slice_mut<const N: usize>(x: &mut Self::Batch<N>) -> &mut [S::Element] {
        x.as_mut_slice()
    }
}

impl<S: Slices> Columns<S> for Dynamic {
    fn zeros<const N: usize>(samples: usize) -> Self::Batch<N> {
        OMatrix::zeros_generic(Const, Dyn(samples))
    }
    fn samples<const N: usize>(x: &Self::Batch<N>) -> usize {
        x.ncols()
    }
    #[inline]
    fn slice<const N: usize>(x: &Self::Batch<N>) -> &[S::Element] {
        x.as_slice()
    }
    #[inline]
    fn slice_mut<const N: usize>(x: &mut Self::Batch<N>) -> &mut [S::Element] {
        x.as_mut_slice()
    }
}
