//! The cotangents of a loss: its derivatives with respect to outputs and events.

use crate::solution::EventRecord;
use crate::state::State;

/// The derivatives of a loss with respect to the states at the outputs and to the hits of events.
///
/// [`Run::cotangents`](crate::adjoint::Run::cotangents) has zeros of the right number and shape to fill in.
#[derive(Debug, Clone, PartialEq)]
pub struct Cotangents<Y> {
    /// With respect to every output that was reached.
    pub y: Vec<Y>,
    /// With respect to every hit of an event.
    pub hits: Vec<EventCotangent<Y>>,
}

/// The derivatives of a loss with respect to the fields of an [`EventRecord`].
#[derive(Debug, Clone, PartialEq)]
pub struct EventCotangent<Y> {
    /// With respect to the time.
    pub t: f64,
    /// With respect to the state before the event.
    pub before: Y,
    /// With respect to the state after it, [`EventRecord::state`]. Without a reset it is the same state.
    pub after: Y,
}

impl<Y: State> Cotangents<Y> {
    /// Zero cotangents: the loss depends on none of these states and hits.
    #[must_use]
    pub fn zeros(y: &[Y], hits: &[EventRecord<Y>]) -> Self {
        let zeros = |hit: &EventRecord<Y>| {
            let zero = hit.before.zeros_like();
            EventCotangent { t: 0.0, before: zero.clone(), after: zero }
        };
        Self { y: y.iter().map(Y::zeros_like).collect(), hits: hits.iter().map(zeros).collect() }
    }
}

/// Borrowed [`Cotangents`]. A slice of states converts into one, for a loss that does not depend on the hits.
#[derive(Debug)]
pub struct CotangentsRef<'c, Y> {
    /// With respect to every output that was reached.
    pub y: &'c [Y],
    /// With respect to every hit; `None` means zero.
    pub hits: Option<&'c [EventCotangent<Y>]>,
}

impl<Y> Clone for CotangentsRef<'_, Y> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Y> Copy for CotangentsRef<'_, Y> {}

impl<'c, Y> From<&'c Cotangents<Y>> for CotangentsRef<'c, Y> {
    fn from(Cotangents { y, hits }: &'c Cotangents<Y>) -> Self {
        Self { y, hits: Some(hits) }
    }
}

impl<'c, Y> From<&'c [Y]> for CotangentsRef<'c, Y> {
    fn from(y: &'c [Y]) -> Self {
        Self { y, hits: None }
    }
}

impl<'c, Y> From<&'c Vec<Y>> for CotangentsRef<'c, Y> {
    fn from(y: &'c Vec<Y>) -> Self {
        Self { y, hits: None }
    }
}

impl<'c, Y, const N: usize> From<&'c [Y; N]> for CotangentsRef<'c, Y> {
    fn from(y: &'c [Y; N]) -> Self {
        Self { y, hits: None }
    }
}
