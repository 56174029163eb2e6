//! The gradient of the computed solution: the transpose of every step, from the last to the first.

use super::{Adjoint, Forward, ForwardResult, Output, Pullback, check_cotangents, solve_forward};
use crate::control::Controller;
use crate::solution::Trajectory;
use crate::solver::{OutputCotangent, Reverse, StepStart};
use crate::{Differentiable, Result, State, Stats};

/// Differentiates the steps that were taken: the exact gradient of the numerical solution, up to rounding.
///
/// The forward pass keeps the state at every accepted step; the backward pass computes the stages of one step at a time
/// again. Steps chosen by an error estimate are held fixed, that is, the dependence of the step sizes on the state and
/// the parameters is not differentiated; the end of the last step follows `t1` and the start of the first follows `t0`.
/// On a uniform grid all points follow both ends, as [`Fixed`](crate::Fixed) lays them out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discrete {
    output: Output,
}

impl Discrete {
    /// Output times between steps are interpolated, and the interpolant is differentiated.
    #[must_use]
    pub const fn new() -> Self {
        Self { output: Output::Interpolate }
    }

    /// Output times are landed on instead.
    #[must_use]
    pub const fn landing() -> Self {
        Self { output: Output::Land }
    }
}

/// The states at the accepted steps.
#[derive(Debug, Clone)]
pub struct DiscreteRecord<Y> {
    times: Vec<f64>,
    steps: Trajectory<Y>,
}

impl<Y> DiscreteRecord<Y> {
    /// The times of the accepted steps, the start included.
    #[must_use]
    pub fn grid(&self) -> &[f64] {
        &self.steps.t
    }
}

impl<F, S, C> Adjoint<F, S, C> for Discrete
where
    F: Differentiable,
    S: Reverse<F>,
    C: Controller<F, S>,
{
    type Record = DiscreteRecord<F::State>;

    fn forward(
        &self,
        f: &F,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> ForwardResult<F::State, Self::Record> {
        let steps = Trajectory::new(1, times.first().copied().unwrap_or(0.0), y0);
        let Forward { y, record: steps, stats } = solve_forward((f, solver, control), self.output, times, y0, steps)?;
        Ok(Forward { y, record: DiscreteRecord { times: times.to_vec(), steps }, stats })
    }

    fn backward(
        &self,
        f: &F,
        solver: &S,
        control: &C,
        record: Self::Record,
        cotangents: &[F::State],
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        let DiscreteRecord { times, steps } = record;
        check_cotangents(cotangents.len(), times.len())?;
        let (grid, y) = (&steps.t, &steps.y);
        let last = grid.len() - 1;

        let mut tape = solver.tape(f, &y[0]);
        let mut ybar = y[0].zeros_like();
        let mut times_bar = vec![0.0; times.len()];
        let mut grid_bar = vec![0.0; grid.len()];
        let mut inside: Vec<OutputCotangent<'_, F::State>> = Vec::new();
        // Outputs from this index on have been taken care of.
        let mut done = times.len();

        for n in (0..last).rev() {
            let (start, end) = (grid[n], grid[n + 1]);
            let h = end - start;
            inside.clear();
            let first_inside = times[..done].iter().rposition(|&t| (t - start) / h <= 0.0).map_or(0, |i| i + 1);
            for i in first_inside..done {
                // The end of the grid is the last output itself, and moves with it.
                if i + 1 == times.len() {
                    ybar.add_scaled(1.0, &cotangents[i]);
                } else {
                    inside.push(OutputCotangent::new((times[i] - start) / h, &cotangents[i]));
                }
            }
            let moved =
                solver.step_vjp(f, &mut tape, StepStart { t: start, h, y0: &y[n] }, &mut inside, &mut ybar, pbar)?;
            for (i, output) in (first_inside..done).zip(&inside) {
                times_bar[i] = output.time;
            }
            done = first_inside;
            grid_bar[n] += moved.start;
            grid_bar[n + 1] += moved.end;
        }
        let mut extra = 0;
        if done > 1 {
            // Further outputs at the start leave it with the slope there when they are moved.
            let mut slope = y[0].zeros_like();
            f.eval(times[0], &y[0], &mut slope);
            extra = 1;
            for (bar, cotangent) in times_bar[1..done].iter_mut().zip(&cotangents[1..done]) {
                *bar += cotangent.inner(&slope);
            }
            times_bar[0] -= times_bar[1..done].iter().sum::<f64>();
        }
        for cotangent in &cotangents[..done] {
            ybar.add_scaled(1.0, cotangent);
        }

        if self.output == Output::Land {
            give_to_landed_times(&times, grid, &mut grid_bar, &mut times_bar);
        }
        let (t0_bar, t1_bar) = control.pull_back_grid(grid, &grid_bar);
        times_bar[0] += t0_bar;
        times_bar[times.len() - 1] += t1_bar;
        let evaluations = solver.tape_evaluations(&tape) + extra;
        Ok(Pullback {
            y0: ybar,
            times: times_bar,
            stats: Stats { evaluations, accepted: last as u64, ..Stats::default() },
        })
    }
}

/// Adds the derivatives of inner grid points that an output time forced to that time, which they follow. Of equal times
/// the last gets them.
fn give_to_landed_times(times: &[f64], grid: &[f64], grid_bar: &mut [f64], times_bar: &mut [f64]) {
    let mut n = grid.len() - 1;
    let end = grid[n];
    for (&time, bar) in times.iter().zip(times_bar).rev().skip_while(|(time, _)| **time == end) {
        while n > 0 && grid[n] != time {
            n -= 1;
        }
        if n > 0 {
            *bar += std::mem::take(&mut grid_bar[n]);
        }
    }
}
