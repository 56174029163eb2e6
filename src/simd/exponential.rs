//! `e⁻ˣ` and `1 − e⁻ˣ` for `x ≥ 0`, and `ln(1 + e)` for `0 ≤ e ≤ 1`, without branches. NaN stays NaN.
//!
//! With `n` the integer next to `−x / ln 2` and `r = x + n ln 2`, `e⁻ˣ = 2ⁿ e⁻ʳ`. Further, `ln(1 + e) = 2 artanh(e / (2 +
//! e))`. See J.-M. Muller, *Elementary Functions* (3rd ed., 2016), chapters 3 and 11.
//!
//! No intermediate value is subnormal: arithmetic with such numbers takes some CPUs a hundred times as long. So the
//! square of a tiny argument must not be formed. The functions compute with an argument of at least [`Float::SMALL`];
//! a minimum then replaces the result by a smaller argument.

use super::vector::Vector;
use super::{Float, Simd};

/// `e⁻ˣ` for `x ≥ 0`; 0 where it is less than the smallest normal number.
#[inline(always)]
pub(super) fn exp_minus<S: Simd, T: Float, const R: usize>(x: Vector<S, T, R>) -> Vector<S, T, R> {
    let (rounded, p) = reduce(x.at_least(T::SMALL).at_most(x.constant(T::EXP_RANGE)));
    ((x.constant(T::ONE) - p) * rounded.power_of_two()).zero_above(x, T::EXP_RANGE)
}

/// `1 − e⁻ˣ` for `x ≥ SMALL`, to full relative accuracy.
#[inline(always)]
pub(super) fn one_minus_exp_minus<S: Simd, T: Float, const R: usize>(x: Vector<S, T, R>) -> Vector<S, T, R> {
    let (rounded, p) = reduce(x.at_most(x.constant(T::SATURATION)));
    let power = rounded.power_of_two();
    power.mul_add(p, x.constant(T::ONE) - power)
}

/// `ln(1 + e)` for `0 ≤ e ≤ 1`, to full relative accuracy.
#[inline(always)]
pub(super) fn ln_1p<S: Simd, T: Float, const R: usize>(e: Vector<S, T, R>) -> Vector<S, T, R> {
    let at = e.at_least(T::SMALL);
    let u = (at + at) / (at.constant(T::TWO) + at);
    let v = u * u;
    u.mul_add(v * horner(T::LOG, v), u).at_most(e)
}

/// `n + ROUNDER` and `1 − e⁻ʳ`.
#[inline(always)]
fn reduce<S: Simd, T: Float, const R: usize>(x: Vector<S, T, R>) -> (Vector<S, T, R>, Vector<S, T, R>) {
    let rounder = x.constant(T::ROUNDER);
    let rounded = x.mul_add(x.constant(T::MINUS_LOG2_E), rounder);
    let n = rounded - rounder;
    let r = n.mul_add(x.constant(T::LN_2_LOW), n.mul_add(x.constant(T::LN_2_HIGH), x));
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
