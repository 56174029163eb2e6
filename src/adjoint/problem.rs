//! The solve that is differentiated.

use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::solution::{DifferentiableEvent, Events, Outputs};
use crate::state::Span;

/// A solve as an [`Adjoint`](crate::adjoint::Adjoint) sees it, without the initial state.
/// [`Ivp::forward`](crate::solution::Ivp::forward) makes one.
#[derive(Debug)]
pub struct Problem<'a, F: Differentiable, S, C> {
    /// The field.
    pub field: &'a F,
    /// The method.
    pub solver: &'a S,
    /// The step-size controller.
    pub control: &'a C,
    /// The interval of integration.
    pub span: Span,
    /// The states that the loss may depend on.
    pub outputs: Outputs<'a>,
    /// Times at which the field jumps, in any order, beside [its own](crate::dynamics::Dynamics::jumps).
    pub jumps: &'a [f64],
    /// The events; a hit refers to its event by the index in this list.
    pub events: &'a [DifferentiableEvent<'a, F>],
}

impl<F: Differentiable, S, C> Clone for Problem<'_, F, S, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Differentiable, S, C> Copy for Problem<'_, F, S, C> {}

impl<'a, F: Differentiable, S, C> Problem<'a, F, S, C> {
    /// The solve over `span`, with the end state as its only output, without jumps and events.
    pub fn new(field: &'a F, solver: &'a S, control: &'a C, span: impl Into<Span>) -> Self {
        Self { field, solver, control, span: span.into(), outputs: Outputs::End, jumps: &[], events: &[] }
    }

    /// Sets the outputs.
    #[must_use]
    pub fn outputs(mut self, outputs: Outputs<'a>) -> Self {
        self.outputs = outputs;
        self
    }

    /// Watches for the events.
    pub(super) fn watch(&self) -> Events<'a, F::State> {
        Events::new(self.events.iter().map(|event| event.of(self.field)).collect())
    }

    pub(super) fn check(&self) -> Result<()> {
        self.span.validate()?;
        self.span.validate_times(self.outputs.times())
    }
}
