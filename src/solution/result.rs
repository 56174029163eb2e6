//! What a solve returns.

use super::EventRecord;
use crate::integrate::Stats;
use crate::solver::Stiffness;

/// What was kept of a solve; see [`Ivp`](super::Ivp) for the choices.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution<Y, K = Vec<Y>> {
    /// The times of what was kept; of a [`Curve`](super::Curve), its two ends.
    pub t: Vec<f64>,
    /// What was kept: the states at these times, or the values of a function of them, or a [`Curve`](super::Curve).
    pub y: K,
    /// The events that happened, in the order of integration.
    pub hits: Vec<EventRecord<Y>>,
    /// Why the solve ended.
    pub ending: Ending,
    /// What the solve cost.
    pub stats: Stats,
    /// Whether the problem looks stiff for the method, so that another would be cheaper. Only looked for where an error
    /// estimate chooses the steps.
    pub stiffness: Option<Stiffness>,
    pub(super) end: (f64, Y),
}

impl<Y, K> Solution<Y, K> {
    /// The state where the solve ended, whether it was saved or not: at the end of the span, at a terminal event (after
    /// its reset if it has one), or, of a failed solve, the last good state.
    #[must_use]
    pub fn last(&self) -> &Y {
        &self.end.1
    }

    /// The time of [`last`](Self::last).
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.end.0
    }
}

/// Why a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// It came to the end of the span.
    Span,
    /// A terminal event happened: which, by its place in the order they were added, from 0.
    Event(usize),
    /// An observer of the user's ended it.
    Observer,
    /// It failed; the reason is in the [`Failure`](super::Failure).
    Failure,
}
