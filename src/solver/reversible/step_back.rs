//! The inverse of a step, and its transpose.

use crate::dynamics::{Bars, Differentiable, Dynamics};
use crate::error::Result;
use crate::solver::{Dense, OutputCotangent, Solver, StepCotangent};
use crate::state::Span;

/// A step to be undone: to `y1 = y(t + h)` over `h`.
#[derive(Debug)]
pub struct StepEnd<'a, Y> {
    /// Where it started.
    pub t: f64,
    /// Its signed length.
    pub h: f64,
    /// The state where it ended.
    pub y1: &'a Y,
}

/// A method with invertible steps.
#[diagnostic::on_unimplemented(
    message = "a step of `{Self}` cannot be undone",
    label = "not an algebraically reversible method",
    note = "use `ReversibleHeun`, `Alf`, a symplectic method, or make one reversible with `Coupled::new(..)`"
)]
pub trait Reversible<F: Dynamics>: Solver<F> {
    /// Computes `y0 = y(t)` from `y1 = y(t + h)`. The workspace must be as [`accept`](Solver::accept) left it after the
    /// step from `t` over `h`; it returns to its state before that step.
    ///
    /// # Errors
    /// As for [`step`](Solver::step).
    fn step_back(&self, f: &F, ws: &mut Self::Workspace, step: StepEnd<'_, F::State>, y0: &mut F::State) -> Result<()>;
}

/// A reversible method that inverts and transposes a step in one pass.
#[diagnostic::on_unimplemented(
    message = "steps of `{Self}` cannot be undone and transposed for this field",
    label = "this adjoint needs an algebraically reversible method and a differentiable field",
    note = "use `ReversibleHeun`, `Alf` or `Coupled::new(..)`, or a symplectic method on a field with `SeparableVjp`; \
            `rheos::DiscreteAdjoint` works with more methods"
)]
pub trait ReverseStep<F: Differentiable>: Reversible<F> + Dense<F> + Solver<F, Workspace: Clone> {
    /// The cotangent of the values that the workspace carries from step to step, with temporary storage.
    type Cotangent;

    /// The cotangent at the end of a solve, where nothing depends on the carried values.
    fn cotangent(&self, f: &F, y: &F::State) -> Self::Cotangent;

    /// Undoes the step over `step`, whose end is `at`, and pulls cotangents back through it.
    ///
    /// `ybar` holds the cotangent of the state at the end and receives the cotangent of the state at the start. For
    /// `outputs` and the result see [`StepVjp::step_vjp`](crate::solver::StepVjp::step_vjp).
    ///
    /// # Errors
    /// As for [`step`](Solver::step).
    fn unwind(
        &self,
        f: &F,
        at: &mut Reversal<F, Self>,
        step: Span,
        outputs: &mut [OutputCotangent<'_, F::State>],
        bars: Bars<'_, F>,
    ) -> Result<StepCotangent>;

    /// Pulls the cotangent of the initial carried values, functions of the initial state, back to that state. Returns
    /// the derivative with respect to `t0`.
    fn unwind_start(
        &self,
        f: &F,
        at: &mut Reversal<F, Self>,
        t0: f64,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64;
}

/// The current point of the way back.
pub struct Reversal<F: Differentiable, S: ReverseStep<F> + ?Sized> {
    /// The state.
    pub y: F::State,
    /// The workspace, with the carried values.
    pub workspace: S::Workspace,
    /// The cotangent of the carried values.
    pub carried: S::Cotangent,
}
