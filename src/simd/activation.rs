//! Activations on slices, and their pullbacks.

use super::exponential::{exp_minus, ln_1p, one_minus_exp_minus};
use super::vector::Vector;
use super::{Float, Kernel, Simd, dispatch_for};

/// Registers processed together: enough to hide the latency of arithmetic, few enough for a CPU with 16.
const WIDE: usize = 4;

/// A scalar function whose derivative is a function of its value.
pub(crate) trait Function {
    /// The value at `x`.
    fn value<S: Simd, T: Float, const R: usize>(&self, x: Vector<S, T, R>) -> Vector<S, T, R>;
    /// The derivative at the point with the value `y`.
    fn slope<S: Simd, T: Float, const R: usize>(&self, y: Vector<S, T, R>) -> Vector<S, T, R>;
}

/// `tanh x`.
#[derive(Clone, Copy)]
pub(crate) struct Tanh;

impl Function for Tanh {
    #[inline(always)]
    fn value<S: Simd, T: Float, const R: usize>(&self, x: Vector<S, T, R>) -> Vector<S, T, R> {
        let size = x.abs();
        let at = size.at_least(T::SMALL);
        let e = one_minus_exp_minus(at + at);
        (e / (e.constant(T::TWO) - e)).at_most(size).with_sign(x)
    }
    #[inline(always)]
    fn slope<S: Simd, T: Float, const R: usize>(&self, y: Vector<S, T, R>) -> Vector<S, T, R> {
        let one = y.constant(T::ONE);
        (one - y) * (one + y)
    }
}

/// The logistic function, `1 / (1 + e⁻ˣ)`.
#[derive(Clone, Copy)]
pub(crate) struct Sigmoid;

impl Function for Sigmoid {
    /// `e⁻|ˣ|` cannot overflow, and below zero the numerator keeps the relative accuracy.
    #[inline(always)]
    fn value<S: Simd, T: Float, const R: usize>(&self, x: Vector<S, T, R>) -> Vector<S, T, R> {
        let e = exp_minus(x.abs());
        let one = e.constant(T::ONE);
        x.by_sign(e, one) / (one + e)
    }
    #[inline(always)]
    fn slope<S: Simd, T: Float, const R: usize>(&self, y: Vector<S, T, R>) -> Vector<S, T, R> {
        y * (y.constant(T::ONE) - y)
    }
}

/// `ln(1 + eˣ)`.
#[derive(Clone, Copy)]
pub(crate) struct Softplus;

impl Function for Softplus {
    #[inline(always)]
    fn value<S: Simd, T: Float, const R: usize>(&self, x: Vector<S, T, R>) -> Vector<S, T, R> {
        x.at_least(T::ZERO) + ln_1p(exp_minus(x.abs()))
    }
    /// The logistic function of `x`, which is `1 − e⁻ʸ`.
    #[inline(always)]
    fn slope<S: Simd, T: Float, const R: usize>(&self, y: Vector<S, T, R>) -> Vector<S, T, R> {
        one_minus_exp_minus(y.at_least(T::SMALL)).at_most(y)
    }
}

/// `y = f(x)`, entry by entry, for slices of equal length.
pub(crate) fn map<F: Function, T: Float>(f: F, x: &[T], y: &mut [T]) {
    dispatch_for(size_of_val(x), Map { f, x, y });
}

/// `xbar += f′ w`, entry by entry, for slices of equal length. The derivative `f′` is computed from the values `y`.
pub(crate) fn pull_back<F: Function, T: Float>(f: F, y: &[T], w: &[T], xbar: &mut [T]) {
    dispatch_for(size_of_val(y), PullBack { f, y, w, xbar });
}

pub(super) struct Map<'a, F, T> {
    pub(super) f: F,
    pub(super) x: &'a [T],
    pub(super) y: &'a mut [T],
}

impl<F: Function, T: Float> Kernel for Map<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (x, x_rest) = T::split::<S>(self.x);
        let (y, y_rest) = T::split_mut::<S>(self.y);
        values::<S, F, T>(simd, &self.f, x, y);
        if !x_rest.is_empty() {
            let x = Vector::load_rest(simd, x_rest);
            self.f.value(x).store_rest(y_rest);
        }
    }
}

pub(super) struct PullBack<'a, F, T> {
    pub(super) f: F,
    pub(super) y: &'a [T],
    pub(super) w: &'a [T],
    pub(super) xbar: &'a mut [T],
}

impl<F: Function, T: Float> Kernel for PullBack<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (y, y_rest) = T::split::<S>(self.y);
        let (w, w_rest) = T::split::<S>(self.w);
        let (xbar, xbar_rest) = T::split_mut::<S>(self.xbar);
        pulled_back::<S, F, T>(simd, &self.f, y, w, xbar);
        if !y_rest.is_empty() {
            let (y, w) = (Vector::load_rest(simd, y_rest), Vector::load_rest(simd, w_rest));
            self.f.slope(y).mul_add(w, Vector::load_rest(simd, xbar_rest)).store_rest(xbar_rest);
        }
    }
}

/// `y = f(x)`, `R` registers at a time and then one by one.
#[inline(always)]
fn values<S: Simd, F: Function, T: Float>(simd: S, f: &F, x: &[T::Lanes<S>], y: &mut [T::Lanes<S>]) {
    let (x, x_rest) = x.as_chunks::<WIDE>();
    let (y, y_rest) = y.as_chunks_mut::<WIDE>();
    for (&x, y) in x.iter().zip(y) {
        *y = f.value(Vector::<S, T, WIDE>::new(simd, x)).registers();
    }
    for (&x, y) in x_rest.iter().zip(y_rest) {
        [*y] = f.value(Vector::<S, T, 1>::new(simd, [x])).registers();
    }
}

#[inline(always)]
fn pulled_back<S, F, T>(simd: S, f: &F, y: &[T::Lanes<S>], w: &[T::Lanes<S>], xbar: &mut [T::Lanes<S>])
where
    S: Simd,
    F: Function,
    T: Float,
{
    let (y, y_rest) = y.as_chunks::<WIDE>();
    let (w, w_rest) = w.as_chunks::<WIDE>();
    let (xbar, xbar_rest) = xbar.as_chunks_mut::<WIDE>();
    for ((&y, &w), xbar) in y.iter().zip(w).zip(xbar) {
        let sum = Vector::<S, T, WIDE>::new(simd, *xbar);
        *xbar = f.slope(Vector::new(simd, y)).mul_add(Vector::new(simd, w), sum).registers();
    }
    for ((&y, &w), xbar) in y_rest.iter().zip(w_rest).zip(xbar_rest) {
        let sum = Vector::<S, T, 1>::new(simd, [*xbar]);
        [*xbar] = f.slope(Vector::new(simd, [y])).mul_add(Vector::new(simd, [w]), sum).registers();
    }
}
