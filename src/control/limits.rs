//! The limits of a step size, for every law.

use crate::error::{Error, Result};
use crate::simd::{larger, smaller};

/// The minimum-step policy of an [`Adaptive`](super::Adaptive) controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MinStep {
    /// The solve ends with [`Error::StepSizeUnderflow`].
    #[default]
    Fail,
    /// The smallest step is accepted and counted in [`Stats::forced`](crate::integrate::Stats::forced). Its error is
    /// larger than the tolerance, by an unknown factor.
    Accept,
}

/// Bounds of an [`Adaptive`](super::Adaptive) controller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    pub(super) safety: f64,
    pub(super) min_factor: f64,
    pub(super) max_factor: f64,
    pub(super) first_step: Option<f64>,
    pub(super) min_step: f64,
    pub(super) at_min_step: MinStep,
    pub(super) max_step: f64,
    pub(super) max_steps: u64,
}

impl Limits {
    pub(super) const DEFAULT: Self = Self {
        safety: 0.9,
        min_factor: 0.2,
        max_factor: 10.0,
        first_step: None,
        min_step: 0.0,
        at_min_step: MinStep::Fail,
        // Finite, so that no step length is infinite: text formats cannot write infinity.
        max_step: f64::MAX,
        max_steps: 100_000,
    };

    pub(super) fn validate(&self) -> Result<()> {
        let first_step = self.first_step.unwrap_or(1.0);
        let checks = [
            ("safety", self.safety, self.safety > 0.0 && self.safety <= 1.0, "in (0, 1]"),
            ("min_factor", self.min_factor, self.min_factor > 0.0 && self.min_factor < 1.0, "in (0, 1)"),
            ("max_factor", self.max_factor, self.max_factor > 1.0, "above 1"),
            ("first_step", first_step, first_step > 0.0 && first_step.is_finite(), "positive and finite"),
            ("min_step", self.min_step, self.min_step >= 0.0 && self.min_step.is_finite(), "finite and not negative"),
            ("max_step", self.max_step, self.max_step > self.min_step, "above `min_step`"),
        ];
        match checks.into_iter().find(|(_, _, valid, _)| !valid) {
            Some((name, value, _, expected)) => Err(Error::InvalidArgument { name, value, expected }),
            None => Ok(()),
        }
    }

    /// The smallest step from `t`: set by the user, or the resolution of time.
    #[inline(always)]
    pub(super) fn floor(&self, t: f64) -> f64 {
        larger(self.min_step, larger(16.0 * f64::EPSILON * t.abs(), f64::MIN_POSITIVE))
    }

    /// The proposed ratio of steps, times the safety factor and within bounds.
    #[inline(always)]
    pub(super) fn bound(&self, factor: f64) -> f64 {
        larger(self.min_factor, smaller(self.max_factor, self.safety * factor))
    }

    /// The ratio of steps after a rejection, from the mean square of the error and its order.
    pub(super) fn shrink(&self, error_sq: f64, order: u32) -> f64 {
        // At least a tenth shorter: an error just above 1 must not ask for the same step again.
        (self.safety * error_sq.powf(-0.5 / f64::from(order))).min(0.9).max(self.min_factor)
    }
}
