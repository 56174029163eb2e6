//! The backward pass over the steps of a piece: the outputs in each step, and the dependence of times on each other.

use crate::adjoint::finite::check_step;
use crate::adjoint::layout::Layout;
use crate::adjoint::pull_back::{Incoming, Mark, Swept};
use crate::control::Controller;
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::{Error, Result};
use crate::solver::{OutputCotangent, Solver, StepCotangent};
use crate::state::{Span, State};

/// The bookkeeping of every adjoint of the computed steps.
pub(in crate::adjoint) struct Sweep<'g, 'a, Y> {
    grid: &'g [f64],
    marks: &'a [Mark<'a, Y>],
    end_matters: bool,
    /// The outputs inside the step [entered](Self::enter) last.
    pub inside: Vec<OutputCotangent<'a, Y>>,
    marks_bar: Vec<f64>,
    grid_bar: Vec<f64>,
    /// The derivative with respect to the end of the segment, apart from the grid.
    end_bar: f64,
    /// Marks from this index on are done.
    done: usize,
    first_inside: usize,
}

impl<'g, 'a, Y: State> Sweep<'g, 'a, Y> {
    /// For a piece with the steps of `grid`.
    pub fn new(grid: &'g [f64], incoming: &'a Incoming<'a, Y>) -> Self {
        let Incoming { marks, end_matters, .. } = incoming;
        Self {
            grid,
            marks,
            end_matters: *end_matters,
            inside: Vec::new(),
            marks_bar: vec![0.0; marks.len()],
            grid_bar: vec![0.0; grid.len()],
            end_bar: 0.0,
            done: marks.len(),
            first_inside: marks.len(),
        }
    }

    /// Enters step `n` at its end, when all later ones are done.
    pub fn enter(&mut self, n: usize) -> Span {
        let (start, end) = (self.grid[n], self.grid[n + 1]);
        let h = end - start;
        let behind_start = |mark: &Mark<'_, Y>| (mark.t - start) / h <= 0.0;
        self.first_inside = self.marks[..self.done].iter().rposition(behind_start).map_or(0, |i| i + 1);
        let inside = &self.marks[self.first_inside..self.done];
        self.inside.clear();
        // An output at a jump of the field is the end of the step before it, up to a rounding error.
        self.inside
            .extend(inside.iter().map(|mark| OutputCotangent::new(((mark.t - start) / h).min(1.0), mark.cotangent)));
        Span { t0: start, t1: end }
    }

    /// Leaves step `n` at its start, where the cotangent of the state is `ybar`. `moved` are the derivatives with
    /// respect to the times of its ends.
    ///
    /// # Errors
    /// [`Error::NonFiniteDerivative`](crate::error::Error::NonFiniteDerivative) if `ybar` is not finite.
    pub fn leave(&mut self, n: usize, moved: StepCotangent, ybar: &Y) -> Result<()> {
        check_step(ybar, Span { t0: self.grid[n], t1: self.grid[n + 1] })?;
        for (bar, output) in self.marks_bar[self.first_inside..self.done].iter_mut().zip(&self.inside) {
            *bar = output.time;
        }
        self.done = self.first_inside;
        self.grid_bar[n] += moved.start;
        self.grid_bar[n + 1] += moved.end;
        Ok(())
    }

    /// Adds the cotangents at the start, where the state is `y0`. Returns the number of evaluations.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for the end of an empty span with a mass matrix: the slope there is not the field.
    pub fn start<F: Dynamics<State = Y>>(&mut self, f: &F, y0: &Y, ybar: &mut Y) -> Result<u64> {
        let at_start = &self.marks[..self.done];
        // Over an empty span the end coincides with the start, but moves independently.
        let is_end = self.grid.len() == 1 && self.end_matters;
        if at_start.is_empty() && !is_end {
            return Ok(0);
        }
        let mut slope = y0.zeros_like();
        f.eval(self.grid[0], y0, &mut slope);
        if is_end {
            if F::HAS_MASS {
                let expected = "after the start, for a gradient with a mass matrix";
                return Err(Error::InvalidArgument { name: "t1", value: self.grid[0], expected });
            }
            self.end_bar = ybar.inner(&slope);
        }
        // So do outputs there.
        for (bar, mark) in self.marks_bar.iter_mut().zip(at_start) {
            *bar += mark.cotangent.inner(&slope);
            ybar.add_scaled(1.0, mark.cotangent);
        }
        self.grid_bar[0] -= self.end_bar + self.marks_bar[..self.done].iter().sum::<f64>();
        Ok(1)
    }

    /// Adds a derivative with respect to the time of the start.
    pub fn move_start(&mut self, time: f64) {
        self.grid_bar[0] += time;
    }

    /// Finishes the backward pass over a piece; `y` is the cotangent at its start.
    pub fn finish<F, S, C>(
        self,
        incoming: &Incoming<'_, Y>,
        y: Y,
        layout: &mut Layout<'g>,
        (control, times_bar): (&C, &mut [f64]),
    ) -> Swept<Y>
    where
        F: Differentiable<State = Y>,
        S: Solver<F>,
        C: Controller<F, S>,
    {
        let Self { grid, marks_bar: marks, grid_bar, end_bar, .. } = self;
        let start = grid_bar[0];
        layout.add(incoming, (grid, grid_bar), times_bar);
        if incoming.begins_segment {
            let (start, end) = layout.pull_back::<F, S, C>(control, incoming.segment);
            return Swept { y, start, end: end + end_bar, marks };
        }
        Swept { y, start, end: end_bar, marks }
    }
}
