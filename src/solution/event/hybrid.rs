//! A field and its events, as one model.

use super::{DifferentiableEvent, Events};
use crate::solution::{Ivp, keep};
use crate::{Differentiable, Parametric, Span};

/// A hybrid system: a field, and events that may reset the state of its solutions or end them. Its parameters are those of
/// the field, which the events share.
///
/// [`gradient_with_events`](crate::gradient_with_events) differentiates its solves, and [`ivp`](Self::ivp) solves without
/// derivatives.
///
/// ```
/// use rheos::{DifferentiableEvent, Dopri5, Fixed, Hybrid, ode};
///
/// // A clock that is turned back by one at every full hour.
/// let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0).with_vjp(|_t, _y, _w, _ybar| 0.0);
/// let hour = DifferentiableEvent::rising(|_, _t, y: &f64| y - 1.0, |_, _t, _y, w, ybar, _| { *ybar += w; 0.0 })
///     .reset(|_, _t, y| *y -= 1.0, |_, _t, _y, w, ybar, _| { *ybar += w; 0.0 });
/// let problem = Hybrid::new(clock).event(hour);
/// let solution = problem.ivp(0.0, 0.0..3.5).solve(Dopri5, Fixed::steps(7))?;
/// assert_eq!(solution.hits.len(), 3);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hybrid<'a, F: Differentiable> {
    field: F,
    events: Vec<DifferentiableEvent<'a, F>>,
}

impl<'a, F: Differentiable> Hybrid<'a, F> {
    /// The system of `field` without events.
    pub const fn new(field: F) -> Self {
        Self { field, events: Vec::new() }
    }

    /// Adds an event; a [`Hit`](crate::Hit) names it by its place in the order they were added, from 0.
    #[must_use]
    pub fn event(mut self, event: DifferentiableEvent<'a, F>) -> Self {
        self.events.push(event);
        self
    }

    /// The field.
    pub fn field(&self) -> &F {
        &self.field
    }

    /// The events, in the order they were added.
    pub fn events(&self) -> &[DifferentiableEvent<'a, F>] {
        &self.events
    }

    /// The initial value problem of the field with these events: what the gradient differentiates, with all that an
    /// [`Ivp`] can keep of it.
    pub fn ivp<'s>(&'s self, y0: F::State, span: impl Into<Span>) -> Ivp<'s, F, keep::End, Events<'s, F::State>> {
        let (f, span) = (&self.field, span.into());
        Ivp { f, y0, span, jumps: &[], keep: keep::End, events: self.watch(), observers: () }
    }

    /// Watches for the events.
    pub(crate) fn watch(&self) -> Events<'_, F::State> {
        Events::new(self.events.iter().map(|event| event.of(&self.field)).collect())
    }
}

impl<F: Differentiable> Parametric for Hybrid<'_, F> {
    type Params = F::Params;
    fn params(&self) -> F::Params {
        self.field.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.field.set_params(params);
    }
}
