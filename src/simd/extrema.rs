//! Maximum and minimum in one instruction.
//!
//! `f64::max` and `f64::min` prefer the operand that is a number, which costs five more; the loop of a solver takes a
//! dozen of them per step.

/// The larger of two numbers; `b` where one of them is NaN.
#[inline(always)]
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The smaller of two numbers; `b` where one of them is NaN.
#[inline(always)]
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
