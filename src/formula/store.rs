//! The stores of the numbers of a network.

use std::marker::PhantomData;

use nalgebra::{Const, Dyn, OMatrix, SMatrix, SVector};

use super::leaf::Order;
use crate::state::{Element, State};

/// The type of the weights and biases of a network.
///
/// | store | a weight is | for |
/// |---|---|---|
/// | `f64`, `f32`, dual numbers | an `SMatrix`, inside the structure | networks of up to about a hundred units |
/// | [`Heap<f64>`](Heap) | an `OMatrix<f64, Const<O>, Dyn>` | large networks |
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store of weights",
    note = "stores are `f64`, `f32` and dual numbers (matrices of fixed size), and `Heap<f64>` (matrices on the heap)"
)]
pub trait Store: 'static {
    /// The type of a number.
    type Element: 'static;
    /// An `O × I` matrix.
    type Weight<const O: usize, const I: usize>: State + 'static;
    /// A vector of `N` numbers.
    type Bias<const N: usize>: State + 'static;
    /// The order of the coordinates of a matrix.
    const ORDER: Order = Order::ColumnMajor;
}

/// A store with its numbers in slices, in column-major order.
pub trait Slices: Store<Element: Element> {
    /// The matrix with the entries from `draw`, in column-major order.
    fn draw_weight<const O: usize, const I: usize>(draw: &mut dyn FnMut() -> Self::Element) -> Self::Weight<O, I>;
    /// The vector with the entries from `draw`.
    fn draw_bias<const N: usize>(draw: &mut dyn FnMut() -> Self::Element) -> Self::Bias<N>;
    /// The entries of a matrix, in column-major order.
    fn weight<const O: usize, const I: usize>(weight: &Self::Weight<O, I>) -> &[Self::Element];
    /// The entries of a matrix, mutable.
    fn weight_mut<const O: usize, const I: usize>(weight: &mut Self::Weight<O, I>) -> &mut [Self::Element];
    /// The entries of a vector.
    fn bias<const N: usize>(bias: &Self::Bias<N>) -> &[Self::Element];
    /// The entries of a vector, mutable.
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
