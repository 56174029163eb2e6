//! The events of a paused solve: hits, counters and signs.

use super::EventRecord;
use super::watch::{Events, Place};
use crate::error::{Error, Result};
use crate::state::{Span, State};

/// The state of [`Events`] at some time of a solve, without the events themselves.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EventsRecord<Y> {
    places: Vec<Place>,
    t: Option<f64>,
    hits: Vec<EventRecord<Y>>,
    stopped_by: Option<usize>,
}

impl<Y: State> EventsRecord<Y> {
    /// Whether it may belong to `count` events, in a solve over `span` that has reached `t`.
    fn fits(&self, count: usize, span: Span, t: f64) -> bool {
        let Self { places, t: seen, hits, stopped_by } = self;
        let covered = Span { t0: span.t0, t1: t };
        let times: Vec<f64> = hits.iter().map(|hit| hit.t).collect();
        let numbers = |place: &Place| [place.g, place.noise, place.ahead].iter().all(|value| value.is_finite());
        let counted = |event: usize, place: &Place| {
            let mut own = hits.iter().filter(|hit| hit.event == event);
            place.last_hit == own.clone().next_back().map(|hit| hit.t) && place.hits == own.by_ref().count() as u64
        };
        places.len() == if seen.is_some() { count } else { 0 }
            && seen.is_none_or(|seen| seen.is_finite())
            && stopped_by.is_none_or(|event| event < count)
            && hits.iter().all(|hit| hit.event < count)
            && covered.validate_times(&times).is_ok()
            && places.iter().all(numbers)
            && places.iter().enumerate().all(|(event, place)| counted(event, place))
    }
}

impl<Y: State> Events<'_, Y> {
    /// The state of the events.
    pub(crate) fn to_record(&self) -> EventsRecord<Y> {
        let Self { places, t, hits, stopped_by, .. } = self;
        EventsRecord { places: places.clone(), t: *t, hits: hits.clone(), stopped_by: *stopped_by }
    }

    /// Restores the state in a solve over `span` that has reached `t`.
    pub(crate) fn restore_from(&mut self, record: EventsRecord<Y>, span: Span, t: f64) -> Result<()> {
        if !record.fits(self.events.len(), span, t) {
            return Err(Error::InvalidPaused { reason: "its events do not belong to this solve" });
        }
        let EventsRecord { places, t, hits, stopped_by } = record;
        (self.places, self.t, self.hits, self.stopped_by) = (places, t, hits, stopped_by);
        Ok(())
    }
}
