//! The gradient of the computed solution without keeping it: the steps are undone.

use std::iter::repeat_n;

use super::finite::{check_cotangents, check_params};
use super::sweep::Sweep;
use super::{Adjoint, Forward, ForwardResult, Output, Pullback, solve_to_the_end};
use crate::control::Controller;
use crate::integrate::{Flow, Observer, Step};
use crate::solver::{Unwind, Unwinding};
use crate::{Differentiable, Error, Result, Solver, State, Stats};

/// Differentiates the steps that were taken, like [`Discrete`](crate::Discrete), with a method that can undo them:
/// [`solver::reversible`](crate::solver::reversible).
///
/// The forward pass keeps the state at the end, what the method carries beside it, and the times of the accepted steps;
/// the backward pass reconstructs each state from the next. Memory does not grow with the number of steps but for 8 bytes
/// each. The gradient is that of [`Discrete`](crate::Discrete) up to the rounding errors of the way back, which grow as the
/// method says; about the dependence of the steps on the state, and about times, everything said there holds.
///
/// ```
/// use rheos::{Fixed, ReversibleAdjoint, ReversibleHeun, gradient, ode};
///
/// // L = y(2)² for y' = −y: dL/dy0 = 2 y0 e⁻⁴.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let loss = |y: &[f64]| vec![0.0, 2.0 * y[1]];
/// let (adjoint, grid) = (ReversibleAdjoint::new(), Fixed::steps(1000));
/// let found = gradient(&decay, ReversibleHeun, grid, &adjoint, &[0.0, 2.0], &1.0, loss)?;
/// assert!((found.y0 - 2.0 * (-4.0_f64).exp()).abs() < 1e-6);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ReversibleAdjoint {
    output: Output,
}

impl ReversibleAdjoint {
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

/// The times of the accepted steps, the start included, and where the solve ended.
#[derive(Debug, Clone)]
pub struct ReversibleRecord<Y, W> {
    times: Vec<f64>,
    grid: Vec<f64>,
    end: Y,
    workspace: W,
}

impl<Y, W> ReversibleRecord<Y, W> {
    /// The times of the accepted steps, the start included.
    #[must_use]
    pub fn grid(&self) -> &[f64] {
        &self.grid
    }
}

/// Keeps the times of the accepted steps.
struct Grid(Vec<f64>);

impl<F: Differentiable, S: Solver<F>> Observer<F, S> for Grid {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<Flow<F::State>> {
        self.0.push(step.t1);
        Ok(Flow::On)
    }
}

impl<F, S, C> Adjoint<F, S, C> for ReversibleAdjoint
where
    F: Differentiable,
    S: Unwind<F>,
    C: Controller<F, S>,
{
    type Record = ReversibleRecord<F::State, S::Workspace>;

    fn forward(
        &self,
        f: &F,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> ForwardResult<F::State, Self::Record> {
        let grid = Grid(vec![times.first().copied().unwrap_or(0.0)]);
        let Forward { y, record, stats } = solve_to_the_end((f, solver, control), self.output, times, y0, grid)?;
        let (Grid(grid), end, workspace) = record;
        Ok(Forward { y, record: ReversibleRecord { times: times.to_vec(), grid, end, workspace }, stats })
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
        let ReversibleRecord { times, grid, end, workspace } = record;
        check_cotangents("cotangents", cotangents, repeat_n(&end, times.len()))?;
        check_params(f, pbar)?;
        let last = grid.len() - 1;
        let before = solver.evaluations(&workspace);

        let mut ybar = end.zeros_like();
        let mut at = Unwinding { carried: solver.cotangent(f, &end), y: end, workspace };
        let mut sweep = Sweep::new(&times, &grid, cotangents);
        for n in (0..last).rev() {
            let step = sweep.enter(n, &mut ybar);
            let moved = solver.unwind(f, &mut at, step, &mut sweep.inside, &mut ybar, pbar)?;
            if !at.y.all_finite() {
                return Err(Error::NonFinite { t: step.t1, h: -step.length() });
            }
            sweep.leave(n, moved, &ybar)?;
        }
        if last > 0 {
            sweep.move_start(solver.unwind_start(f, &mut at, grid[0], &mut ybar, pbar));
        }
        let extra = sweep.start(f, &at.y, &mut ybar);
        let evaluations = solver.evaluations(&at.workspace) - before + extra;
        let back = Pullback {
            y0: ybar,
            times: sweep.finish::<F, S, C>(control, self.output),
            stats: Stats { evaluations, accepted: last as u64, ..Stats::default() },
            drift: 0.0,
        };
        back.checked(&at.y, pbar)
    }
}
