//! Numbers: the elements of matrices, and `f64`, `f32` as one-dimensional states.

use super::combine::{SMALL, entry_by_entry};
use super::norm::coordinate_sq;
use super::{State, Tolerance, activations, products};
use crate::simd;

/// An element of matrix states: a real field with conversions from and to `f64`.
///
/// The conversion is not called `from_f64`, since nalgebra's `RealField` brings a function of that name into scope.
pub trait Element: nalgebra::RealField + Copy {
    /// Whether it is a dual number, of which [`re`](Self::re) is only a part.
    const IS_DUAL: bool = false;

    /// The nearest element.
    fn embed(x: f64) -> Self;
    /// The value in double precision; the real part of a dual number.
    fn re(self) -> f64;

    /// `out = base + Σ c k` over the `terms` `(c, k)`; without a base, `out` itself is the base.
    fn combine_all(out: &mut [Self], base: Option<&[Self]>, terms: &[(Self, &[Self])]) {
        entry_by_entry(out, base, terms.iter().copied());
    }

    /// `Σᵢ (eᵢ / (atol + rtol max(|y0ᵢ|, |y1ᵢ|)))²`, the sum inside the error norm.
    #[inline]
    fn weighted_sq_all(e: &[Self], y0: &[Self], y1: &[Self], tol: Tolerance) -> f64 {
        weighted_sq(e, y0, y1, tol)
    }

    /// Whether every entry is finite.
    #[inline]
    fn all_finite(x: &[Self]) -> bool {
        x.iter().all(|x| x.re().is_finite())
    }

    /// `y = tanh x`, entry by entry.
    ///
    /// `f32` and `f64` use SIMD vectors. The error is at most 4 units in the last place, and the time does not depend on
    /// `x` if `x` is not subnormal.
    fn tanh_all(x: &[Self], y: &mut [Self]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = x.tanh();
        }
    }

    /// `xbar += (1 − y²) w`, entry by entry: the pullback of `y = tanh x`.
    fn tanh_pull_back(y: &[Self], w: &[Self], xbar: &mut [Self]) {
        for ((&y, &w), xbar) in y.iter().zip(w).zip(xbar) {
            *xbar += (Self::one() - y * y) * w;
        }
    }

    /// `y = ln(1 + eˣ)`, entry by entry.
    ///
    /// `f32` and `f64` use SIMD vectors. The error is at most 4 units in the last place; results below the smallest normal
    /// number are 0. The time does not depend on `x` if `x` is not subnormal.
    fn softplus_all(x: &[Self], y: &mut [Self]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = x.max(Self::zero()) + (-x.abs()).exp().ln_1p();
        }
    }

    /// `xbar += (1 − e⁻ʸ) w`, entry by entry: the pullback of `y = ln(1 + eˣ)`.
    fn softplus_pull_back(y: &[Self], w: &[Self], xbar: &mut [Self]) {
        for ((&y, &w), xbar) in y.iter().zip(w).zip(xbar) {
            *xbar -= (-y).exp_m1() * w;
        }
    }

    /// `y = 1 / (1 + e⁻ˣ)`, entry by entry, to full relative accuracy also below zero.
    ///
    /// `f32` and `f64` use SIMD vectors. The error is at most 4 units in the last place; results below the smallest normal
    /// number are 0. The time does not depend on `x` if `x` is not subnormal.
    fn sigmoid_all(x: &[Self], y: &mut [Self]) {
        for (y, &x) in y.iter_mut().zip(x) {
            let e = (-x.abs()).exp();
            let numerator = if x < Self::zero() { e } else { Self::one() };
            *y = numerator / (Self::one() + e);
        }
    }

    /// `xbar += y (1 − y) w`, entry by entry: the pullback of `y = 1 / (1 + e⁻ˣ)`.
    fn sigmoid_pull_back(y: &[Self], w: &[Self], xbar: &mut [Self]) {
        for ((&y, &w), xbar) in y.iter().zip(w).zip(xbar) {
            *xbar += (y - y * y) * w;
        }
    }

    /// Runs `work`: loops over entries. `f32` and `f64` compile them for the vectors of the CPU.
    #[inline(always)]
    fn vectorized(work: impl FnOnce()) {
        work();
    }

    /// The normal distribution function `Φ(x)`.
    ///
    /// The default uses its value and first derivative at the real part.
    #[must_use]
    fn normal_cdf(self) -> Self {
        let x = self.re();
        let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        (self - Self::embed(x)) * Self::embed(density) + Self::embed(normal_cdf(x))
    }

    /// `c = start + a b` for column-major matrices; `c` and `a` have `rows` rows. The column `start` is added to all
    /// columns. Without it, the product is added to `c`.
    fn add_product(c: &mut [Self], rows: usize, start: Option<&[Self]>, a: &[Self], b: &[Self]) {
        let inner = a.len() / rows.max(1);
        for (j, c) in c.chunks_exact_mut(rows.max(1)).enumerate() {
            if let Some(start) = start {
                c.copy_from_slice(start);
            }
            for (a, &b) in a.chunks_exact(rows).zip(&b[j * inner..]) {
                add_multiple(c, a, b);
            }
        }
    }

    /// `c = start + Σ a b` over the `terms` `(a, b)`, for column-major matrices; `c` and each `a` have `rows` rows. The
    /// column `start` is added to all columns.
    fn affine(c: &mut [Self], rows: usize, start: &[Self], terms: &[(&[Self], &[Self])]) {
        let Some((&(a, b), more)) = terms.split_first() else {
            c.chunks_exact_mut(rows.max(1)).for_each(|c| c.copy_from_slice(start));
            return;
        };
        Self::add_product(c, rows, Some(start), a, b);
        more.iter().for_each(|(a, b)| Self::add_product(c, rows, None, a, b));
    }

    /// `c += a bᵀ` for column-major matrices; `c` and `a` have `rows` rows.
    fn add_product_transposed(c: &mut [Self], rows: usize, a: &[Self], b: &[Self]) {
        let columns = c.len() / rows.max(1);
        for (j, c) in c.chunks_exact_mut(rows.max(1)).enumerate() {
            for (k, a) in a.chunks_exact(rows).enumerate() {
                add_multiple(c, a, b[k * columns + j]);
            }
        }
    }
}

/// The normal distribution function, to full relative accuracy below zero.
fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// `c += a b` for a number `b`.
fn add_multiple<T: Element>(c: &mut [T], a: &[T], b: T) {
    for (c, &a) in c.iter_mut().zip(a) {
        *c += a * b;
    }
}

#[inline(always)]
fn weighted_sq<T: Element>(e: &[T], y0: &[T], y1: &[T], tol: Tolerance) -> f64 {
    let ends = y0.iter().zip(y1);
    let ratio = |(&e, (&a, &b)): (&T, (&T, &T))| e.re() / tol.scale(a.re(), b.re());
    e.iter().zip(ends).map(ratio).fold(0.0, |sum, ratio| sum + ratio * ratio)
}

/// The sum with a tolerance for each entry; the slices are the states at both ends, `rtol` and `atol`.
#[inline]
pub(super) fn weighted_sq_each<T: Element>(e: &[T], [y0, y1, rtol, atol]: [&[T]; 4]) -> f64 {
    let (ends, tolerances) = (y0.iter().zip(y1), rtol.iter().zip(atol));
    e.iter().zip(ends).zip(tolerances).fold(0.0, |sum, ((e, (y0, y1)), (rtol, atol))| {
        sum + coordinate_sq(e.re(), y0.re(), y1.re(), rtol.re(), atol.re())
    })
}

/// The sum in double precision, with entries converted block by block.
fn weighted_sq_in_double(e: &[f32], y0: &[f32], y1: &[f32], tol: Tolerance) -> f64 {
    const BLOCK: usize = 64;
    let mut double = [[0.0; BLOCK]; 3];
    let mut sum = 0.0;
    for ((e, y0), y1) in e.chunks(BLOCK).zip(y0.chunks(BLOCK)).zip(y1.chunks(BLOCK)) {
        for (to, from) in double.iter_mut().zip([e, y0, y1]) {
            for (to, &from) in to.iter_mut().zip(from) {
                *to = f64::from(from);
            }
        }
        let [e, y0, y1] = double.each_ref().map(|x| &x[..e.len()]);
        sum += simd::weighted_sq(e, y0, y1, tol.rtol, tol.atol);
    }
    sum
}

macro_rules! float {
    ($t:ty, $weighted_sq:expr) => {
        impl Element for $t {
            #[inline(always)]
            fn embed(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn re(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn combine_all(out: &mut [Self], base: Option<&[Self]>, terms: &[(Self, &[Self])]) {
                simd::combine(out, base, terms);
            }
            #[inline(always)]
            fn weighted_sq_all(e: &[Self], y0: &[Self], y1: &[Self], tol: Tolerance) -> f64 {
                if e.len() <= SMALL { weighted_sq(e, y0, y1, tol) } else { $weighted_sq(e, y0, y1, tol) }
            }
            #[inline(always)]
            fn all_finite(x: &[Self]) -> bool {
                if x.len() <= SMALL { x.iter().fold(true, |all, x| all & x.is_finite()) } else { simd::all_finite(x) }
            }
            #[inline(always)]
            fn vectorized(work: impl FnOnce()) {
                simd::vectorized(work);
            }
            #[inline]
            fn tanh_all(x: &[Self], y: &mut [Self]) {
                activations::map(simd::Tanh, x, y);
            }
            #[inline]
            fn tanh_pull_back(y: &[Self], w: &[Self], xbar: &mut [Self]) {
                activations::pull_back(simd::Tanh, y, w, xbar);
            }
            #[inline]
            fn softplus_all(x: &[Self], y: &mut [Self]) {
                activations::map(simd::Softplus, x, y);
            }
            #[inline]
            fn softplus_pull_back(y: &[Self], w: &[Self], xbar: &mut [Self]) {
                activations::pull_back(simd::Softplus, y, w, xbar);
            }
            #[inline]
            fn sigmoid_all(x: &[Self], y: &mut [Self]) {
                activations::map(simd::Sigmoid, x, y);
            }
            #[inline]
            fn sigmoid_pull_back(y: &[Self], w: &[Self], xbar: &mut [Self]) {
                activations::pull_back(simd::Sigmoid, y, w, xbar);
            }
            fn normal_cdf(self) -> Self {
                normal_cdf(f64::from(self)) as $t
            }
            #[inline]
            fn add_product(c: &mut [Self], rows: usize, start: Option<&[Self]>, a: &[Self], b: &[Self]) {
                products::add_product(c, rows, start, a, b);
            }
            #[inline]
            fn affine(c: &mut [Self], rows: usize, start: &[Self], terms: &[(&[Self], &[Self])]) {
                products::affine(c, rows, start, terms);
            }
            #[inline]
            fn add_product_transposed(c: &mut [Self], rows: usize, a: &[Self], b: &[Self]) {
                products::add_product_transposed(c, rows, a, b);
            }
        }

        impl State for $t {
            const FIXED_SHAPE: bool = true;

            #[inline]
            fn zeros_like(&self) -> Self {
                0.0
            }
            #[inline]
            fn set_zeros(&mut self) {
                *self = 0.0;
            }
            #[inline]
            fn add_scaled(&mut self, a: f64, x: &Self) {
                *self += a as $t * *x;
            }
            #[inline]
            fn scale_by(&mut self, a: f64) {
                *self *= a as $t;
            }
            #[inline]
            fn inner(&self, x: &Self) -> f64 {
                f64::from(*self) * f64::from(*x)
            }
            #[inline]
            fn count(&self) -> usize {
                1
            }
            #[inline]
            fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
                let ratio = f64::from(*self) / tol.scale(f64::from(*y0), f64::from(*y1));
                ratio * ratio
            }
            #[inline]
            fn weighted_sq_each(&self, y0: &Self, y1: &Self, rtol: &Self, atol: &Self) -> f64 {
                let [e, y0, y1, rtol, atol] = [self, y0, y1, rtol, atol].map(|x| f64::from(*x));
                coordinate_sq(e, y0, y1, rtol, atol)
            }
            #[inline]
            fn all_finite(&self) -> bool {
                self.is_finite()
            }
            #[inline]
            fn rounding(&self) -> f64 {
                f64::from(<$t>::EPSILON)
            }
            fn write_coordinates(&self, out: &mut Vec<f64>) {
                out.push(f64::from(*self));
            }
            fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
                let (first, rest) = from.split_first()?;
                *self = *first as $t;
                Some(rest)
            }
        }
    };
}

float!(f64, |e, y0, y1, tol: Tolerance| simd::weighted_sq(e, y0, y1, tol.rtol, tol.atol));
float!(f32, weighted_sq_in_double);
