//! The one loop: step, judge, observe, accept.
//!
//! It knows nothing of methods, output or gradients. What wants to see the steps implements [`Observer`].

use crate::control::{Controller, Trial, Verdict};
use crate::{Dynamics, Error, Result, Solver, Span, State};

/// What a solve cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Evaluations of the field.
    pub evaluations: u64,
    /// Accepted steps.
    pub accepted: u64,
    /// Rejected steps.
    pub rejected: u64,
}

impl std::ops::AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.evaluations += other.evaluations;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
    }
}

/// An accepted step, seen before the solver moves on: the workspace still holds its stages.
pub struct Step<'a, F: Dynamics, S: Solver<F>> {
    /// The field.
    pub field: &'a F,
    /// The method.
    pub solver: &'a S,
    /// Its workspace after the step.
    pub workspace: &'a mut S::Workspace,
    /// Start of the step.
    pub t0: f64,
    /// End of the step.
    pub t1: f64,
    /// State at the start.
    pub y0: &'a F::State,
    /// State at the end.
    pub y1: &'a F::State,
}

/// Sees every accepted step of a solve.
pub trait Observer<F: Dynamics, S: Solver<F>> {
    /// Called once for every accepted step, in order.
    ///
    /// # Errors
    /// Whatever it returns ends the solve.
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<()>;
}

/// Looks away.
impl<F: Dynamics, S: Solver<F>> Observer<F, S> for () {
    #[inline]
    fn observe(&mut self, _: Step<'_, F, S>) -> Result<()> {
        Ok(())
    }
}

/// Where and why a solve ended early.
#[derive(Debug, Clone, PartialEq)]
pub struct Halt {
    /// The reason.
    pub error: Error,
    /// Time of the last good state.
    pub t: f64,
    /// The cost so far.
    pub stats: Stats,
}

/// A solve that is about to happen: what is integrated, how, and from when to when.
#[derive(Debug, Clone, Copy)]
pub struct Integration<'a, F, S, C> {
    /// The field.
    pub field: &'a F,
    /// The method.
    pub solver: &'a S,
    /// The choice of steps.
    pub control: &'a C,
    /// The interval of integration; an empty one is a valid solve of no steps.
    pub span: Span,
    /// Times to land on exactly, in the order of integration and inside the span; the end is always one.
    pub stops: &'a [f64],
}

impl<F, S, C> Integration<'_, F, S, C>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    /// Integrates from the state `y`, and leaves the last good state there. The workspace may come from an earlier
    /// solve; it is reset.
    ///
    /// # Errors
    /// The reason, the time of the last good state and the statistics, if an argument is invalid or the end is not
    /// reached.
    pub fn run<O: Observer<F, S>>(
        &self,
        y: &mut F::State,
        ws: &mut S::Workspace,
        observer: &mut O,
    ) -> Result<Stats, Halt> {
        let evaluations_before = self.solver.evaluations(ws);
        let (mut t, mut stats) = (self.span.t0, Stats::default());
        let result = self.advance(y, ws, observer, &mut t, &mut stats);
        stats.evaluations = self.solver.evaluations(ws) - evaluations_before;
        match result {
            Ok(()) => Ok(stats),
            Err(error) => Err(Halt { error, t, stats }),
        }
    }

    fn advance<O: Observer<F, S>>(
        &self,
        y: &mut F::State,
        ws: &mut S::Workspace,
        observer: &mut O,
        t: &mut f64,
        stats: &mut Stats,
    ) -> Result<()> {
        let Self { field, solver, control, span, mut stops } = *self;
        span.validate()?;
        span.validate_times(stops)?;
        if !y.all_finite() {
            return Err(Error::NonFiniteInitialState);
        }
        solver.reset(ws);
        let mut memory = control.begin(field, solver, ws, span, y)?;
        let mut y1 = y.clone();
        let max_steps = control.max_steps();

        while span.is_after(span.t1, *t) {
            while let [first, rest @ ..] = stops
                && !span.is_after(*first, *t)
            {
                stops = rest;
            }
            let end = stops.first().copied().unwrap_or(span.t1);
            let target = control.target(&memory, *t, end);
            let t_next = if span.is_after(target, end) { end } else { target };
            let h = t_next - *t;
            if h == 0.0 {
                return Err(Error::StepSizeUnderflow { t: *t, h, min: t.abs() * f64::EPSILON });
            }
            if stats.accepted + stats.rejected == max_steps {
                return Err(Error::MaxSteps { t: *t, steps: max_steps });
            }

            solver.step(field, ws, *t, h, y, &mut y1)?;
            match control.judge(&mut memory, solver, ws, Trial { t: *t, h, y0: y, y1: &y1 }) {
                Verdict::Accept => {
                    let workspace = &mut *ws;
                    observer.observe(Step { field, solver, workspace, t0: *t, t1: t_next, y0: y, y1: &y1 })?;
                    solver.accept(ws);
                    std::mem::swap(y, &mut y1);
                    *t = t_next;
                    stats.accepted += 1;
                }
                Verdict::Reject => stats.rejected += 1,
                Verdict::Fail(error) => {
                    stats.rejected += 1;
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}
