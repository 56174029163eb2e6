//! Step size control by an error estimate.

use super::initial_step::initial_step;
use super::limits::{Limits, MinStep};
use super::watch::Watch;
use super::{Accepted, Controller, Plan, StepLaw, Trial, Verdict};
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::simd::{larger, smaller};
use crate::solver::explicit::lives_in_registers;
use crate::solver::{Embedded, StepStart, Stiffness};
use crate::state::{ErrorNorm, Span, State, Tolerance};

/// A controller that keeps the estimated error of every step within a tolerance.
///
/// The norm `W` measures errors. The law `L` chooses the length of the next step; [`Pid`](super::Pid) names the usual
/// laws. All laws share the first step, the limits and the treatment of rejections.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Adaptive<L, W> {
    law: L,
    norm: W,
    limits: Limits,
}

impl<L> Adaptive<L, Tolerance> {
    /// Sets the absolute tolerance, `> 0`, in units of the state.
    pub const fn atol(mut self, atol: f64) -> Self {
        self.norm.atol = atol;
        self
    }
}

impl<L, W> Adaptive<L, W> {
    /// A controller with a law of your own.
    pub const fn with_law(law: L, norm: W) -> Self {
        Self { law, norm, limits: Limits::DEFAULT }
    }

    /// Sets the safety factor on the predicted step, in `(0, 1]`; 0.9 by default.
    pub const fn safety(mut self, safety: f64) -> Self {
        self.limits.safety = safety;
        self
    }

    /// Sets the smallest (in `(0, 1)`) and largest (above 1) ratio of successive steps; 0.2 and 10 by default.
    pub const fn factors(mut self, min: f64, max: f64) -> Self {
        self.limits.min_factor = min;
        self.limits.max_factor = max;
        self
    }

    /// Sets the length of the first step; by default it is estimated from the field.
    pub const fn first_step(mut self, h: f64) -> Self {
        self.limits.first_step = Some(h);
        self
    }

    /// Sets the smallest step; zero by default, which means the resolution of `t`.
    ///
    /// If the error asks for a smaller step, the solve ends, unless [`at_min_step`](Self::at_min_step) says otherwise.
    pub const fn min_step(mut self, h: f64) -> Self {
        self.limits.min_step = h;
        self
    }

    /// Sets the minimum-step policy; [`MinStep::Fail`] by default.
    ///
    /// ```
    /// use rheos::control::MinStep;
    /// use rheos::{Dopri5, Pid, ode, solve};
    ///
    /// // The slope of √|t| is infinite at 0, where no step is short enough.
    /// let cusp = ode(|t: f64, _y: &f64, dy: &mut f64| *dy = 0.5 * t.signum() / t.abs().sqrt().max(1e-12));
    /// let control = Pid::tolerance(1e-9).min_step(1e-6);
    /// assert!(solve(&cusp, 1.0, -1.0..1.0, Dopri5, control).is_err());
    /// let solution = solve(&cusp, 1.0, -1.0..1.0, Dopri5, control.at_min_step(MinStep::Accept))?;
    /// assert!(solution.stats.forced > 0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub const fn at_min_step(mut self, policy: MinStep) -> Self {
        self.limits.at_min_step = policy;
        self
    }

    /// Sets the longest step; unlimited by default.
    pub const fn max_step(mut self, h: f64) -> Self {
        self.limits.max_step = h;
        self
    }

    /// Sets the budget of steps, accepted and rejected together; 100 000 by default.
    pub const fn max_steps(mut self, steps: u64) -> Self {
        self.limits.max_steps = steps;
        self
    }

    /// The norm of errors: the tolerances.
    #[must_use]
    pub const fn norm(&self) -> &W {
        &self.norm
    }
}

impl<L: Copy, W> Adaptive<L, W> {
    /// The same law and limits under another norm.
    pub(crate) const fn replace_norm<V>(&self, norm: V) -> Adaptive<L, V> {
        Adaptive { law: self.law, norm, limits: self.limits }
    }

    /// The same limits under another law.
    pub(super) const fn replace_law(mut self, law: L) -> Self {
        self.law = law;
        self
    }
}

impl<L: StepLaw, W> Adaptive<L, W> {
    /// Rejects a step in favour of one of length `h`. If `h` is below the smallest step and the user allows it, the
    /// smallest step is tried. `None` if no shorter step is left.
    fn shorten(&self, memory: &mut AdaptiveMemory<L::Past>, t: f64, tried: f64, h: f64) -> Option<Verdict> {
        let min = self.limits.floor(t);
        memory.rejected = true;
        memory.h = larger(h, min);
        // A plan may stretch its last step by a hundredth.
        let rest = self.limits.at_min_step == MinStep::Accept && tried > 1.02 * min;
        (h >= min || rest).then_some(Verdict::Reject)
    }

    /// Accepts the smallest step, or fails.
    fn at_the_smallest(&self, memory: &mut AdaptiveMemory<L::Past>, t: f64, h: f64) -> Verdict {
        match self.limits.at_min_step {
            MinStep::Fail => Verdict::Fail(Error::StepSizeUnderflow { t, h, min: self.limits.floor(t) }),
            MinStep::Accept => {
                memory.rejected = false;
                Verdict::Force
            }
        }
    }
}

/// The memory of an [`Adaptive`] controller.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdaptiveMemory<P> {
    span: Span,
    /// The length of the next step.
    h: f64,
    /// The history of the law.
    past: P,
    rejected: bool,
    watch: Watch,
}

impl<L, W> Adaptive<L, W> {
    /// Looks for stiffness in the last step.
    #[inline(always)]
    fn look<F, S>(&self, solver: &S, ws: &mut S::Workspace, trial: &Trial<'_, F::State>) -> Option<Stiffness>
    where
        F: Dynamics,
        S: Embedded<F>,
        W: ErrorNorm<F::State>,
    {
        let &Trial { t, h, y0, y1 } = trial;
        if const { lives_in_registers::<F::State>() } {
            // Copies, because `stiffness` takes addresses, and the states of the loop must stay in registers.
            let (y0, y1) = (y0.clone(), y1.clone());
            return solver.stiffness(ws, StepStart { t, h, y0: &y0 }, |x| self.norm.norm(x, &y0, &y1));
        }
        solver.stiffness(ws, StepStart { t, h, y0 }, |x| self.norm.norm(x, y0, y1))
    }
}

impl<F, S, L, W> Controller<F, S> for Adaptive<L, W>
where
    F: Dynamics,
    S: Embedded<F>,
    L: StepLaw,
    W: ErrorNorm<F::State>,
{
    type Memory = AdaptiveMemory<L::Past>;

    fn tolerate(&self, solver: &S, ws: &mut S::Workspace, y0: &F::State) -> Result<()> {
        self.norm.validate(y0)?;
        solver.tolerate(ws, &self.norm);
        Ok(())
    }

    fn begin(&self, f: &F, solver: &S, ws: &mut S::Workspace, span: Span, y0: &F::State) -> Result<Self::Memory> {
        // Again, for a controller around this one that does not pass it on.
        self.tolerate(solver, ws, y0)?;
        self.limits.validate()?;
        self.law.validate()?;
        let h = match self.limits.first_step {
            Some(h) => h,
            None if span.length() == 0.0 => 0.0,
            None => initial_step(f, solver, ws, span, y0, &self.norm),
        };
        let floor = self.limits.floor(span.t0);
        let h = h.clamp(floor, self.limits.max_step.max(floor));
        Ok(AdaptiveMemory { span, h, past: L::Past::default(), rejected: false, watch: Watch::NEW })
    }

    #[inline(always)]
    fn plan(&self, memory: &mut Self::Memory, t: f64, end: f64) -> Plan {
        let left = (end - t).abs();
        // Do not leave a sliver: stretch the last step a little, or halve the two that are left.
        Plan::step_to(if smaller(1.01 * memory.h, (1.0 + 1e-12) * self.limits.max_step) >= left {
            end
        } else if memory.h * 2.0 > left {
            t + 0.5 * (end - t)
        } else {
            t + memory.h * memory.span.direction()
        })
    }

    #[inline(always)]
    fn judge(
        &self,
        memory: &mut Self::Memory,
        solver: &S,
        ws: &mut S::Workspace,
        trial: Trial<'_, F::State>,
    ) -> Verdict {
        let tried = trial.h.abs();
        // The mean square serves as well as its root, which takes a dozen nanoseconds more.
        let error = solver.error_sq(ws, trial.h, trial.y0, trial.y1, &self.norm);
        let finite = error.is_finite() && trial.y1.all_finite();

        if finite && error <= 1.0 {
            // An error of zero must not forbid every later step.
            let log_sq = (larger(error, 1e-20) as f32).log2();
            let step = Accepted { h: tried, log_sq, order: f64::from(solver.error_order(ws)) };
            let mut factor = solver
                .next_factor(ws, trial.h, trial.y0, trial.y1, &self.norm)
                .unwrap_or_else(|| self.limits.bound(self.law.factor(&memory.past, step)));
            if memory.rejected {
                factor = smaller(factor, 1.0);
            }
            if solver.keeps_step(ws, factor) {
                factor = 1.0;
            }
            // A step cut short by the end of the span is no reason to shorten the planned one. Rounding in `t + h` is
            // not a cut.
            let next = if tried < 0.99 * memory.h { larger(memory.h, tried * factor) } else { tried * factor };
            memory.h = larger(smaller(next, self.limits.max_step), self.limits.floor(trial.t + trial.h));
            self.law.remember(&mut memory.past, step);
            memory.rejected = false;
            if memory.watch.is_due() {
                let look = self.look(solver, ws, &trial);
                // If stages differ by rounding only, the estimate is noise.
                memory.watch.take(look.filter(|_| error > 1e-4));
            }
            return Verdict::Accept;
        }

        let factor = if finite { self.limits.shrink(error, solver.error_order(ws)) } else { self.limits.min_factor };
        let h = tried * factor;
        self.shorten(memory, trial.t, tried, h).unwrap_or_else(|| {
            if finite {
                self.at_the_smallest(memory, trial.t, h)
            } else {
                Verdict::Fail(Error::NonFinite { t: trial.t, h: trial.h })
            }
        })
    }

    /// Rejects in favour of a quarter of the step, where the equations of an implicit method are easier to solve.
    fn failed(&self, memory: &mut Self::Memory, t: f64, h: f64, error: Error) -> Verdict {
        self.shorten(memory, t, h.abs(), 0.25 * h.abs()).unwrap_or(Verdict::Fail(error))
    }

    fn max_steps(&self) -> u64 {
        self.limits.max_steps
    }

    fn stiffness(&self, memory: &Self::Memory) -> Option<Stiffness> {
        memory.watch.found
    }
}
