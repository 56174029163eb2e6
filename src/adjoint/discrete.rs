//! The gradient of the computed solution: the transpose of every step, from the last to the first.

use std::iter::repeat_n;

use super::checkpoints::{Checkpoints, Kept, Rewind};
use super::finite::{check_cotangents, check_params};
use super::sweep::Sweep;
use super::{Adjoint, Forward, ForwardResult, Output, Pullback, refuse, solve_forward};
use crate::control::Controller;
use crate::solver::{Reverse, StepNote};
use crate::{Differentiable, Result, Span, State, Stats};

/// Differentiates the steps that were taken: the exact gradient of the numerical solution, up to rounding.
///
/// The forward pass keeps the state at every accepted step, or fewer ([`checkpoints`](Self::checkpoints)); the backward
/// pass computes the stages of one step at a time again. Steps chosen by an error estimate are held fixed, that is, the
/// dependence of the step sizes on the state and the parameters is not differentiated; the end of the last step follows
/// `t1` and the start of the first follows `t0`. The orders that a multistep method chooses are held as well. On a uniform
/// grid all points follow both ends, as [`Fixed`](crate::Fixed) lays them out.
///
/// ```
/// use rheos::{Checkpoints, Discrete, Fixed, Rk4, gradient, ode};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let adjoint = Discrete::new().checkpoints(Checkpoints::Slots(10));
/// let found = gradient(&decay, Rk4, Fixed::steps(1000), &adjoint, &[0.0, 2.0], &1.0, |_| vec![0.0, 1.0])?;
/// assert!((found.y0 - (-2.0_f64).exp()).abs() < 1e-12);
/// assert_eq!(found.stats[1].recomputed, 2641); // 10 states instead of 1001
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Discrete {
    pub(super) output: Output,
    pub(super) checkpoints: Checkpoints,
}

impl Discrete {
    /// Output times between steps are interpolated, and the interpolant is differentiated; a method whose interpolant is too
    /// rough [lands](crate::Dense::LANDS) on them. Every state is kept.
    #[must_use]
    pub const fn new() -> Self {
        Self { output: Output::Interpolate, checkpoints: Checkpoints::All }
    }

    /// Output times are landed on instead.
    #[must_use]
    pub const fn landing() -> Self {
        Self { output: Output::Land, checkpoints: Checkpoints::All }
    }

    /// Keeps fewer states, and computes the others again in the backward pass. The times and the lengths of the steps are
    /// always kept: 16 bytes for each.
    ///
    /// A method without iterations repeats its steps to the last bit; the steps of an implicit one differ by the tolerance
    /// of its equations.
    #[must_use]
    pub const fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.checkpoints = checkpoints;
        self
    }
}

/// The times of the accepted steps, and the states that were kept.
#[derive(Debug, Clone)]
pub struct DiscreteRecord<Y> {
    times: Vec<f64>,
    kept: Kept<Y>,
}

impl<Y> DiscreteRecord<Y> {
    /// The times of the accepted steps, the start included.
    #[must_use]
    pub fn grid(&self) -> &[f64] {
        &self.kept.grid
    }

    /// What was noted of each step of a multistep method or of [`Auto`](crate::Auto); nothing for other methods.
    #[must_use]
    pub fn notes(&self) -> &[StepNote] {
        &self.kept.notes
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
        self.checkpoints.validate().map_err(|error| refuse(error, times, y0))?;
        let (t0, t1) = (times.first().copied().unwrap_or(0.0), times.last().copied().unwrap_or(0.0));
        let expected = control.expected_steps(Span { t0, t1 }).and_then(|steps| usize::try_from(steps).ok());
        let kept = Kept::new(self.checkpoints, t0, y0, expected);
        let Forward { y, record: kept, stats } = solve_forward((f, solver, control), self.output, times, y0, kept)?;
        Ok(Forward { y, record: DiscreteRecord { times: times.to_vec(), kept }, stats })
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
        let DiscreteRecord { times, mut kept } = record;
        let last = kept.grid.len() - 1;
        let mut rewind = Rewind::new((f, solver), &mut kept);

        let y0 = rewind.start();
        check_cotangents("cotangents", cotangents, repeat_n(y0, times.len()))?;
        check_params(f, pbar)?;
        let mut tape = solver.tape(f, y0);
        let mut ybar = y0.zeros_like();
        let mut sweep = Sweep::new(&times, rewind.grid, cotangents);
        for n in (0..last).rev() {
            sweep.enter(n, &mut ybar);
            let moved = rewind.step_vjp(n, &mut tape, &mut sweep.inside, &mut ybar, pbar)?;
            sweep.leave(n, moved, &ybar)?;
        }
        let extra = sweep.start(f, rewind.start(), &mut ybar);
        let evaluations = solver.tape_evaluations(&tape) + rewind.evaluations() + extra;
        let back = Pullback {
            y0: ybar,
            times: sweep.finish::<F, S, C>(control, self.output.for_method::<F, S>()),
            stats: Stats { evaluations, accepted: last as u64, recomputed: rewind.recomputed, ..Stats::default() },
            drift: 0.0,
        };
        back.checked(rewind.start(), pbar)
    }
}
