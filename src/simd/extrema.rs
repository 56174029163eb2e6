//! Maximum and minimum in one instruction.
//!
//! `f64::max` and `f64::min` return the operand that is not NaN, which costs five more instructions; the loop of a
//! solver calls them a dozen times per step.

/// The larger of two numbers; `b` if one of them is NaN.
#[inline(always)]
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The smaller of two numbers; `b` if one of them is NaN.
#[inline(always)]
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
