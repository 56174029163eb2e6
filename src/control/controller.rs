//! The trait of step size controllers, and its types.

use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::{Solver, Stiffness};
use crate::state::Span;

/// A step size controller.
///
/// Its configuration is immutable; its state during a solve is the [`Memory`](Self::Memory).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot choose the steps of `{S}`",
    label = "not a step size controller for this method",
    note = "use `Fixed::steps(n)` or `Fixed::step(h)` with any method, or `Pid::tolerance(rtol).atol(atol)` with an embedded pair"
)]
pub trait Controller<F: Dynamics, S: Solver<F>> {
    /// The state of the controller during a solve.
    type Memory;

    /// Tells the method the [error norm](Solver::tolerate) of the solve, before anything else. A controller without a norm
    /// has nothing to tell, the default.
    ///
    /// # Errors
    /// The norm does not suit the state `y0`.
    fn tolerate(&self, solver: &S, ws: &mut S::Workspace, y0: &F::State) -> Result<()> {
        let _ = (solver, ws, y0);
        Ok(())
    }

    /// Prepares a solve over `span`; may evaluate the field through the solver to find a first step.
    ///
    /// # Errors
    /// A setting outside its domain.
    fn begin(&self, f: &F, solver: &S, ws: &mut S::Workspace, span: Span, y0: &F::State) -> Result<Self::Memory>;

    /// Restarts at the state `y` at `rest.t0`, which does not continue the last step. The default calls
    /// [`begin`](Self::begin) for the rest of the span.
    ///
    /// # Errors
    /// As for [`begin`](Self::begin).
    fn restart(
        &self,
        memory: &mut Self::Memory,
        f: &F,
        solver: &S,
        ws: &mut S::Workspace,
        rest: Span,
        y: &F::State,
    ) -> Result<()> {
        *memory = self.begin(f, solver, ws, rest, y)?;
        Ok(())
    }

    /// Plans the steps from `t`. `end` is the next time the loop must land on; a plan beyond it is cut there.
    fn plan(&self, memory: &mut Self::Memory, t: f64, end: f64) -> Plan;

    /// Judges a step that has been computed but not yet accepted.
    fn judge(
        &self,
        memory: &mut Self::Memory,
        solver: &S,
        ws: &mut S::Workspace,
        trial: Trial<'_, F::State>,
    ) -> Verdict;

    /// Judges a step of length `h` from `t` that failed with `error`: the equations of an implicit method were not
    /// solved. Such a step is never accepted. The default ends the solve.
    fn failed(&self, memory: &mut Self::Memory, t: f64, h: f64, error: Error) -> Verdict {
        let _ = (memory, t, h);
        Verdict::Fail(error)
    }

    /// The maximum number of steps in one solve, accepted and rejected together.
    fn max_steps(&self) -> u64;

    /// The number of steps of a solve over `span`, if it is known in advance and nothing forces more.
    fn expected_steps(&self, span: Span) -> Option<u64> {
        let _ = span;
        None
    }

    /// The suspicion of stiffness, if stability rather than accuracy seems to have limited the steps. It is asked for
    /// once, at the end. The default does not look for stiffness.
    fn stiffness(&self, memory: &Self::Memory) -> Option<Stiffness> {
        let _ = memory;
        None
    }

    /// Pulls the gradient of a loss with respect to the grid points, `grid_bar`, back to `(t0, t1)`.
    ///
    /// The default holds the inner grid points fixed, as is right if an error estimate chose them.
    fn pull_back_grid(&self, grid: &[f64], grid_bar: &[f64]) -> (f64, f64) {
        let _ = grid;
        match grid_bar {
            [] => (0.0, 0.0),
            [only] => (*only, 0.0),
            [first, .., last] => (*first, *last),
        }
    }
}

/// Equal steps up to a time. A step that is not accepted ends the plan.
///
/// The step length is constant within a plan, so the compiler can move its products with the coefficients of a method
/// out of the loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The end of the last step.
    pub end: f64,
    /// The number of steps, at least one.
    pub steps: u32,
}

impl Plan {
    /// One step.
    #[inline]
    #[must_use]
    pub const fn step_to(end: f64) -> Self {
        Self { end, steps: 1 }
    }
}

/// A computed step, to be judged.
#[derive(Debug)]
pub struct Trial<'a, Y> {
    /// Start of the step.
    pub t: f64,
    /// Its signed length.
    pub h: f64,
    /// State at its start.
    pub y0: &'a Y,
    /// Computed state at its end.
    pub y1: &'a Y,
}

/// The decision of a controller about a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The step is accepted.
    Accept,
    /// The step is accepted although its error is too large. It is counted in
    /// [`Stats::forced`](crate::integrate::Stats::forced).
    Force,
    /// The step is rejected; the controller plans another one.
    Reject,
    /// The solve ends.
    Fail(Error),
}
