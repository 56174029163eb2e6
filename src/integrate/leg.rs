//! Equal steps to an exact end.

use super::pieces::Piece;
use crate::control::Plan;
use crate::error::{Error, Result};
use crate::state::Span;

/// A plan of the controller in progress.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Leg {
    pub(super) start: f64,
    pub(crate) end: f64,
    /// The time of the end for observers: the end itself, or the jump a rounding error behind it.
    pub(super) time: f64,
    pub(super) h: f64,
    pub(super) steps: u32,
    pub(super) done: u32,
}

impl Leg {
    /// The steps of `plan` from `start`. The end of the last one is called `time`.
    #[inline(always)]
    pub(super) fn new(start: f64, Plan { end, steps }: Plan, time: f64) -> Result<Self> {
        let steps = steps.max(1);
        let h = (end - start) / f64::from(steps);
        let next = start + h;
        if next == start || next.is_nan() {
            return Err(Error::StepSizeUnderflow { t: start, h, min: start.abs() * f64::EPSILON });
        }
        if steps > 1 {
            // No two points of the grid may be the same number.
            let min = 2.0 * f64::EPSILON * start.abs().max(end.abs());
            if h.abs() < min {
                return Err(Error::StepSizeUnderflow { t: start, h, min });
            }
        }
        Ok(Self { start, end, time, h, steps, done: 0 })
    }

    /// The end of step `i`, counted from 1.
    #[inline(always)]
    pub(super) fn end_of(&self, i: u32) -> f64 {
        if i == self.steps { self.end } else { self.start + f64::from(i) * self.h }
    }

    /// One step before the leg, and one behind it.
    pub(super) fn reach(&self) -> [f64; 2] {
        [self.start - self.h, self.end + self.h]
    }

    /// The number of the last step within a budget of `allowed` further ones.
    #[inline(always)]
    pub(super) fn last_allowed(&self, allowed: u64) -> u32 {
        let left = u64::from(self.steps - self.done);
        if allowed < left { self.done + allowed as u32 } else { self.steps }
    }

    /// Whether a deserialized leg continues from the time `t` of `piece`.
    pub(crate) fn continues(&self, whole: Span, t: f64, piece: Piece) -> bool {
        let Self { start, end, time, h, steps, done } = *self;
        let plan = [start, end, time, h];
        plan.iter().all(|value| value.is_finite())
            && (1..steps).contains(&done)
            && self.end_of(done) == t
            && whole.is_after(start + h, start)
            && whole.is_after(end, t)
            && !whole.is_after(end, piece.inner.t1)
            && !whole.is_after(end, time)
            && !whole.is_after(time, piece.outer.t1)
    }

    /// The leg, if a step of it is left.
    pub(crate) fn unfinished(self) -> Option<Self> {
        (self.done < self.steps).then_some(self)
    }
}
