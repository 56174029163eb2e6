//! The trait of an adjoint, and the results of its two passes.

use super::{CotangentsRef, DiscreteAdjoint, Problem, ReversibleAdjoint};
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::integrate::Stats;
use crate::solution::{Ending, EventRecord, Failure};
use crate::solver::{Solver, Stiffness};

/// A way to differentiate a solve of the field `F` by the method `S` with steps from `C`.
///
/// [`Ivp::forward`](crate::solution::Ivp::forward) calls it. Implement it for an adjoint of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot differentiate solves of `{F}` by `{S}`",
    note = "`DiscreteAdjoint` needs a method that can be transposed (`StepVjp`), `BacksolveAdjoint` a solver for the augmented system; \
            both need a field that implements `rheos::Differentiable`"
)]
pub trait Adjoint<F: Differentiable, S: Solver<F>, C: Controller<F, S>> {
    /// The record of the forward pass, for the backward pass.
    type Record;

    /// Solves from `y0` and returns the outputs and the hits of the events.
    ///
    /// # Errors
    /// Unsorted or non-finite times, settings outside their domains, and every error of the solve. The [`Failure`] has
    /// the solution up to the failure.
    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record>;

    /// Pulls the cotangents of the outputs and hits back to the start, over the recorded forward pass of this problem.
    /// Adds the gradient with respect to the parameters to `pbar`. May be called repeatedly with one record.
    ///
    /// # Errors
    /// - [`Error::LengthMismatch`](crate::error::Error::LengthMismatch) unless there is one cotangent per output and
    ///   hit and `pbar` has the shape of the parameters.
    /// - [`Error::ShapeMismatch`](crate::error::Error::ShapeMismatch) if a cotangent does not have the shape of the
    ///   state.
    /// - [`Error::InvalidEntry`](crate::error::Error::InvalidEntry) if a cotangent is not finite.
    /// - [`Error::Grazing`](crate::error::Error::Grazing) if an event that the loss depends on has no derivative.
    /// - [`Error::NonFiniteDerivative`](crate::error::Error::NonFiniteDerivative) and
    ///   [`Error::NonFiniteGradient`](crate::error::Error::NonFiniteGradient) if a derivative is not finite.
    /// - Every error of a solve of the adjoint equation.
    ///
    /// After an error `pbar` is meaningless.
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

/// An adjoint of the computed steps (discretise, then differentiate).
///
/// Its gradient is the derivative of the numerical solution at any tolerance, so a trainer can require it as a bound.
/// [`DiscreteAdjoint`] is exact up to rounding. [`ReversibleAdjoint`] is exact up to its drift, which it measures and
/// limits.
#[diagnostic::on_unimplemented(
    message = "the gradient of `{Self}` is not exact",
    label = "this adjoint solves a differential equation, so its error depends on its tolerance",
    note = "use `DiscreteAdjoint`, or `ReversibleAdjoint` with a reversible method"
)]
pub trait ExactGradient {}

impl ExactGradient for DiscreteAdjoint {}
impl ExactGradient for ReversibleAdjoint {}

/// A forward pass, or the solution up to the failure.
pub type ForwardResult<Y, R> = Result<Forward<Y, R>, Box<Failure<Y>>>;

/// A forward pass.
#[derive(Debug, Clone)]
pub struct Forward<Y, R> {
    /// The states at the outputs that were reached: all of them, unless a terminal event ended the solve.
    pub y: Vec<Y>,
    /// The events that happened, in the order of integration.
    pub hits: Vec<EventRecord<Y>>,
    /// The time at which the solve ended.
    pub end: f64,
    /// The reason why it ended.
    pub ending: Ending,
    /// The record for the backward pass.
    pub record: R,
    /// The cost.
    pub stats: Stats,
    /// A diagnosis of stiffness, if the problem looks stiff for the method.
    pub stiffness: Option<Stiffness>,
}

/// The result of a backward pass, without the gradient of the parameters. See [`Gradient`](super::Gradient) for its
/// fields.
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
    /// Gradient with respect to the jumps that the problem declares; the field's own jumps have none.
    pub jumps: Vec<f64>,
    /// The cost; an evaluation here includes its pullback.
    pub stats: Stats,
    /// The largest relative error of a reconstructed coordinate; zero for an adjoint that reconstructs none.
    pub drift: f64,
}
