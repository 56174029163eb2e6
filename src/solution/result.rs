//! The result of a solve.

use super::EventRecord;
use crate::integrate::Stats;
use crate::solver::Stiffness;

/// The outputs of a solve; see [`Ivp`](super::Ivp) for the choices.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution<Y, K = Vec<Y>> {
    /// The times of the outputs; for a [`Curve`](super::Curve), its two ends.
    pub t: Vec<f64>,
    /// The outputs: the states at these times, the values of a function of them, or a [`Curve`](super::Curve).
    pub y: K,
    /// The events that happened, in the order of integration.
    pub hits: Vec<EventRecord<Y>>,
    /// The reason why the solve ended.
    pub ending: Ending,
    /// The cost of the solve.
    pub stats: Stats,
    /// A diagnosis of stiffness, if the problem looks stiff for the method and another would be cheaper. Checked only
    /// with adaptive steps.
    pub stiffness: Option<Stiffness>,
    pub(crate) end: (f64, Y),
}

impl<Y, K> Solution<Y, K> {
    /// The last state, saved or not: at the end of the span, at a terminal event (after its reset), or, of a failed
    /// solve, the last good state.
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

/// The reason why a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The end of the span was reached.
    Span,
    /// A terminal event happened; the value is its index in the order of addition, from 0.
    Event(usize),
    /// An observer of the user ended it.
    Observer,
    /// It failed; the [`Failure`](super::Failure) has the reason.
    Failure,
}
