//! Start states of the segments.

use super::segments::Segments;
use super::settings::MultipleShooting;
use crate::adjoint::{check_argument, check_fits};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solution::Ivp;
use crate::solver::{Dense, Solver};
use crate::state::State;

impl<Y: State, S: Clone, C: Clone, A, L> MultipleShooting<'_, Y, S, C, A, L> {
    /// The model whose segments start at their targets: for a state that is measured completely.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for a target at a cut that is not finite: see [`start_from`](Self::start_from); and the
    /// errors of [`value_and_gradient`](Self::value_and_gradient) for settings and data.
    pub fn start_from_data<F: Dynamics<State = Y>>(&self, field: F) -> Result<Segments<F>> {
        self.checked_scale()?;
        let cuts = self.cuts();
        self.start_from(field, cuts[..self.segments].iter().map(|cut| self.targets[*cut].clone()).collect())
    }

    /// The model with these start states, one for each segment.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is one start for each segment, of the shape of the targets;
    /// [`Error::InvalidEntry`] for a start that is not finite; and the errors of
    /// [`value_and_gradient`](Self::value_and_gradient) for settings and data.
    pub fn start_from<F: Dynamics<State = Y>>(&self, field: F, starts: Vec<Y>) -> Result<Segments<F>> {
        let scale = self.checked_scale()?;
        if starts.len() != self.segments {
            return Err(Error::LengthMismatch { name: "starts", found: starts.len(), expected: self.segments });
        }
        for (index, start) in starts.iter().enumerate() {
            check_fits("starts", start, &self.targets[0])?;
            if let Err(Error::InvalidEntry { value, .. }) = check_argument("starts", start) {
                let expected = "finite in every coordinate";
                return Err(Error::InvalidEntry { name: "starts", index, value, expected });
            }
        }
        Ok(Segments::new(field, self.start_times(), starts, scale))
    }

    /// The model whose segments start on the solution from `y0` at the first time.
    ///
    /// # Errors
    /// The errors of the solve and of [`start_from`](Self::start_from).
    pub fn start_from_solve<F>(&self, field: F, y0: Y) -> Result<Segments<F>>
    where
        F: Dynamics<State = Y>,
        S: Solver<F> + Dense<F>,
        C: Controller<F, S>,
    {
        self.checked_scale()?;
        let times = self.start_times();
        let starts = self.states(&field, y0, &times)?;
        self.start_from(field, starts)
    }

    /// The model of another number of segments, or of the same, whose starts are on the trajectory of `segments`.
    ///
    /// # Errors
    /// [`Error::TimeOutsideSpan`] if `segments` start later than this trajectory; the errors of the solve and of
    /// [`start_from`](Self::start_from).
    pub fn start_from_segments<F>(&self, segments: Segments<F>) -> Result<Segments<F>>
    where
        F: Dynamics<State = Y>,
        S: Solver<F> + Dense<F>,
        C: Controller<F, S>,
    {
        self.checked_scale()?;
        let times = self.start_times();
        let last = self.times[self.times.len() - 1];
        let backwards = last < times[0];
        let mut starts = Vec::with_capacity(times.len());
        for (index, &time) in times.iter().enumerate() {
            let begun = |start: &f64| if backwards { *start >= time } else { *start <= time };
            let Some(k) = segments.times().iter().rposition(begun) else {
                let t0 = segments.times().first().copied().unwrap_or(f64::NAN);
                return Err(Error::TimeOutsideSpan { index, time, t0, t1: last });
            };
            let (from, start) = (segments.times()[k], segments.starts()[k].clone());
            starts.push(if from == time {
                start
            } else {
                let problem = Ivp::new(&segments.field, start, from..time);
                problem.solve(self.solver.clone(), self.control.clone()).map(|found| found.last().clone())?
            });
        }
        // A known start stays known.
        let known = segments.is_start_known() && segments.times().first() == times.first();
        let found = self.start_from(segments.field, starts)?;
        Ok(if known { found.known_start() } else { found })
    }

    /// The states of the solution from `y0` at these times, the first of which is its start.
    pub(super) fn states<F>(&self, field: &F, y0: Y, times: &[f64]) -> Result<Vec<Y>>
    where
        F: Dynamics<State = Y>,
        S: Solver<F> + Dense<F>,
        C: Controller<F, S>,
    {
        let span = times[0]..times[times.len() - 1];
        if times.len() == 1 {
            return Ok(vec![y0]);
        }
        let solution = Ivp::new(field, y0, span).save_at(times).solve(self.solver.clone(), self.control.clone())?;
        Ok(solution.y)
    }
}
