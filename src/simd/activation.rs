//! Activations on slices, and their pullbacks.

use super::exponential::{exp, expm1, ln_1p};
use super::{Arithmetic, Float, Kernel, dispatch};

/// Entries worked on together: enough independent chains of arithmetic to hide its latency.
const BLOCK: usize = 16;

/// A scalar function whose derivative is known from its value.
pub(crate) trait Function {
    /// The value at `x`.
    fn value<A: Arithmetic, T: Float>(&self, a: A, x: T) -> T;
    /// The derivative where the value is `y`.
    fn slope<A: Arithmetic, T: Float>(&self, a: A, y: T) -> T;
}

/// `tanh x`.
pub(crate) struct Tanh;

impl Function for Tanh {
    #[inline(always)]
    fn value<A: Arithmetic, T: Float>(&self, a: A, x: T) -> T {
        let e = expm1(a, -(x.magnitude() + x.magnitude()));
        (e / (T::TWO + e)).with_sign(x)
    }
    #[inline(always)]
    fn slope<A: Arithmetic, T: Float>(&self, a: A, y: T) -> T {
        a.mul_add(-y, y, T::ONE)
    }
}

/// `ln(1 + eˣ)`.
pub(crate) struct Softplus;

impl Function for Softplus {
    #[inline(always)]
    fn value<A: Arithmetic, T: Float>(&self, a: A, x: T) -> T {
        let positive = if x > T::ZERO { x } else { T::ZERO };
        positive + ln_1p(a, exp(a, -x.magnitude()))
    }
    /// The logistic function of `x`, which is `1 − e⁻ʸ`.
    #[inline(always)]
    fn slope<A: Arithmetic, T: Float>(&self, a: A, y: T) -> T {
        -expm1(a, -y)
    }
}

/// `y = f(x)`, entry by entry, for slices of equal length.
pub(crate) fn map<F: Function, T: Float>(f: F, x: &[T], y: &mut [T]) {
    dispatch(Map { f, x, y });
}

/// `xbar += f′ w`, entry by entry, for slices of equal length. The derivative `f′` is found from the values `y`.
pub(crate) fn pull_back<F: Function, T: Float>(f: F, y: &[T], w: &[T], xbar: &mut [T]) {
    dispatch(PullBack { f, y, w, xbar });
}

struct Map<'a, F, T> {
    f: F,
    x: &'a [T],
    y: &'a mut [T],
}

impl<F: Function, T: Float> Kernel for Map<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, a: A) {
        let (x, x_rest) = self.x.as_chunks();
        let (y, y_rest) = self.y.as_chunks_mut();
        for (x, y) in x.iter().zip(y) {
            *y = values(&self.f, a, *x);
        }
        if !x_rest.is_empty() {
            store(&values(&self.f, a, padded(x_rest)), y_rest);
        }
    }
}

struct PullBack<'a, F, T> {
    f: F,
    y: &'a [T],
    w: &'a [T],
    xbar: &'a mut [T],
}

impl<F: Function, T: Float> Kernel for PullBack<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self, a: A) {
        let (y, y_rest) = self.y.as_chunks();
        let (w, w_rest) = self.w.as_chunks();
        let (xbar, xbar_rest) = self.xbar.as_chunks_mut();
        for ((y, w), xbar) in y.iter().zip(w).zip(xbar) {
            *xbar = pulled_back(&self.f, a, *y, *w, *xbar);
        }
        if !y_rest.is_empty() {
            store(&pulled_back(&self.f, a, padded(y_rest), padded(w_rest), padded(xbar_rest)), xbar_rest);
        }
    }
}

#[inline(always)]
fn values<F: Function, A: Arithmetic, T: Float>(f: &F, a: A, x: [T; BLOCK]) -> [T; BLOCK] {
    let mut y = x;
    for y in &mut y {
        *y = f.value(a, *y);
    }
    y
}

#[inline(always)]
fn pulled_back<F, A, T>(f: &F, a: A, y: [T; BLOCK], w: [T; BLOCK], xbar: [T; BLOCK]) -> [T; BLOCK]
where
    F: Function,
    A: Arithmetic,
    T: Float,
{
    let mut sum = xbar;
    for i in 0..BLOCK {
        sum[i] = a.mul_add(f.slope(a, y[i]), w[i], sum[i]);
    }
    sum
}

/// Fewer entries than a block, with zeros behind.
#[inline(always)]
fn padded<T: Float>(rest: &[T]) -> [T; BLOCK] {
    let mut block = [T::ZERO; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// The first entries of a block.
#[inline(always)]
fn store<T: Float>(block: &[T; BLOCK], rest: &mut [T]) {
    rest.copy_from_slice(&block[..rest.len()]);
}
