//! The trait of an adjoint, and what its two passes return.

use super::{CotangentsRef, DiscreteAdjoint, Problem, ReversibleAdjoint};
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::integrate::Stats;
use crate::solution::{Ending, EventRecord, Failure};
use crate::solver::{Solver, Stiffness};

/// A way to differentiate the solve of `F` by the method `S` with steps from `C`.
///
/// [`Ivp::forward`](crate::solution::Ivp::forward) calls it; to be implemented for a way of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot differentiate solves of `{F}` by `{S}`",
    note = "`DiscreteAdjoint` needs a method that can be transposed (`StepVjp`), `BacksolveAdjoint` a solver for the augmented system; \
            both need a field that implements `rheos::Differentiable`"
)]
pub trait Adjoint<F: Differentiable, S: Solver<F>, C: Controller<F, S>> {
    /// What the forward pass keeps for the backward pass.
    type Record;

    /// Solves from `y0` and returns the outputs and the hits of the events.
    ///
    /// # Errors
    /// Unsorted or non-finite times, settings outside their domains, and every error of the solve. The [`Failure`] keeps the
    /// solution computed so far.
    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record>;

    /// Pulls the cotangents of the outputs and hits of a forward pass of this problem back to the start. The gradient of the
    /// parameters is added to `pbar`. It may be called again.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::error::Error::LengthMismatch) if there is not one cotangent per output and hit or `pbar` has
    /// not the shape of the parameters, [`Error::ShapeMismatch`](crate::error::Error::ShapeMismatch) if a cotangent has another shape
    /// than the state, [`Error::InvalidEntry`](crate::error::Error::InvalidEntry) if one is not finite,
    /// [`Error::Grazing`](crate::error::Error::Grazing) where an event that matters has no derivative,
    /// [`Error::NonFiniteDerivative`](crate::error::Error::NonFiniteDerivative) and
    /// [`Error::NonFiniteGradient`](crate::error::Error::NonFiniteGradient) where a derivative is not, and whatever ends a solve of
    /// the adjoint equation. `pbar` is then of no use.
    fn backward(
        &self,
        problem: &Problem<'_, F, S, C>,
        record: &Self::Record,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>>;
}

impl<F, S, C, A> Adjoint<F, S, C> for &A
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    type Record = A::Record;

    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record> {
        (**self).forward(problem, y0)
    }

    fn backward(
        &self,
        problem: &Problem<'_, F, S, C>,
        record: &Self::Record,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        (**self).backward(problem, record, cotangents, pbar)
    }
}

/// An adjoint whose gradient is that of the computed solution up to rounding, at any tolerance: the derivative of the steps
/// that were taken. A trainer can ask for it as a bound.
#[diagnostic::on_unimplemented(
    message = "the gradient of `{Self}` is not exact",
    label = "this adjoint solves an equation of its own, and is as exact as its tolerance",
    note = "use `DiscreteAdjoint`, or `ReversibleAdjoint` with a reversible method"
)]
pub trait ExactGradient {}

impl ExactGradient for DiscreteAdjoint {}
impl ExactGradient for ReversibleAdjoint {}

/// A forward pass, or the solution up to where it failed.
pub type ForwardResult<Y, R> = Result<Forward<Y, R>, Box<Failure<Y>>>;

/// A forward pass.
#[derive(Debug, Clone)]
pub struct Forward<Y, R> {
    /// The states at the outputs that were reached: all of them, unless a terminal event came before.
    pub y: Vec<Y>,
    /// The events that happened, in the order of integration.
    pub hits: Vec<EventRecord<Y>>,
    /// The time at which the solve ended.
    pub end: f64,
    /// Why it ended.
    pub ending: Ending,
    /// What the backward pass will need.
    pub record: R,
    /// The cost.
    pub stats: Stats,
    /// Whether the problem looks stiff for the method.
    pub stiffness: Option<Stiffness>,
}

/// A backward pass, up to the gradient of the parameters. See [`Gradient`](super::Gradient) for its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Pullback<Y> {
    /// Gradient with respect to the initial state.
    pub y0: Y,
    /// Gradient with respect to every output time asked for.
    pub times: Vec<f64>,
    /// Derivative with respect to the start of the span.
    pub t0: f64,
    /// Derivative with respect to the end of the span.
    pub t1: f64,
    /// Gradient with respect to the declared jumps of the field.
    pub jumps: Vec<f64>,
    /// The cost; an evaluation here includes its pullback.
    pub stats: Stats,
    /// The largest distance of a reconstructed state from the state of the forward pass, relative to it. Only [`BacksolveAdjoint`](super::BacksolveAdjoint)
    /// measures it; elsewhere it is zero.
    pub drift: f64,
}
