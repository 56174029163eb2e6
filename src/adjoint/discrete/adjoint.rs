//! The gradient of the computed solution, by transposing every step from the last to the first.

use super::checkpoints::{Checkpoints, Kept, Rewind};
use super::sweep::Sweep;
use crate::adjoint::layout::Layout;
use crate::adjoint::pull_back::{Incoming, Swept, WayBack, pull_back};
use crate::adjoint::recorder::{Keep, Seen, record, refuse};
use crate::adjoint::timeline::Timeline;
use crate::adjoint::{Adjoint, CotangentsRef, ForwardResult, Problem, Pullback};
use crate::control::Controller;
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::integrate::Stats;
use crate::solver::{StepNote, StepVjp};
use crate::state::Span;

/// The adjoint of the computed steps: the exact gradient of the numerical solution, up to rounding.
///
/// The forward pass stores the state at every accepted step, or at fewer ([`checkpoints`](Self::checkpoints)). The
/// backward pass recomputes the stages of one step at a time.
///
/// Discrete choices are held fixed: adaptive step sizes are not differentiated with respect to the state and the
/// parameters, nor are the orders chosen by a multistep method. The end of the last step follows `t1`, the start of the
/// first follows `t0`. On a uniform grid all points follow both ends, as [`Fixed`](crate::control::Fixed) spaces them.
///
/// The gradient is exact across events too: the state before an event comes from the interpolant of a step, and both
/// the interpolant and the step are differentiated.
///
/// ```
/// use rheos::adjoint::Checkpoints;
/// use rheos::{DiscreteAdjoint, Fixed, Ivp, Rk4, ode};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let adjoint = DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(10));
/// let found = Ivp::new(&decay, 1.0, 0.0..2.0).forward(Rk4, Fixed::steps(1000), adjoint)?.backward(&[1.0])?;
/// assert!((found.y0 - (-2.0_f64).exp()).abs() < 1e-12);
/// assert_eq!(found.stats.recomputed, 2641); // 10 states instead of 1001
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct DiscreteAdjoint {
    checkpoints: Checkpoints,
}

impl DiscreteAdjoint {
    /// Stores the state at every step.
    #[must_use]
    pub const fn new() -> Self {
        Self { checkpoints: Checkpoints::All }
    }

    /// Stores fewer states, and recomputes the others in the backward pass.
    ///
    /// The times and lengths of all steps are always stored: 16 bytes per step. The choice holds for each piece of the
    /// solve between two resets of the state or jumps of the field.
    ///
    /// A method without iterations repeats its steps bit for bit. The repeated steps of an implicit method may differ
    /// by the tolerance of its Newton iteration.
    #[must_use]
    pub const fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.checkpoints = checkpoints;
        self
    }
}

/// The times of the accepted steps, and the stored states.
#[derive(Debug, Clone)]
pub struct DiscreteRecord<Y> {
    timeline: Timeline<Y>,
    kept: Vec<Kept<Y>>,
}

impl<Y> DiscreteRecord<Y> {
    /// The times of the accepted steps, start included, for each piece of the solve in turn. A new piece begins where
    /// an event reset the state, and a rounding error after each declared jump of the field.
    pub fn grids(&self) -> impl Iterator<Item = &[f64]> {
        self.kept.iter().map(|kept| &kept.grid[..])
    }

    /// The notes on the steps of a multistep method or of [`Auto`](crate::solver::Auto), for each piece of the solve in
    /// turn. Empty for other methods.
    pub fn notes(&self) -> impl Iterator<Item = &[StepNote]> {
        self.kept.iter().map(|kept| &kept.notes[..])
    }
}

impl<F, S, C> Adjoint<F, S, C> for DiscreteAdjoint
where
    F: Differentiable,
    S: StepVjp<F>,
    C: Controller<F, S>,
{
    type Record = DiscreteRecord<F::State>;

    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record> {
        const {
            assert!(
                !F::HAS_MASS || S::PULLS_MASS,
                "the steps of this method are not transposed with a mass matrix; use RadauIIA5, Rodas5P, Bdf or Sdirk4"
            );
        }
        self.checkpoints.validate().map_err(|error| refuse(error, problem.span.t0, y0))?;
        let expected = |span| {
            let steps = problem.control.expected_steps(span)?;
            usize::try_from(steps).ok()
        };
        let keep = KeptPieces { rule: self.checkpoints, expected, pieces: Vec::with_capacity(1) };
        record(problem, y0, keep, |timeline, keep| DiscreteRecord { timeline, kept: keep.pieces })
    }

    fn backward(
        &self,
        problem: &Problem<'_, F, S, C>,
        record: &Self::Record,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        let DiscreteRecord { timeline, kept } = record;
        let landing = !problem.outputs.stops::<F, S>().is_empty();
        let layout = Layout::new(timeline, landing);
        let way = OverSteps { problem, kept, layout, stats: Stats::default() };
        pull_back(problem, timeline, cotangents, pbar, way)
    }
}

/// Stores the steps of one piece after another. `expected` predicts the number of steps over a span.
struct KeptPieces<Y, E> {
    rule: Checkpoints,
    expected: E,
    pieces: Vec<Kept<Y>>,
}

impl<F, S, E> Keep<F, S> for KeptPieces<F::State, E>
where
    F: Differentiable,
    S: StepVjp<F>,
    E: Fn(Span) -> Option<usize>,
{
    const EXACT: bool = true;

    fn start(&mut self, t0: f64, y0: &F::State, span: Option<Span>) {
        self.pieces.push(Kept::new(self.rule, t0, y0, span.and_then(&self.expected)));
    }

    fn step(&mut self, Seen { step, .. }: Seen<'_, F, S>) -> Result<()> {
        if let Some(kept) = self.pieces.last_mut() {
            kept.step(&step);
        }
        Ok(())
    }
}

/// The backward pass over the steps.
struct OverSteps<'a, F: Differentiable, S, C> {
    problem: &'a Problem<'a, F, S, C>,
    kept: &'a [Kept<F::State>],
    layout: Layout<'a>,
    stats: Stats,
}

impl<F, S, C> WayBack<F> for OverSteps<'_, F, S, C>
where
    F: Differentiable,
    S: StepVjp<F>,
    C: Controller<F, S>,
{
    fn over(
        &mut self,
        incoming: &Incoming<'_, F::State>,
        mut ybar: F::State,
        times_bar: &mut [f64],
        pbar: &mut F::Params,
    ) -> Result<Swept<F::State>> {
        let Problem { field, solver, control, .. } = *self.problem;
        let kept = &self.kept[incoming.index];
        let mut rewind = Rewind::new((field, solver), kept);
        let last = kept.grid.len() - 1;
        let mut tape = solver.tape(field, rewind.start());
        let mut sweep = Sweep::new(&kept.grid, incoming);
        for n in (0..last).rev() {
            sweep.enter(n);
            let moved = rewind.step_vjp(n, &mut tape, &mut sweep.inside, Bars { y: &mut ybar, params: pbar })?;
            sweep.leave(n, moved, &ybar)?;
        }
        let extra = sweep.start(field, rewind.start(), &mut ybar)?;
        self.stats.evaluations += solver.tape_evaluations(&tape) + rewind.evaluations() + extra;
        self.stats.accepted += last as u64;
        self.stats.recomputed += rewind.recomputed;
        Ok(sweep.finish::<F, S, C>(incoming, ybar, &mut self.layout, (control, times_bar)))
    }

    fn stats(&self) -> Stats {
        self.stats
    }
}
