//! Lists of events, with or without derivatives.

use super::record::EventsRecord;
use super::{DifferentiableEvent, Event, EventRecord, Events};
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::Result;
use crate::integrate::{Observer, Step, StepAction};
use crate::solution::keep::Watch;
use crate::solver::Dense;
use crate::state::Span;

/// Any number of [`DifferentiableEvent`]s of the solutions of `F`. A solve without derivatives watches them as plain
/// events.
#[derive(Debug, Clone)]
pub struct DifferentiableEvents<'a, F: Differentiable> {
    events: Vec<DifferentiableEvent<'a, F>>,
    watch: Events<'a, F::State>,
}

/// An argument of [`Ivp::event`](crate::solution::Ivp::event): an [`Event`] or a [`DifferentiableEvent`].
///
/// With an [`Event`] among them, the events as a whole have no derivatives.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of solutions of `{F}`",
    note = "give an `Event` of a function of time and state, or a `DifferentiableEvent` of this field"
)]
pub trait AddTo<'a, F: Dynamics, E> {
    /// The list of events with this one added.
    type Events;
    /// Adds it to the events of the solutions of `f`.
    fn add_to(self, events: E, f: &'a F) -> Self::Events;
}

impl<'a, F: Dynamics> AddTo<'a, F, ()> for Event<'a, F::State> {
    type Events = Events<'a, F::State>;
    fn add_to(self, (): (), _: &'a F) -> Self::Events {
        Events::new(vec![self])
    }
}

impl<'a, F: Dynamics> AddTo<'a, F, Events<'a, F::State>> for Event<'a, F::State> {
    type Events = Events<'a, F::State>;
    fn add_to(self, mut events: Self::Events, _: &'a F) -> Self::Events {
        events.push(self);
        events
    }
}

impl<'a, F: Differentiable> AddTo<'a, F, DifferentiableEvents<'a, F>> for Event<'a, F::State> {
    type Events = Events<'a, F::State>;
    fn add_to(self, events: DifferentiableEvents<'a, F>, f: &'a F) -> Self::Events {
        self.add_to(events.watch, f)
    }
}

impl<'a, F: Differentiable> AddTo<'a, F, ()> for DifferentiableEvent<'a, F> {
    type Events = DifferentiableEvents<'a, F>;
    fn add_to(self, (): (), f: &'a F) -> Self::Events {
        let watch = Events::new(vec![self.of(f)]);
        DifferentiableEvents { events: vec![self], watch }
    }
}

impl<'a, F: Differentiable> AddTo<'a, F, DifferentiableEvents<'a, F>> for DifferentiableEvent<'a, F> {
    type Events = DifferentiableEvents<'a, F>;
    fn add_to(self, mut events: DifferentiableEvents<'a, F>, f: &'a F) -> Self::Events {
        events.watch.push(self.of(f));
        events.events.push(self);
        events
    }
}

impl<'a, F: Differentiable> AddTo<'a, F, Events<'a, F::State>> for DifferentiableEvent<'a, F> {
    type Events = Events<'a, F::State>;
    fn add_to(self, mut events: Self::Events, f: &'a F) -> Self::Events {
        events.push(self.of(f));
        events
    }
}

/// A list of events that all have derivatives, or the empty list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` have no derivatives",
    label = "this solve has events that cannot be differentiated",
    note = "give the `Ivp` a `DifferentiableEvent` instead of each `Event`: its function and its reset have pullbacks, or are \
            written over a generic scalar"
)]
pub trait HaveDerivatives<'a, F: Differentiable> {
    /// The events.
    fn into_events(self) -> Vec<DifferentiableEvent<'a, F>>;
}

impl<'a, F: Differentiable> HaveDerivatives<'a, F> for () {
    fn into_events(self) -> Vec<DifferentiableEvent<'a, F>> {
        Vec::new()
    }
}

impl<'a, F: Differentiable> HaveDerivatives<'a, F> for DifferentiableEvents<'a, F> {
    fn into_events(self) -> Vec<DifferentiableEvent<'a, F>> {
        self.events
    }
}

impl<F: Differentiable, S: Dense<F>> Observer<F, S> for DifferentiableEvents<'_, F> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        self.watch.observe(step)
    }
}

impl<F: Differentiable, S: Dense<F>> Watch<F, S> for DifferentiableEvents<'_, F> {
    fn check(&self) -> Result<()> {
        self.watch.validate()
    }
    fn retreat(&mut self, span: Span, t: f64) {
        self.watch.retreat(span, t);
    }
    fn finish(self) -> (Option<usize>, Vec<EventRecord<F::State>>) {
        (self.watch.stopped_by(), self.watch.into_hits())
    }
    type Record = EventsRecord<F::State>;
    fn record(&self) -> Self::Record {
        self.watch.to_record()
    }
    fn restore(&mut self, record: Self::Record, span: Span, t: f64) -> Result<()> {
        self.watch.restore_from(record, span, t)
    }
}
