//! Scalar functions applied to every entry.

use std::marker::PhantomData;

use nalgebra::SMatrix;

use super::Layer;
use crate::{Element, Parametric};

/// A scalar function with its derivative.
pub trait Activation {
    /// The value at `x`.
    fn value<T: Element>(x: T) -> T;
    /// The derivative at `x`, where the value is `y`.
    fn derivative<T: Element>(x: T, y: T) -> T;

    /// The values of all entries. Slices are of equal length, here and below.
    #[inline]
    fn values<T: Element>(x: &[T], y: &mut [T]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = Self::value(x);
        }
    }

    /// The pullback of all entries at `x`, where the values are `y`: adds the derivative times `w` to `xbar`.
    #[inline]
    fn pull_back<T: Element>(x: &[T], y: &[T], w: &[T], xbar: &mut [T]) {
        let points = x.iter().zip(y).zip(w);
        for (xbar, ((&x, &y), &w)) in xbar.iter_mut().zip(points) {
            *xbar += Self::derivative(x, y) * w;
        }
    }
}

/// `tanh x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tanh;

impl Activation for Tanh {
    #[inline]
    fn value<T: Element>(x: T) -> T {
        x.tanh()
    }
    #[inline]
    fn derivative<T: Element>(_: T, y: T) -> T {
        T::one() - y * y
    }
    #[inline]
    fn values<T: Element>(x: &[T], y: &mut [T]) {
        T::tanh_all(x, y);
    }
    #[inline]
    fn pull_back<T: Element>(_: &[T], y: &[T], w: &[T], xbar: &mut [T]) {
        T::tanh_pull_back(y, w, xbar);
    }
}

/// `ln(1 + eˣ)`, computed without overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Softplus;

impl Activation for Softplus {
    #[inline]
    fn value<T: Element>(x: T) -> T {
        x.max(T::zero()) + (-x.abs()).exp().ln_1p()
    }
    #[inline]
    fn derivative<T: Element>(x: T, _: T) -> T {
        // The logistic function, with the exponential that cannot overflow.
        let e = (-x.abs()).exp();
        let positive = (T::one() + e).recip();
        if x >= T::zero() { positive } else { e * positive }
    }
    #[inline]
    fn values<T: Element>(x: &[T], y: &mut [T]) {
        T::softplus_all(x, y);
    }
    #[inline]
    fn pull_back<T: Element>(_: &[T], y: &[T], w: &[T], xbar: &mut [T]) {
        T::softplus_pull_back(y, w, xbar);
    }
}

/// `x` itself: a layer that changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity;

impl Activation for Identity {
    #[inline]
    fn value<T: Element>(x: T) -> T {
        x
    }
    #[inline]
    fn derivative<T: Element>(_: T, _: T) -> T {
        T::one()
    }
}

/// `x³`, the feature map of the spiral example of Chen et al. 2018.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cube;

impl Activation for Cube {
    #[inline]
    fn value<T: Element>(x: T) -> T {
        x * x * x
    }
    #[inline]
    fn derivative<T: Element>(x: T, _: T) -> T {
        T::embed(3.0) * x * x
    }
}

/// An [`Activation`] on every entry of an `N × B` matrix.
pub struct Pointwise<A, T, const N: usize, const B: usize>(PhantomData<fn() -> (A, T)>);

impl<A, T, const N: usize, const B: usize> Pointwise<A, T, N, B> {
    /// The layer; it has no parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<A, T, const N: usize, const B: usize> Default for Pointwise<A, T, N, B> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A, T, const N: usize, const B: usize> Clone for Pointwise<A, T, N, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, T, const N: usize, const B: usize> Copy for Pointwise<A, T, N, B> {}

impl<A, T, const N: usize, const B: usize> std::fmt::Debug for Pointwise<A, T, N, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::any::type_name::<A>())
    }
}

impl<A, T, const N: usize, const B: usize> Parametric for Pointwise<A, T, N, B> {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

impl<A: Activation, T: Element, const N: usize, const B: usize> Layer for Pointwise<A, T, N, B> {
    type Input = SMatrix<T, N, B>;
    type Output = SMatrix<T, N, B>;
    /// The output.
    type Trace = Option<SMatrix<T, N, B>>;

    #[inline]
    fn forward(&self, x: &Self::Input) -> Self::Output {
        let mut y = Self::Output::zeros();
        self.forward_into(x, &mut y);
        y
    }

    #[inline]
    fn forward_into(&self, x: &Self::Input, y: &mut Self::Output) {
        A::values(x.as_slice(), y.as_mut_slice());
    }

    #[inline]
    fn forward_traced(&self, x: &Self::Input, trace: &mut Self::Trace) -> Self::Output {
        let mut y = Self::Output::zeros();
        self.forward_traced_into(x, &mut y, trace);
        y
    }

    #[inline]
    fn forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) {
        self.forward_into(x, y);
        trace.get_or_insert_with(SMatrix::zeros).copy_from(y);
    }

    #[inline]
    fn backward(
        &self,
        trace: &mut Self::Trace,
        x: &Self::Input,
        w: &Self::Output,
        xbar: &mut Self::Input,
        (): &mut (),
    ) {
        let y = trace.get_or_insert_with(|| self.forward(x));
        A::pull_back(x.as_slice(), y.as_slice(), w.as_slice(), xbar.as_mut_slice());
    }
}
