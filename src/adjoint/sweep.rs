//! The way back over the steps of a solve, step by step: which outputs lie in which step, and which times move which.

use super::Output;
use super::finite::check_step;
use crate::control::Controller;
use crate::solver::{OutputCotangent, StepCotangent};
use crate::{Dynamics, Result, Solver, Span, State};

/// What every adjoint of the computed steps keeps account of.
pub(super) struct Sweep<'a, Y> {
    times: &'a [f64],
    grid: &'a [f64],
    cotangents: &'a [Y],
    /// The outputs inside the step [entered](Self::enter) last.
    pub inside: Vec<OutputCotangent<'a, Y>>,
    times_bar: Vec<f64>,
    grid_bar: Vec<f64>,
    /// Outputs from this index on have been taken care of.
    done: usize,
    first_inside: usize,
}

impl<'a, Y: State> Sweep<'a, Y> {
    /// For a solve on `grid` with one cotangent for each of `times`.
    pub fn new(times: &'a [f64], grid: &'a [f64], cotangents: &'a [Y]) -> Self {
        Self {
            times,
            grid,
            cotangents,
            inside: Vec::new(),
            times_bar: vec![0.0; times.len()],
            grid_bar: vec![0.0; grid.len()],
            done: times.len(),
            first_inside: times.len(),
        }
    }

    /// Comes to the end of step `n`, having done all later ones.
    pub fn enter(&mut self, n: usize, ybar: &mut Y) -> Span {
        let Self { times, cotangents, done, .. } = *self;
        let (start, end) = (self.grid[n], self.grid[n + 1]);
        let h = end - start;
        self.inside.clear();
        self.first_inside = times[..done].iter().rposition(|&t| (t - start) / h <= 0.0).map_or(0, |i| i + 1);
        for i in self.first_inside..done {
            // The end of the grid is the last output itself, and moves with it.
            if i + 1 == times.len() {
                ybar.add_scaled(1.0, &cotangents[i]);
            } else {
                self.inside.push(OutputCotangent::new((times[i] - start) / h, &cotangents[i]));
            }
        }
        Span { t0: start, t1: end }
    }

    /// Goes on to the start of step `n`, where the cotangent of the state is `ybar`. The ends of the step in time have the
    /// derivatives `moved`.
    ///
    /// # Errors
    /// [`Error::NonFiniteDerivative`](crate::Error::NonFiniteDerivative) if `ybar` is not finite.
    pub fn leave(&mut self, n: usize, moved: StepCotangent, ybar: &Y) -> Result<()> {
        check_step(ybar, Span { t0: self.grid[n], t1: self.grid[n + 1] })?;
        for (i, output) in (self.first_inside..self.done).zip(&self.inside) {
            self.times_bar[i] = output.time;
        }
        self.done = self.first_inside;
        self.grid_bar[n] += moved.start;
        self.grid_bar[n + 1] += moved.end;
        Ok(())
    }

    /// Adds the cotangents of the outputs at the start, where the state is `y0`. Returns the evaluations that took.
    pub fn start<F: Dynamics<State = Y>>(&mut self, f: &F, y0: &Y, ybar: &mut Y) -> u64 {
        let Self { times, cotangents, done, .. } = *self;
        for cotangent in &cotangents[..done] {
            ybar.add_scaled(1.0, cotangent);
        }
        if done < 2 {
            return 0;
        }
        // Further outputs at the start leave it with the slope there when they are moved.
        let mut slope = y0.zeros_like();
        f.eval(times[0], y0, &mut slope);
        for (bar, cotangent) in self.times_bar[1..done].iter_mut().zip(&cotangents[1..done]) {
            *bar += cotangent.inner(&slope);
        }
        self.times_bar[0] -= self.times_bar[1..done].iter().sum::<f64>();
        1
    }

    /// The derivatives with respect to the output times.
    pub fn finish<F, S, C>(mut self, control: &C, output: Output) -> Vec<f64>
    where
        F: Dynamics<State = Y>,
        S: Solver<F>,
        C: Controller<F, S>,
    {
        if output == Output::Land {
            give_to_landed_times(self.times, self.grid, &mut self.grid_bar, &mut self.times_bar);
        }
        let (t0_bar, t1_bar) = control.pull_back_grid(self.grid, &self.grid_bar);
        let mut times_bar = self.times_bar;
        times_bar[0] += t0_bar;
        times_bar[self.times.len() - 1] += t1_bar;
        times_bar
    }

    /// The derivatives with respect to the output times, the grid held, and with respect to the points of the grid.
    pub fn into_bars(self) -> (Vec<f64>, Vec<f64>) {
        (self.times_bar, self.grid_bar)
    }

    /// Adds a derivative with respect to the time of the start.
    pub fn move_start(&mut self, time: f64) {
        self.grid_bar[0] += time;
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
