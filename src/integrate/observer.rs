//! Observers of a solve and their answers.

use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::{Dense, Solver, StepStart};
use crate::state::Span;

/// An accepted step, seen before the solver moves on: the workspace still holds its stages.
pub struct Step<'a, F: Dynamics, S: Solver<F>> {
    /// The field.
    pub field: &'a F,
    /// The method.
    pub solver: &'a S,
    /// Its workspace after the step.
    pub workspace: &'a mut S::Workspace,
    /// Start of the step: the end of the previous one.
    pub t0: f64,
    /// End of the step. If an earlier observer ended the step early, the end of the remaining part.
    pub t1: f64,
    /// Its signed length as the method computed it: `t1 − t0` up to rounding, and more if the step was ended early.
    ///
    /// It is zero between jumps, or between a jump and an end of the solve, that are too close for a step. There the
    /// state is constant, and the workspace does not belong to the step.
    pub h: f64,
    /// The times between which the method computed the step. If `t0` or `t1` is a declared jump of the field, they lie
    /// a rounding error inside.
    pub computed: Span,
    /// State at the start.
    pub y0: &'a F::State,
    /// State at the end.
    pub y1: &'a F::State,
    /// State from which the solve continues at `t1`. It differs from `y1` if the state jumps.
    pub next: &'a F::State,
}

impl<F: Dynamics, S: Solver<F>> Step<'_, F, S> {
    /// Whether this is no step of the method, but a gap between jumps that is too short for a step.
    #[must_use]
    pub fn is_still(&self) -> bool {
        self.h == 0.0
    }

    /// Whether `a` comes after `b` in the direction of the step.
    #[must_use]
    pub fn is_after(&self, a: f64, b: f64) -> bool {
        let direction = if self.is_still() { self.t1 - self.t0 } else { self.h };
        if direction < 0.0 { a < b } else { a > b }
    }

    /// The solution at `t` in the step, by the interpolant of the method. At the end it is `y1`.
    pub fn interpolate(&mut self, t: f64, out: &mut F::State)
    where
        S: Dense<F>,
    {
        if t == self.t1 {
            out.clone_from(self.y1);
        } else if self.is_still() {
            out.clone_from(self.y0);
        } else {
            let start = StepStart { t: self.computed.t0, h: self.h, y0: self.y0 };
            // The method stays a rounding error away from a jump.
            let theta = ((t - start.t) / self.h).clamp(0.0, 1.0);
            self.solver.interpolate(self.field, self.workspace, start, theta, out);
        }
    }

    /// The same step, for another observer.
    #[inline]
    fn reborrow(&mut self) -> Step<'_, F, S> {
        Step { workspace: &mut *self.workspace, ..*self }
    }
}

/// The answer of an observer to a step.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum StepAction<Y> {
    /// Continue.
    On,
    /// Accept the step and pause. The solve can be resumed as if nothing had happened.
    Pause,
    /// End the solve at the time `t` of this step.
    Stop {
        /// The time, after the start of the step and not after its end.
        t: f64,
        /// The state there, on the solution.
        before: Y,
        /// The final state of the solve.
        after: Y,
    },
    /// Continue from another state at the time `t` of this step.
    Jump {
        /// The time, after the start of the step and not after its end.
        t: f64,
        /// The state there, on the solution.
        before: Y,
        /// The state to continue from.
        after: Y,
    },
}

/// Checks the time at which an observer ends `step` early.
pub(super) fn check_time(step: Span, t: f64) -> Result<()> {
    // Written so that NaN is caught too.
    if step.is_after(t, step.t0) && !step.is_after(t, step.t1) {
        return Ok(());
    }
    let expected = "after the start of the step and not after its end";
    Err(Error::InvalidArgument { name: "flow.t", value: t, expected })
}

/// An observer of the accepted steps of a solve.
///
/// Observers compose: a pair of observers is an observer, and so is `&mut` of one.
pub trait Observer<F: Dynamics, S: Solver<F>> {
    /// Called once for every accepted step, in order.
    ///
    /// # Errors
    /// Any error ends the solve.
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>>;
}

/// The empty observer.
impl<F: Dynamics, S: Solver<F>> Observer<F, S> for () {
    #[inline(always)]
    fn observe(&mut self, _: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        Ok(StepAction::On)
    }
}

impl<F: Dynamics, S: Solver<F>, O: Observer<F, S>> Observer<F, S> for &mut O {
    #[inline]
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        (**self).observe(step)
    }
}

/// Both observers see every step. If the first one ends it early, the second sees the remaining part. If the second
/// ends it earlier still, its answer counts.
impl<F: Dynamics, S: Solver<F>, A: Observer<F, S>, B: Observer<F, S>> Observer<F, S> for (A, B) {
    #[inline]
    fn observe(&mut self, mut step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        let first = self.0.observe(step.reborrow())?;
        let second = match &first {
            StepAction::On | StepAction::Pause => self.1.observe(step)?,
            StepAction::Stop { t, before, after } | StepAction::Jump { t, before, after } => {
                check_time(Span { t0: step.t0, t1: step.t1 }, *t)?;
                self.1.observe(Step { t1: *t, y1: before, next: after, ..step })?
            }
        };
        Ok(match (first, second) {
            (StepAction::On, second) | (_, second @ (StepAction::Stop { .. } | StepAction::Jump { .. })) => second,
            (first, _) => first,
        })
    }
}
