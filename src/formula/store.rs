//! Where the numbers of a network are kept.

use std::marker::PhantomData;

use nalgebra::{Const, Dyn, OMatrix, SMatrix, SVector};

use crate::state::{Element, State};

/// How the weights and biases of a network are kept.
///
/// | store | a weight is | for |
/// |---|---|---|
/// | `f64`, `f32`, dual numbers | an `SMatrix`, inside the structure | networks of up to about a hundred units |
/// | [`Heap<f64>`](Heap) | an `OMatrix<f64, Const<O>, Dyn>` | large networks |
#[diagnostic::on_unimplemented(
    message = "weights cannot be kept in `{Self}`",
    note = "a network keeps its weights in matrices of `f64` or `f32`, on the heap with `Heap<f64>`"
)]
pub trait Store: 'static {
    /// A number.
    type Element: 'static;
    /// A matrix of `O × I` numbers.
    type Weight<const O: usize, const I: usize>: State + 'static;
    /// A vector of `N` numbers.
    type Bias<const N: usize>: State + 'static;
}

/// A store whose numbers lie in memory as slices, column by column.
pub trait Slices: Store<Element: Element> {
    /// The matrix whose entries, column by column, are the values of `draw`.
    fn draw_weight<const O: usize, const I: usize>(draw: &mut dyn FnMut() -> Self::Element) -> Self::Weight<O, I>;
    /// The vector whose entries are the values of `draw`.
    fn draw_bias<const N: usize>(draw: &mut dyn FnMut() -> Self::Element) -> Self::Bias<N>;
    /// The entries of a matrix, column by column.
    fn weight<const O: usize, const I: usize>(weight: &Self::Weight<O, I>) -> &[Self::Element];
    /// The same, to be written.
    fn weight_mut<const O: usize, const I: usize>(weight: &mut Self::Weight<O, I>) -> &mut [Self::Element];
    /// The entries of a vector.
    fn bias<const N: usize>(bias: &Self::Bias<N>) -> &[Self::Element];
    /// The same, to be written.
    fn bias_mut<const N: usize>(bias: &mut Self::Bias<N>) -> &mut [Self::Element];
}

/// Matrices on the heap, for networks that do not fit on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heap<T>(PhantomData<fn() -> T>);

impl<T: Element> Store for T {
    type Element = T;
    type Weight<const O: usize, const I: usize> = SMatrix<T, O, I>;
    type Bias<const N: usize> = SVector<T, N>;
}

impl<T: Element> Store for Heap<T> {
    type Element = T;
    type Weight<const O: usize, const I: usize> = OMatrix<T, Const<O>, Dyn>;
    type Bias<const N: usize> = OMatrix<T, Const<N>, Dyn>;
}

macro_rules! slices {
    ($store:ty, $columns:expr) => {
        impl<T: Element> Slices for $store {
            fn draw_weight<const O: usize, const I: usize>(draw: &mut dyn FnMut() -> T) -> Self::Weight<O, I> {
                OMatrix::from_fn_generic(Const, $columns(I), |_, _| draw())
            }
            fn draw_bias<const N: usize>(draw: &mut dyn FnMut() -> T) -> Self::Bias<N> {
                OMatrix::from_fn_generic(Const, $columns(1), |_, _| draw())
            }
            #[inline]
            fn weight<const O: usize, const I: usize>(weight: &Self::Weight<O, I>) -> &[T] {
                weight.as_slice()
            }
            #[inline]
            fn weight_mut<const O: usize, const I: usize>(weight: &mut Self::Weight<O, I>) -> &mut [T] {
                weight.as_mut_slice()
            }
            #[inline]
            fn bias<const N: usize>(bias: &Self::Bias<N>) -> &[T] {
                bias.as_slice()
            }
            #[inline]
            fn bias_mut<const N: usize>(bias: &mut Self::Bias<N>) -> &mut [T] {
                bias.as_mut_slice()
            }
        }
    };
}

slices!(T, |_| Const);
slices!(Heap<T>, Dyn);
