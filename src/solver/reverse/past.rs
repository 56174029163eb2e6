//! The history of a multistep method.

use super::{OutputCotangent, StepCotangent, StepStart, StepVjp};
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::state::State;

/// The discrete choices of a step: its formula and its starting point.
///
/// A derivative holds them fixed, as it holds the grid; a recomputed step repeats them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StepNote {
    /// The formula. A multistep method notes its order, and 0 for a step of its starting method.
    /// [`Auto`](crate::solver::Auto) notes 0 for a step of the explicit method and 1 for a step of the stiff method.
    /// [`Radau`](type@crate::solver::implicit::Radau) notes its number of stages.
    pub formula: usize,
    /// The distance before the start of the solve at which a BDF method has placed a state, for the prediction in its
    /// first step; 0 if there is none.
    pub lead: f64,
}

/// The history of a solve up to some point, for a multistep method.
#[derive(Debug)]
pub struct Past<'a, Y> {
    /// The times of all points.
    pub times: &'a [f64],
    /// The states at the last points, newest first.
    pub states: &'a [Y],
    /// The note of the step to the last point; the default at the start.
    pub note: StepNote,
}

impl<Y> Clone for Past<'_, Y> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Y> Copy for Past<'_, Y> {}

impl<'a, Y> Past<'a, Y> {
    /// The `i`-th point before the last.
    #[must_use]
    pub fn point(&self, i: usize) -> (f64, &'a Y) {
        (self.times[self.times.len() - 1 - i], &self.states[i])
    }

    /// The step to the last point.
    #[must_use]
    pub fn step(&self) -> StepStart<'a, Y> {
        let (t, y0) = self.point(1);
        StepStart { t, h: self.point(0).0 - t, y0 }
    }

    /// The number of points with known states before that step, including its start.
    pub(in crate::solver) fn known(&self) -> usize {
        self.states.len() - 1
    }
}

/// Pulls cotangents back through the first step of a solve: [`StepVjp::step_vjp`] of a multistep method. It recomputes
/// the step, and returns the evaluations for it with the result.
pub(in crate::solver) fn first_step_vjp<F: Differentiable, S: StepVjp<F>>(
    solver: &S,
    f: &F,
    tape: &mut S::Tape,
    StepStart { t, h, y0 }: StepStart<'_, F::State>,
    outputs: &mut [OutputCotangent<'_, F::State>],
    Bars { y: ybar, params: pbar }: Bars<'_, F>,
) -> Result<(StepCotangent, u64)> {
    let mut ws = solver.workspace(f, y0);
    let mut y1 = y0.zeros_like();
    solver.step(f, &mut ws, StepStart { t, h, y0 }, &mut y1)?;
    let past = Past { times: &[t, t + h], states: &[y1, y0.clone()], note: solver.note(&ws) };
    let moved = solver.step_vjp_after(f, tape, past, outputs, Bars { y: ybar, params: pbar })?;
    Ok((moved, solver.evaluations(&ws)))
}

/// [`StepVjp::step_vjp`] of a multistep method, whose tape counts the evaluations.
macro_rules! step_vjp_without_past {
    () => {
        fn step_vjp(
            &self,
            f: &F,
            tape: &mut Self::Tape,
            step: crate::solver::StepStart<'_, F::State>,
            outputs: &mut [crate::solver::OutputCotangent<'_, F::State>],
            crate::dynamics::Bars { y: ybar, params: pbar }: crate::dynamics::Bars<'_, F>,
        ) -> crate::error::Result<crate::solver::StepCotangent> {
            let (moved, evaluations) = crate::solver::reverse::first_step_vjp(
                self,
                f,
                tape,
                step,
                outputs,
                crate::dynamics::Bars { y: ybar, params: pbar },
            )?;
            tape.evaluations += evaluations;
            Ok(moved)
        }
    };
}
pub(in crate::solver) use step_vjp_without_past;
