//! Steps on a uniform grid.

use super::{Controller, Trial, Verdict};
use crate::{Dynamics, Error, Result, Solver, Span, State};

/// A uniform grid from `t0` to `t1`.
///
/// The grid points are `t0 + i h`, each computed by one multiplication, and the last is `t1` itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fixed {
    grid: Grid,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Grid {
    Steps(usize),
    Step(f64),
}

impl Fixed {
    /// `n ≥ 1` steps of equal length.
    #[must_use]
    pub const fn steps(n: usize) -> Self {
        Self { grid: Grid::Steps(n) }
    }

    /// Steps of length `h > 0`, in the direction of the solve; the last one is shorter where `h` does not divide the
    /// interval.
    #[must_use]
    pub const fn step(h: f64) -> Self {
        Self { grid: Grid::Step(h) }
    }

    /// The signed step and how many of them there are.
    fn layout(self, span: Span) -> Result<(f64, u64)> {
        match self.grid {
            Grid::Steps(0) => Err(Error::InvalidArgument { name: "n", value: 0.0, expected: "at least one step" }),
            Grid::Steps(n) => Ok((span.length() / n as f64, n as u64)),
            Grid::Step(h) if h > 0.0 && h.is_finite() => {
                // A remainder within rounding of the division is not a step of its own.
                let n = (span.length().abs() / h * (1.0 - 4.0 * f64::EPSILON)).ceil().max(1.0);
                Ok((h * span.direction(), n as u64))
            }
            Grid::Step(h) => Err(Error::InvalidArgument { name: "h", value: h, expected: "positive and finite" }),
        }
    }
}

/// Where on the grid a solve is.
#[derive(Debug, Clone, Copy)]
pub struct FixedMemory {
    span: Span,
    h: f64,
    steps: u64,
    done: u64,
}

impl<F: Dynamics, S: Solver<F>> Controller<F, S> for Fixed {
    type Memory = FixedMemory;

    fn begin(&self, _: &F, _: &S, _: &mut S::Workspace, span: Span, _: &F::State) -> Result<FixedMemory> {
        let (h, steps) = self.layout(span)?;
        Ok(FixedMemory { span, h, steps, done: 0 })
    }

    #[inline]
    fn target(&self, memory: &FixedMemory, t: f64, _: f64) -> f64 {
        let next = memory.done + 1;
        if next >= memory.steps {
            return memory.span.t1;
        }
        let target = memory.span.t0 + next as f64 * memory.h;
        // After a forced stop between two grid points the next point may lie behind.
        if (target - t) * memory.h > 0.0 { target } else { t + memory.h }
    }

    #[inline]
    fn judge(&self, memory: &mut FixedMemory, _: &S, _: &mut S::Workspace, trial: Trial<'_, F::State>) -> Verdict {
        if !trial.y1.all_finite() {
            return Verdict::Fail(Error::NonFinite { t: trial.t, h: trial.h });
        }
        // A step cut short by a forced stop does not reach its grid point.
        let target = memory.span.t0 + (memory.done + 1) as f64 * memory.h;
        if (trial.t + trial.h - target) / memory.h > -1e-9 {
            memory.done += 1;
        }
        Verdict::Accept
    }

    fn max_steps(&self) -> u64 {
        u64::MAX
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
