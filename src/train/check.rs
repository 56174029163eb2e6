//! Checks of settings.

use crate::error::{Error, Result};

/// Checks that a setting is finite and not negative.
pub(super) fn check_not_negative(name: &'static str, value: f64) -> Result<()> {
    check(name, value, value >= 0.0 && value.is_finite(), "finite and not negative")
}

/// Checks that a setting is positive and finite.
pub(super) fn check_positive(name: &'static str, value: f64) -> Result<()> {
    check(name, value, value > 0.0 && value.is_finite(), "positive and finite")
}

/// Checks that a setting is in `[0, 1)`.
pub(super) fn check_below_one(name: &'static str, value: f64) -> Result<()> {
    check(name, value, (0.0..1.0).contains(&value), "at least 0 and below 1")
}

/// Checks that a setting is in `[0, 1]`.
pub(super) fn check_fraction(name: &'static str, value: f64) -> Result<()> {
    check(name, value, (0.0..=1.0).contains(&value), "between 0 and 1")
}

fn check(name: &'static str, value: f64, holds: bool, expected: &'static str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::InvalidArgument { name, value, expected }) }
}
