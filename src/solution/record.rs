//! Observers that keep states.

use crate::integrate::{Observer, Step};
use crate::solver::StepStart;
use crate::{Dense, Dynamics, Error, Result, Solver, Span, State};

/// Keeps the states at given times, by the method's own interpolant where a time lies between two steps.
#[derive(Debug)]
pub struct Interpolated<'t, Y> {
    waiting: &'t [f64],
    /// The states at the times passed so far.
    pub y: Vec<Y>,
}

/// Keeps the states at given times, which the solve was told to land on.
#[derive(Debug)]
pub struct Landed<'t, Y> {
    waiting: &'t [f64],
    /// The states at the times passed so far.
    pub y: Vec<Y>,
}

/// Keeps the start of the solve and every `every`-th accepted step.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory<Y> {
    every: usize,
    seen: usize,
    /// The times kept.
    pub t: Vec<f64>,
    /// The states kept.
    pub y: Vec<Y>,
}

/// The times equal to the start, which need no step.
fn split_start(times: &[f64], t0: f64) -> (usize, &[f64]) {
    let at_start = times.iter().take_while(|&&time| time == t0).count();
    (at_start, &times[at_start..])
}

impl<'t, Y: State> Interpolated<'t, Y> {
    /// For `times` in the order of integration, within the span that starts at `t0` with `y0`.
    pub fn new(times: &'t [f64], t0: f64, y0: &Y) -> Self {
        let (at_start, waiting) = split_start(times, t0);
        Self { waiting, y: vec![y0.clone(); at_start] }
    }
}

impl<'t, Y: State> Landed<'t, Y> {
    /// For `times` in the order of integration, within the span that starts at `t0` with `y0`.
    pub fn new(times: &'t [f64], t0: f64, y0: &Y) -> Self {
        let (at_start, waiting) = split_start(times, t0);
        Self { waiting, y: vec![y0.clone(); at_start] }
    }
}

impl<Y: State> Trajectory<Y> {
    /// Starts with `y0` at `t0`; `every ≥ 1`.
    pub fn new(every: usize, t0: f64, y0: &Y) -> Self {
        Self { every: every.max(1), seen: 0, t: vec![t0], y: vec![y0.clone()] }
    }
}

impl<F: Dynamics, S: Dense<F>> Observer<F, S> for Interpolated<'_, F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<()> {
        let h = step.t1 - step.t0;
        while let [time, rest @ ..] = self.waiting {
            let theta = (time - step.t0) / h;
            if theta > 1.0 {
                break;
            }
            let mut y = step.y1.clone();
            if *time != step.t1 {
                let start = StepStart { t: step.t0, h, y0: step.y0 };
                step.solver.interpolate(step.field, step.workspace, start, theta, &mut y);
                // The interpolant may read a slope that the state at the end does not.
                if !y.all_finite() {
                    return Err(Error::NonFinite { t: step.t0, h });
                }
            }
            self.y.push(y);
            self.waiting = rest;
        }
        Ok(())
    }
}

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Landed<'_, F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<()> {
        while let [time, rest @ ..] = self.waiting
            && *time == step.t1
        {
            self.y.push(step.y1.clone());
            self.waiting = rest;
        }
        Ok(())
    }
}

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Trajectory<F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<()> {
        self.seen += 1;
        if self.seen.is_multiple_of(self.every) {
            self.t.push(step.t1);
            self.y.push(step.y1.clone());
        }
        Ok(())
    }
}

/// Both observers see every step.
impl<F: Dynamics, S: Solver<F>, A: Observer<F, S>, B: Observer<F, S>> Observer<F, S> for (A, B) {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<()> {
        let Step { field, solver, workspace, t0, t1, y0, y1 } = step;
        self.0.observe(Step { field, solver, workspace: &mut *workspace, t0, t1, y0, y1 })?;
        self.1.observe(Step { field, solver, workspace, t0, t1, y0, y1 })
    }
}

/// The span of a list `[t0, .., t1]` of output times, which must be in order.
pub(crate) fn check_times(times: &[f64]) -> Result<Span> {
    let (Some(&t0), Some(&t1)) = (times.first(), times.last()) else {
        return Err(Error::LengthMismatch { name: "times", found: 0, expected: 1 });
    };
    let span = Span { t0, t1 };
    span.validate()?;
    span.validate_times(times)?;
    Ok(span)
}
