//! `eʸ` and `eʸ − 1` for `y ≤ 0`, and `ln(1 + e)` for `0 ≤ e ≤ 1`, without branches. NaN stays NaN.
//!
//! With `n` the integer next to `y / ln 2` and `r = y − n ln 2`, `eʸ = 2ⁿ eʳ`. Further, `ln(1 + e) = 2 artanh(e / (2 +
//! e))`. See J.-M. Muller, *Elementary Functions* (3rd ed., 2016), chapters 3 and 11.

use super::vector::Vector;
use super::{Float, Simd};

/// `eʸ` for `y ≤ 0`.
#[inline(always)]
pub(super) fn exp<S: Simd, T: Float, const R: usize>(y: Vector<S, T, R>) -> Vector<S, T, R> {
    let (rounded, q) = reduce(y.at_least(T::EXP_UNDERFLOW));
    let power = rounded.power_of_two(T::RAISE);
    // Only the last product reaches the subnormal numbers, so the result is rounded once there.
    power.mul_add(q, power) * y.constant(T::DESCENT)
}

/// `eʸ − 1` for `y ≤ 0`, to full relative accuracy.
#[inline(always)]
pub(super) fn exp_m1<S: Simd, T: Float, const R: usize>(y: Vector<S, T, R>) -> Vector<S, T, R> {
    let (rounded, q) = reduce(y.at_least(T::EXPM1_SATURATION));
    let power = rounded.power_of_two(T::ONE);
    power.mul_add(q, power - y.constant(T::ONE))
}

/// `ln(1 + e)` for `0 ≤ e ≤ 1`, to full relative accuracy.
#[inline(always)]
pub(super) fn ln_1p<S: Simd, T: Float, const R: usize>(e: Vector<S, T, R>) -> Vector<S, T, R> {
    let u = (e + e) / (e.constant(T::TWO) + e);
    let v = u * u;
    u.mul_add(v * horner(T::LOG, v), u)
}

/// `n + ROUNDER` and `eʳ − 1`.
#[inline(always)]
fn reduce<S: Simd, T: Float, const R: usize>(y: Vector<S, T, R>) -> (Vector<S, T, R>, Vector<S, T, R>) {
    let rounder = y.constant(T::ROUNDER);
    let rounded = y.mul_add(y.constant(T::LOG2_E), rounder);
    let minus_n = rounder - rounded;
    let r = minus_n.mul_add(y.constant(T::LN_2_LOW), minus_n.mul_add(y.constant(T::LN_2_HIGH), y));
    (rounded, (r * r).mul_add(horner(T::EXP, r), r))
}

#[inline(always)]
fn horner<S: Simd, T: Float, const R: usize>(coefficients: &[T], x: Vector<S, T, R>) -> Vector<S, T, R> {
    let mut sum = x.constant(coefficients[coefficients.len() - 1]);
    for &c in coefficients.iter().rev().skip(1) {
        sum = sum.mul_add(x, x.constant(c));
    }
    sum
}
