//! The interval of integration.

use crate::error::{Error, Result};

/// The interval of integration from `t0` to `t1`, in the model's units of time. It runs backwards if `t1 < t0`.
///
/// A range converts into one: `0.0..10.0`, or backwards `10.0..0.0`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Span {
    /// The time at the start.
    pub t0: f64,
    /// The time at the end.
    pub t1: f64,
}

impl Span {
    /// The signed length `t1 − t0`.
    #[inline]
    #[must_use]
    pub fn length(self) -> f64 {
        self.t1 - self.t0
    }

    /// 1 forwards, −1 backwards.
    #[inline]
    #[must_use]
    pub fn direction(self) -> f64 {
        if self.t1 < self.t0 { -1.0 } else { 1.0 }
    }

    /// Whether `a` comes strictly after `b` in the direction of integration.
    #[inline]
    #[must_use]
    pub fn is_after(self, a: f64, b: f64) -> bool {
        (a - b) * self.direction() > 0.0
    }

    pub(crate) fn validate(self) -> Result<()> {
        for (name, value) in [("t0", self.t0), ("t1", self.t1)] {
            if !value.is_finite() {
                return Err(Error::InvalidArgument { name, value, expected: "finite" });
            }
        }
        Ok(())
    }

    /// Checks that `times` are inside the span and in its order; equal neighbours are allowed.
    pub(crate) fn validate_times(self, times: &[f64]) -> Result<()> {
        let mut previous = self.t0;
        for (index, &time) in times.iter().enumerate() {
            // Rejects NaN too.
            let inside = !self.is_after(self.t0, time) && !self.is_after(time, self.t1);
            if !inside || time.is_nan() {
                return Err(Error::TimeOutsideSpan { index, time, t0: self.t0, t1: self.t1 });
            }
            if self.is_after(previous, time) {
                return Err(Error::UnsortedTimes { index, time, previous });
            }
            previous = time;
        }
        Ok(())
    }
}

impl From<std::ops::Range<f64>> for Span {
    fn from(range: std::ops::Range<f64>) -> Self {
        Self { t0: range.start, t1: range.end }
    }
}

impl From<(f64, f64)> for Span {
    fn from((t0, t1): (f64, f64)) -> Self {
        Self { t0, t1 }
    }
}
