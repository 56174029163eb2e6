//! Methods whose steps can be undone, for gradients in constant memory.
//!
//! From the end of a step an algebraically reversible method computes its start, by the same evaluations and with no
//! equation to solve; rounding apart, nothing is lost. [`ReversibleAdjoint`](crate::ReversibleAdjoint) walks back along
//! the solution that way, transposing step by step, and so has the gradient of the computed solution (as
//! [`Discrete`](crate::Discrete) has it) without keeping the states.
//!
//! | method | order | evaluations per step | for |
//! |---|---|---|---|
//! | [`ReversibleHeun`] | 2 | 1 | fields that hardly contract; the cheapest step |
//! | [`Alf`](type@Alf) | 2 | 1 | the same, and fields of the second order |
//! | [`DampedAlf`] | 1 | 1 | fields that contract a little, at low accuracy |
//! | [`Coupled<S>`](Coupled) | that of `S` | twice those of `S` | high order; contraction within the coupling |
//! | [`Symplectic`](crate::Symplectic) | 1 to 6 | | separable fields |
//!
//! A method that forgets nothing cannot damp. All but the last carry a second solution, or a slope, beside the first, and
//! a step multiplies the volume of the two together by a fixed factor `λ`: 1 for the first two, `2 η − 1` for `DampedAlf`, the
//! coupling for `Coupled`. Where a step contracts the solution by `R < 1`, their difference grows by about `λ/R`. So the first
//! two are for fields that do not contract (stable on the imaginary axis up to `i`) or for short times, and the others
//! are stable while no step contracts by more than `λ`. In turn, the way back multiplies rounding errors by `1/λ` per step.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod alf;
mod coupled;
mod heun;
mod slopes;

pub use alf::{Alf, AlfCotangent, AlfWorkspace, AsynchronousLeapfrog, DampedAlf};
pub use coupled::{Coupled, CoupledCotangent, CoupledWorkspace};
pub use heun::{ReversibleHeun, ReversibleHeunCotangent, ReversibleHeunWorkspace};

use super::{Dense, OutputCotangent, Solver, StepCotangent};
use crate::{Differentiable, Dynamics, Result, Span};

/// A method that can undo its steps.
#[diagnostic::on_unimplemented(
    message = "a step of `{Self}` cannot be undone",
    label = "not an algebraically reversible method",
    note = "use `ReversibleHeun`, `Alf`, a symplectic method, or make one reversible with `Coupled::new(..)`"
)]
pub trait Reversible<F: Dynamics>: Solver<F> {
    /// Computes `y0 = y(t)` from `y1 = y(t + h)`, with the workspace as [`accept`](Solver::accept) left it after the step
    /// from `t` over `h`; afterwards it is as it was before that step.
    ///
    /// # Errors
    /// Those of [`step`](Solver::step).
    fn step_back(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        t: f64,
        h: f64,
        y1: &F::State,
        y0: &mut F::State,
    ) -> Result<()>;
}

/// A reversible method whose steps are undone and transposed in one go.
#[diagnostic::on_unimplemented(
    message = "steps of `{Self}` cannot be undone and transposed for this field",
    label = "this adjoint needs an algebraically reversible method and a differentiable field",
    note = "use `ReversibleHeun`, `Alf` or `Coupled::new(..)`, or a symplectic method on a field with `SeparableVjp`; \
            `rheos::Discrete` works with more methods"
)]
pub trait Unwind<F: Differentiable>: Reversible<F> + Dense<F> + Solver<F, Workspace: Clone> {
    /// The cotangent of what the workspace carries from step to step, and room to work.
    type Cotangent;

    /// The cotangent at the end of a solve, where nothing depends any more on what is carried.
    fn cotangent(&self, f: &F, y: &F::State) -> Self::Cotangent;

    /// Undoes the step over `step`, at whose end `at` is, and pulls cotangents back through it.
    ///
    /// `ybar` holds the cotangent of the state at the end and receives that of the state at the start. `outputs` and the
    /// result are those of [`Reverse::step_vjp`](super::Reverse::step_vjp).
    ///
    /// # Errors
    /// Those of [`step`](Solver::step).
    fn unwind(
        &self,
        f: &F,
        at: &mut Unwinding<F, Self>,
        step: Span,
        outputs: &mut [OutputCotangent<'_, F::State>],
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> Result<StepCotangent>;

    /// Pulls the cotangent of what the first step was given, a function of the initial state, back to that state; returns
    /// the derivative with respect to `t0`.
    fn unwind_start(
        &self,
        f: &F,
        at: &mut Unwinding<F, Self>,
        t0: f64,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64;
}

/// Where the way back has come to.
pub struct Unwinding<F: Differentiable, S: Unwind<F> + ?Sized> {
    /// The state.
    pub y: F::State,
    /// What the method carries beside it.
    pub workspace: S::Workspace,
    /// The cotangent of that.
    pub carried: S::Cotangent,
}
