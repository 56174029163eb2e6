//! Steps on a uniform grid.

use super::{Controller, Plan, Trial, Verdict};
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::Solver;
use crate::state::{Span, State};

/// A uniform grid from `t0` to `t1`.
///
/// The grid points are `t0 + i h`, each computed by one multiplication, and the last is `t1` itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fixed {
    grid: Grid,
    max_steps: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Grid {
    Steps(usize),
    Step(f64),
}

/// The default budget of steps: more than a solve on a grid needs, and reached within minutes.
pub(super) const MAX_STEPS: u64 = 10_000_000;

impl Fixed {
    /// `n ≥ 1` steps of equal length.
    #[must_use]
    pub const fn steps(n: usize) -> Self {
        Self { grid: Grid::Steps(n), max_steps: MAX_STEPS }
    }

    /// Steps of length `h > 0`, in the direction of the solve. The last one is shorter if `h` does not divide the
    /// interval.
    #[must_use]
    pub const fn step(h: f64) -> Self {
        Self { grid: Grid::Step(h), max_steps: MAX_STEPS }
    }

    /// Sets the budget of steps, 10 million by default. A longer grid is refused before the first step
    /// ([`Error::GridTooFine`]).
    ///
    /// ```
    /// use rheos::{Error, Fixed, Rk4, ode, solve};
    ///
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let failure = solve(&decay, 1.0, 0.0..1.0, Rk4, Fixed::step(1e-3).max_steps(100)).unwrap_err();
    /// assert_eq!(failure.error, Error::GridTooFine { steps: 1000.0, max_steps: 100 });
    /// ```
    #[must_use]
    pub const fn max_steps(mut self, steps: u64) -> Self {
        self.max_steps = steps;
        self
    }

    /// The number of steps, if it was given by [`steps`](Self::steps).
    #[must_use]
    pub const fn count(self) -> Option<usize> {
        match self.grid {
            Grid::Steps(n) => Some(n),
            Grid::Step(_) => None,
        }
    }

    /// The grid with half the step.
    ///
    /// ```
    /// use rheos::Fixed;
    ///
    /// assert_eq!(Fixed::steps(3).refined(), Fixed::steps(6));
    /// assert_eq!(Fixed::step(0.5).refined(), Fixed::step(0.25));
    /// ```
    #[must_use]
    pub const fn refined(mut self) -> Self {
        self.grid = match self.grid {
            Grid::Steps(n) => Grid::Steps(n.saturating_mul(2)),
            Grid::Step(h) => Grid::Step(h / 2.0),
        };
        self
    }

    /// The grid with twice the step: the inverse of [`refined`](Self::refined).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an odd number of steps, or for a step whose double is not finite.
    pub const fn coarsened(mut self) -> Result<Self> {
        self.grid = match self.grid {
            Grid::Steps(n) if n.is_multiple_of(2) && n > 0 => Grid::Steps(n / 2),
            Grid::Steps(n) => {
                return Err(Error::InvalidArgument { name: "steps", value: n as f64, expected: "even and not 0" });
            }
            Grid::Step(h) if (2.0 * h).is_finite() => Grid::Step(2.0 * h),
            Grid::Step(h) => {
                return Err(Error::InvalidArgument {
                    name: "h",
                    value: h,
                    expected: "at most half of the largest number",
                });
            }
        };
        Ok(self)
    }

    /// The signed step and the number of full steps.
    fn layout(self, span: Span) -> Result<(f64, u64)> {
        let (h, steps) = match self.grid {
            Grid::Steps(0) => {
                return Err(Error::InvalidArgument { name: "n", value: 0.0, expected: "at least one step" });
            }
            Grid::Steps(n) => (span.length() / n as f64, n as f64),
            Grid::Step(h) if h > 0.0 && h.is_finite() => {
                (h * span.direction(), (span.length().abs() / h + ROUNDING).floor())
            }
            Grid::Step(h) => {
                return Err(Error::InvalidArgument { name: "h", value: h, expected: "positive and finite" });
            }
        };
        if span.length() == 0.0 {
            return Ok((h, steps as u64));
        }
        for t in [span.t0, span.t1] {
            let min = t.abs() * f64::EPSILON;
            // A step longer than the span is never taken.
            if h.abs() < min && steps >= 1.0 {
                return Err(Error::StepSizeUnderflow { t, h, min });
            }
        }
        if steps > self.max_steps as f64 {
            return Err(Error::GridTooFine { steps, max_steps: self.max_steps });
        }
        Ok((h, steps as u64))
    }
}

/// The tolerance of the grid, in steps: times that differ by less are one grid point.
const ROUNDING: f64 = 1e-9;

/// The position of a solve on the grid.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FixedMemory {
    t0: f64,
    /// The signed step.
    h: f64,
    /// The number of full steps; a shorter one may follow.
    full: u64,
    /// The last grid point planned.
    done: u64,
    /// Whether the solve is at that point, and not at a forced stop after it.
    on_grid: bool,
}

impl FixedMemory {
    /// The last grid point that is not after `end`.
    fn last_until(&self, end: f64) -> u64 {
        (((end - self.t0) / self.h + ROUNDING).floor() as u64).min(self.full)
    }
}

impl<F: Dynamics, S: Solver<F>> Controller<F, S> for Fixed {
    type Memory = FixedMemory;

    fn begin(&self, _: &F, _: &S, _: &mut S::Workspace, span: Span, _: &F::State) -> Result<FixedMemory> {
        let (h, full) = self.layout(span)?;
        Ok(FixedMemory { t0: span.t0, h, full, done: 0, on_grid: true })
    }

    /// The grid stays where it is: a shorter first step leads to its next point.
    fn restart(
        &self,
        memory: &mut FixedMemory,
        _: &F,
        _: &S,
        _: &mut S::Workspace,
        rest: Span,
        _: &F::State,
    ) -> Result<()> {
        memory.done = memory.last_until(rest.t0);
        memory.on_grid = false;
        Ok(())
    }

    fn plan(&self, memory: &mut FixedMemory, _: f64, end: f64) -> Plan {
        let ahead = memory.last_until(end).saturating_sub(memory.done);
        let steps = u32::try_from(ahead).unwrap_or(u32::MAX).min(if memory.on_grid { u32::MAX } else { 1 });
        memory.on_grid = steps > 0;
        if steps == 0 {
            return Plan::step_to(end);
        }
        memory.done += u64::from(steps);
        let point = memory.t0 + memory.done as f64 * memory.h;
        Plan { end: if (end - point).abs() <= ROUNDING * memory.h.abs() { end } else { point }, steps }
    }

    #[inline]
    fn judge(&self, _: &mut FixedMemory, _: &S, _: &mut S::Workspace, trial: Trial<'_, F::State>) -> Verdict {
        if trial.y1.all_finite() { Verdict::Accept } else { Verdict::Fail(Error::NonFinite { t: trial.t, h: trial.h }) }
    }

    fn max_steps(&self) -> u64 {
        self.max_steps
    }

    fn expected_steps(&self, span: Span) -> Option<u64> {
        let (h, full) = self.layout(span).ok()?;
        let rest = (span.length() / h - full as f64).abs() > ROUNDING;
        Some(full.saturating_add(u64::from(rest)))
    }

    /// The points of the grid move with `t0` and `t1`.
    fn pull_back_grid(&self, grid: &[f64], grid_bar: &[f64]) -> (f64, f64) {
        let Some(last) = grid_bar.len().checked_sub(1) else { return (0.0, 0.0) };
        let (t0, t1) = (grid[0], grid[last]);
        let mut bars = (0.0, grid_bar[last]);
        for (&t, &bar) in grid[..last].iter().zip(grid_bar) {
            // Points at t0 + i h follow t0; points at a fraction of the interval follow both ends.
            let fraction = match self.grid {
                Grid::Step(_) => 0.0,
                Grid::Steps(_) => (t - t0) / (t1 - t0),
            };
            bars.0 += (1.0 - fraction) * bar;
            bars.1 += fraction * bar;
        }
        bars
    }
}
