//! Steps on a given grid.

use super::fixed::MAX_STEPS;
use super::{Controller, Plan, Trial, Verdict};
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::Solver;
use crate::state::{Span, State};

/// Steps that end at given times, and at the end of the solve.
///
/// It repeats the steps of an adaptive solve. On such a frozen grid the solution depends smoothly on the initial state
/// and the parameters, so central differences agree with the gradient of
/// [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint).
///
/// ```
/// use rheos::{Dopri5, Ivp, Pid, ode, solve};
/// use rheos::control::StepTo;
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let adaptive = Ivp::new(&decay, 1.0, 0.0..5.0).save_every(1).solve(Dopri5, Pid::tolerance(1e-6))?;
/// let again = solve(&decay, 1.0, 0.0..5.0, Dopri5, StepTo::new(adaptive.t.clone()))?;
/// assert_eq!(again.last(), adaptive.last());
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StepTo {
    times: Vec<f64>,
    max_steps: u64,
}

impl StepTo {
    /// Steps from each of `times` to the next; the times must be in the order of integration. The first and the last
    /// time stand for the ends of the solve, whatever they are: the first step starts at `t0` and the last one ends at
    /// `t1`.
    #[must_use]
    pub const fn new(times: Vec<f64>) -> Self {
        Self { times, max_steps: MAX_STEPS }
    }

    /// Sets the budget of steps, including those added by events and output times; 10 million by default.
    #[must_use]
    pub const fn max_steps(mut self, steps: u64) -> Self {
        self.max_steps = steps;
        self
    }
}

impl<F: Dynamics, S: Solver<F>> Controller<F, S> for StepTo {
    /// The number of times passed, and the span.
    type Memory = (usize, Span);

    fn begin(&self, _: &F, _: &S, _: &mut S::Workspace, span: Span, _: &F::State) -> Result<Self::Memory> {
        for (i, pair) in self.times.windows(2).enumerate() {
            // Written so that NaN is caught too.
            if !span.is_after(pair[1], pair[0]) {
                return Err(Error::UnsortedTimes { index: i + 1, time: pair[1], previous: pair[0] });
            }
        }
        Ok((0, span))
    }

    fn plan(&self, (passed, span): &mut Self::Memory, t: f64, end: f64) -> Plan {
        let inner = self.times.get(1..self.times.len().saturating_sub(1)).unwrap_or_default();
        while inner.get(*passed).is_some_and(|&time| !span.is_after(time, t)) {
            *passed += 1;
        }
        Plan::step_to(inner.get(*passed).copied().unwrap_or(end))
    }

    fn judge(&self, _: &mut Self::Memory, _: &S, _: &mut S::Workspace, trial: Trial<'_, F::State>) -> Verdict {
        if trial.y1.all_finite() { Verdict::Accept } else { Verdict::Fail(Error::NonFinite { t: trial.t, h: trial.h }) }
    }

    fn max_steps(&self) -> u64 {
        self.max_steps
    }
}
