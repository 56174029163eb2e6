//! The gradient of the computed solution: the transpose of every step, from the last to the first.

use super::sweep::Sweep;
use super::{Adjoint, Forward, ForwardResult, Output, Pullback, check_cotangents, solve_forward};
use crate::control::Controller;
use crate::solution::Trajectory;
use crate::solver::{Reverse, StepStart};
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
        let mut sweep = Sweep::new(&times, grid, cotangents);
        for n in (0..last).rev() {
            let step = sweep.enter(n, &mut ybar);
            let start = StepStart { t: step.t0, h: step.length(), y0: &y[n] };
            let moved = solver.step_vjp(f, &mut tape, start, &mut sweep.inside, &mut ybar, pbar)?;
            sweep.leave(n, moved);
        }
        let extra = sweep.start(f, &y[0], &mut ybar);
        let evaluations = solver.tape_evaluations(&tape) + extra;
        Ok(Pullback {
            y0: ybar,
            times: sweep.finish::<F, S, C>(control, self.output),
            stats: Stats { evaluations, accepted: last as u64, ..Stats::default() },
        })
    }
}
