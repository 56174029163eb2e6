//! `eʸ` and `eʸ − 1` for `y ≤ 0`, and `ln(1 + e)` for `0 ≤ e ≤ 1`, without branches.
//!
//! With `n` the integer next to `y / ln 2` and `r = y − n ln 2`, `eʸ = 2ⁿ eʳ`; and `ln(1 + e) = 2 artanh(e / (2 + e))`.
//! See J.-M. Muller, *Elementary Functions* (3rd ed., 2016), chapters 3 and 11.

use super::{Arithmetic, Float};

/// `eʸ` for `y ≤ 0`; NaN stays NaN.
#[inline(always)]
pub(super) fn exp<A: Arithmetic, T: Float>(a: A, y: T) -> T {
    let (rounded, q) = reduce(a, at_least(T::EXP_UNDERFLOW, y));
    let power = T::raised_power_of_two(rounded);
    // The result is rounded where it is scaled down for good, so that it is right among the subnormal numbers, too.
    a.mul_add(power, q, power) * T::DESCENT
}

/// `eʸ − 1` for `y ≤ 0`, to full relative accuracy; NaN stays NaN.
#[inline(always)]
pub(super) fn expm1<A: Arithmetic, T: Float>(a: A, y: T) -> T {
    let (rounded, q) = reduce(a, at_least(T::EXPM1_SATURATION, y));
    let power = T::power_of_two(rounded);
    a.mul_add(power, q, power - T::ONE)
}

/// `ln(1 + e)` for `0 ≤ e ≤ 1`, to full relative accuracy; NaN stays NaN.
#[inline(always)]
pub(super) fn ln_1p<A: Arithmetic, T: Float>(a: A, e: T) -> T {
    let u = (e + e) / (T::TWO + e);
    let v = u * u;
    a.mul_add(u, v * horner(a, T::LOG, v), u)
}

/// `max(bound, y)`, but NaN where `y` is.
#[inline(always)]
fn at_least<T: Float>(bound: T, y: T) -> T {
    if y < bound { bound } else { y }
}

/// `n + ROUNDER` and `eʳ − 1`.
#[inline(always)]
fn reduce<A: Arithmetic, T: Float>(a: A, y: T) -> (T, T) {
    let rounded = a.mul_add(y, T::LOG2_E, T::ROUNDER);
    let n = rounded - T::ROUNDER;
    let r = a.mul_add(-n, T::LN_2_LOW, a.mul_add(-n, T::LN_2_HIGH, y));
    (rounded, a.mul_add(r * r, horner(a, T::EXP, r), r))
}

#[inline(always)]
fn horner<A: Arithmetic, T: Float>(a: A, coefficients: &[T], x: T) -> T {
    let mut sum = coefficients[coefficients.len() - 1];
    for &c in coefficients.iter().rev().skip(1) {
        sum = a.mul_add(sum, x, c);
    }
    sum
}
