//! The trait of what chooses the steps, and its answers.

use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::{Solver, Stiffness};
use crate::state::Span;

/// Chooses the steps of a solve. Configuration is immutable; what changes during a solve is the
/// [`Memory`](Self::Memory).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot choose the steps of `{S}`",
    label = "not a step size controller for this method",
    note = "use `Fixed::steps(n)` or `Fixed::step(h)` with any method, or `Pid::new(rtol, atol)` with an embedded pair"
)]
pub trait Controller<F: Dynamics, S: Solver<F>> {
    /// What the controller remembers between steps.
    type Memory;

    /// Prepares a solve over `span`; may evaluate the field through the solver to find a first step.
    ///
    /// # Errors
    /// A setting outside its domain.
    fn begin(&self, f: &F, solver: &S, ws: &mut S::Workspace, span: Span, y0: &F::State) -> Result<Self::Memory>;

    /// Takes note that the solve goes on from the state `y` at `rest.t0`, which does not continue the last step. The
    /// default begins anew over the rest of the span.
    ///
    /// # Errors
    /// Those of [`begin`](Self::begin).
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

    /// The steps to take from `t`. `end` is the next time the loop must land on; it cuts a plan that goes further.
    fn plan(&self, memory: &mut Self::Memory, t: f64, end: f64) -> Plan;

    /// Judges a step that has been computed but not yet accepted.
    fn judge(
        &self,
        memory: &mut Self::Memory,
        solver: &S,
        ws: &mut S::Workspace,
        trial: Trial<'_, F::State>,
    ) -> Verdict;

    /// Decides about a step of length `h` from `t` that could not be computed, for the reason `error`: the equations of an
    /// implicit method had no solution that was found. Such a step is never accepted; the default gives up.
    fn failed(&self, memory: &mut Self::Memory, t: f64, h: f64, error: Error) -> Verdict {
        let _ = (memory, t, h);
        Verdict::Fail(error)
    }

    /// Most steps, accepted and rejected together, that one solve may take.
    fn max_steps(&self) -> u64;

    /// The number of steps a solve over `span` will take, if it is known before and nothing forces more.
    fn expected_steps(&self, span: Span) -> Option<u64> {
        let _ = span;
        None
    }

    /// Whether the steps so far look as if stability and not accuracy had limited them; asked once, at the end. The
    /// default does not look.
    fn stiffness(&self, memory: &Self::Memory) -> Option<Stiffness> {
        let _ = memory;
        None
    }

    /// The derivatives with respect to `(t0, t1)` of a loss whose derivatives with respect to the grid points are
    /// `grid_bar`, for the grid this controller made.
    ///
    /// The default holds the inner grid points, as is right where an error estimate chose them.
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
/// The length of the steps does not change within a plan, so the compiler can take what depends on nothing else (the
/// products with the coefficients of a method) out of the loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Where the last step ends.
    pub end: f64,
    /// How many steps go there, at least one.
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

/// What a controller says of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Good enough: move on.
    Accept,
    /// Not good enough, but move on all the same; counted in [`Stats::forced`](crate::integrate::Stats::forced).
    Force,
    /// Try again, with the target the controller names now.
    Reject,
    /// Give up.
    Fail(Error),
}
