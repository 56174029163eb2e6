//! Observers that save states.

use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::integrate::{Observer, Step, StepAction};
use crate::solver::{Dense, Solver};
use crate::state::{Span, State};

/// Saves the states at given times, interpolated between steps.
#[derive(Debug)]
pub struct Interpolated<'t, Y> {
    waiting: &'t [f64],
    /// The states at the times passed so far.
    pub y: Vec<Y>,
}

/// Saves the values of a function of time and state at given times, interpolated between steps.
#[derive(Debug)]
pub struct Mapped<'t, G, R> {
    waiting: &'t [f64],
    map: G,
    /// The values at the times passed so far.
    pub values: Vec<R>,
}

/// Saves the states at given times, on which the solve lands.
#[derive(Debug)]
pub struct Landed<'t, Y> {
    waiting: &'t [f64],
    /// The states at the times passed so far.
    pub y: Vec<Y>,
}

/// Saves the start of the solve and every `every`-th accepted step; at a jump, the state after it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Trajectory<Y> {
    every: usize,
    seen: usize,
    /// The times saved.
    pub t: Vec<f64>,
    /// The states saved.
    pub y: Vec<Y>,
}

/// The times equal to the start, which need no step.
fn split_start(times: &[f64], t0: f64) -> (usize, &[f64]) {
    let at_start = times.iter().take_while(|&&time| time == t0).count();
    (at_start, &times[at_start..])
}

/// The times after `t`, if a solve that reached `t` has saved an output for each of the times up to there.
fn waiting_after(times: &[f64], kept: usize, span: Span, t: f64) -> Result<&[f64]> {
    let passed = times.partition_point(|&time| !span.is_after(time, t));
    if kept != passed {
        return Err(Error::InvalidPaused { reason: "it does not have one output for each output time so far" });
    }
    Ok(&times[passed..])
}

impl<'t, Y: State> Interpolated<'t, Y> {
    /// Continues at `t` with the outputs so far.
    pub(crate) fn restore(times: &'t [f64], y: Vec<Y>, span: Span, t: f64) -> Result<Self> {
        Ok(Self { waiting: waiting_after(times, y.len(), span, t)?, y })
    }

    /// For `times` in the order of integration, within the span that starts at `t0` with `y0`.
    pub fn new(times: &'t [f64], t0: f64, y0: &Y) -> Self {
        let (at_start, waiting) = split_start(times, t0);
        Self { waiting, y: vec![y0.clone(); at_start] }
    }
}

impl<'t, G, R> Mapped<'t, G, R> {
    /// Continues at `t` with the outputs so far.
    pub(crate) fn restore(times: &'t [f64], map: G, values: Vec<R>, span: Span, t: f64) -> Result<Self> {
        Ok(Self { waiting: waiting_after(times, values.len(), span, t)?, map, values })
    }

    /// For `times` in the order of integration, within the span that starts at `t0` with `y0`.
    pub fn new<Y>(times: &'t [f64], mut map: G, t0: f64, y0: &Y) -> Self
    where
        G: FnMut(f64, &Y) -> R,
    {
        let (at_start, waiting) = split_start(times, t0);
        let values = times[..at_start].iter().map(|&t| map(t, y0)).collect();
        Self { waiting, map, values }
    }
}

impl<'t, Y: State> Landed<'t, Y> {
    /// Continues at `t` with the outputs so far.
    pub(crate) fn restore(times: &'t [f64], y: Vec<Y>, span: Span, t: f64) -> Result<Self> {
        Ok(Self { waiting: waiting_after(times, y.len(), span, t)?, y })
    }

    /// For `times` in the order of integration, within the span that starts at `t0` with `y0`.
    pub fn new(times: &'t [f64], t0: f64, y0: &Y) -> Self {
        let (at_start, waiting) = split_start(times, t0);
        Self { waiting, y: vec![y0.clone(); at_start] }
    }
}

impl<Y: State> Trajectory<Y> {
    /// Checks a deserialized record of a solve over `span` that has reached `t`.
    pub(crate) fn validate(&self, every: usize, span: Span, t: f64) -> Result<()> {
        let Self { every: found, seen, t: times, y } = self;
        let covered = Span { t0: span.t0, t1: t };
        let fits = *found == every.max(1)
            && times.len() == y.len()
            && seen.checked_div(*found).and_then(|kept| kept.checked_add(1)) == Some(times.len())
            && (covered.validate_times(times).is_ok() && times.first() == Some(&span.t0));
        if fits {
            Ok(())
        } else {
            Err(Error::InvalidPaused { reason: "its list of steps does not belong to this solve" })
        }
    }

    /// Starts with `y0` at `t0`; `every ≥ 1`.
    pub fn new(every: usize, t0: f64, y0: &Y) -> Self {
        Self { every: every.max(1), seen: 0, t: vec![t0], y: vec![y0.clone()] }
    }
}

/// Removes from `waiting` the times up to the end of the step, and visits the solution there.
fn pass<F: Dynamics, S: Dense<F>>(
    waiting: &mut &[f64],
    mut step: Step<'_, F, S>,
    mut visit: impl FnMut(f64, F::State),
) -> Result<()> {
    while let [time, rest @ ..] = *waiting {
        if step.is_after(*time, step.t1) {
            break;
        }
        let mut y = step.next.clone();
        if *time != step.t1 {
            step.interpolate(*time, &mut y);
            // The interpolant may use a slope that the end state does not need.
            if !y.all_finite() {
                return Err(Error::NonFinite { t: step.t0, h: step.h });
            }
        }
        visit(*time, y);
        *waiting = rest;
    }
    Ok(())
}

impl<F: Dynamics, S: Dense<F>> Observer<F, S> for Interpolated<'_, F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        pass(&mut self.waiting, step, |_, y| self.y.push(y))?;
        Ok(StepAction::On)
    }
}

impl<F: Dynamics, S: Dense<F>, G: FnMut(f64, &F::State) -> R, R> Observer<F, S> for Mapped<'_, G, R> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        pass(&mut self.waiting, step, |t, y| self.values.push((self.map)(t, &y)))?;
        Ok(StepAction::On)
    }
}

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Landed<'_, F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        while let [time, rest @ ..] = self.waiting {
            let y = if *time == step.t1 {
                step.next
            } else if step.is_after(*time, step.t1) {
                break;
            } else if !step.is_after(step.computed.t1, *time) {
                // Only a rounding error lies between the end of the method's step and a jump.
                step.y1
            } else if !step.is_after(*time, step.computed.t0) {
                step.y0
            } else {
                // The solve was not told to land there.
                break;
            };
            self.y.push(y.clone());
            self.waiting = rest;
        }
        Ok(StepAction::On)
    }
}

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Trajectory<F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        if step.is_still() {
            return Ok(StepAction::On);
        }
        self.seen += 1;
        if self.seen.is_multiple_of(self.every) {
            self.t.push(step.t1);
            self.y.push(step.next.clone());
        }
        Ok(StepAction::On)
    }
}

/// Checks that a solve which reached `t` has saved an output for each of the `times` up to there: `kept` of them.
pub(crate) fn check_outputs(span: Span, times: &[f64], kept: usize, t: f64) -> Result<()> {
    let passed = times.partition_point(|&time| !span.is_after(time, t));
    match times[..passed].get(kept) {
        Some(&time) => Err(Error::OutputMissing { index: kept, time, t }),
        None => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_output_is_named() {
        let (forwards, backwards) = (Span { t0: 0.0, t1: 1.0 }, Span { t0: 1.0, t1: 0.0 });
        let times = [0.0, 0.25, 0.5, 1.0];
        assert_eq!(check_outputs(forwards, &times, 4, 1.0), Ok(()));
        // Nothing is promised after the end of the solve.
        assert_eq!(check_outputs(forwards, &times, 3, 0.75), Ok(()));
        let missing = Err(Error::OutputMissing { index: 2, time: 0.5, t: 0.5 });
        assert_eq!(check_outputs(forwards, &times, 2, 0.5), missing);
        let missing = Err(Error::OutputMissing { index: 1, time: 0.5, t: 0.25 });
        assert_eq!(check_outputs(backwards, &[1.0, 0.5, 0.0], 1, 0.25), missing);
        assert_eq!(check_outputs(forwards, &[], 0, 1.0), Ok(()));
    }
}
