//! The gradient of the computed solution in constant memory, by undoing the steps.

use super::cotangents::CotangentsRef;
use super::discrete::Sweep;
use super::drift::{Drift, check_limit};
use super::layout::Layout;
use super::problem::Problem;
use super::pull_back::{Incoming, Swept, WayBack, pull_back};
use super::recorder::{Keep, Seen, record, refuse};
use super::timeline::Timeline;
use super::{Adjoint, ForwardResult, Pullback};
use crate::control::Controller;
use crate::dynamics::{Bars, Differentiable, Dynamics};
use crate::error::{Error, Result};
use crate::integrate::Stats;
use crate::solver::Solver;
use crate::solver::reversible::{Reversal, ReverseStep};
use crate::state::{Span, State};

/// The adjoint of reversible methods: differentiates the computed steps in constant memory.
///
/// The method must be able to undo its steps; see [`solver::reversible`](crate::solver::reversible). The forward pass
/// keeps the last state and workspace of each piece of the solve (a piece ends at a reset of the state or a jump of the
/// field), at most eight states of each, and 8 bytes per step for the times. The backward pass reconstructs each state
/// from the next one.
///
/// The gradient equals the gradient of [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint) as far as the reconstruction
/// is accurate. The way back amplifies rounding errors, by a factor that depends on the method and on the problem; it is
/// unstable for strongly contracting fields. So the backward pass compares the reconstruction with the initial state and
/// with the states kept in between. It reports the largest distance ([`drift`](crate::adjoint::Gradient::drift)) and fails
/// beyond [`drift_limit`](Self::drift_limit). [`choosing`](crate::adjoint::choosing) has figures. Steps and times are
/// differentiated as in [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint).
///
/// ```
/// use rheos::{Fixed, Ivp, ReversibleAdjoint, ode};
/// use rheos::solver::reversible::ReversibleHeun;
///
/// // L = y(2)² for y' = −y: dL/dy0 = 2 y0 e⁻⁴.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let run = Ivp::new(&decay, 1.0, 0.0..2.0).forward(ReversibleHeun, Fixed::steps(1000), ReversibleAdjoint::new())?;
/// let found = run.backward(&[2.0 * run.y[0]])?;
/// assert!((found.y0 - 2.0 * (-4.0_f64).exp()).abs() < 1e-6);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ReversibleAdjoint {
    drift_limit: Option<f64>,
}

impl ReversibleAdjoint {
    /// The adjoint, with the default limit of the drift.
    #[must_use]
    pub const fn new() -> Self {
        Self { drift_limit: None }
    }

    /// How far, relative to the state, the reconstruction may come from the forward pass, at least 0. The default is the
    /// square root of the unit roundoff: half of the digits, 1.5e-8 in `f64`. Infinity allows any distance.
    #[must_use]
    pub const fn drift_limit(mut self, limit: f64) -> Self {
        self.drift_limit = Some(limit);
        self
    }

    fn limit_for<Y: State>(&self, y: &Y) -> f64 {
        self.drift_limit.unwrap_or_else(|| y.rounding().sqrt())
    }
}

/// The times of the accepted steps, and where each piece of the solve ended.
#[derive(Debug, Clone)]
pub struct ReversibleRecord<Y, W> {
    timeline: Timeline<Y>,
    pieces: Vec<Ended<Y, W>>,
}

impl<Y, W> ReversibleRecord<Y, W> {
    /// The times of the accepted steps, start included, for each piece of the solve in turn. A new piece begins where
    /// an event reset the state, and a rounding error after each declared jump of the field.
    pub fn grids(&self) -> impl Iterator<Item = &[f64]> {
        self.pieces.iter().map(|piece| &piece.grid[..])
    }
}

/// States of the forward pass at multiples of a stride, which doubles as they become too many. The first is the start.
#[derive(Debug, Clone)]
struct Landmarks<Y> {
    stride: usize,
    states: Vec<Y>,
}

/// The most states that are kept of a piece.
const MOST_LANDMARKS: usize = 8;

impl<Y: State> Landmarks<Y> {
    fn new(y0: &Y) -> Self {
        Self { stride: 1, states: vec![y0.clone()] }
    }

    /// Keeps the state after `n` steps, or not.
    fn keep(&mut self, n: usize, y: &Y) {
        if !n.is_multiple_of(self.stride) {
            return;
        }
        if self.states.len() == MOST_LANDMARKS {
            let mut i = 0;
            self.states.retain(|_| {
                i += 1;
                i % 2 == 1
            });
            self.stride *= 2;
            if !n.is_multiple_of(self.stride) {
                return;
            }
        }
        self.states.push(y.clone());
    }

    /// The state after `n` steps, if it was kept.
    fn at(&self, n: usize) -> Option<&Y> {
        if n.is_multiple_of(self.stride) { self.states.get(n / self.stride) } else { None }
    }
}

/// The steps of a piece.
#[derive(Debug, Clone)]
struct Ended<Y, W> {
    grid: Vec<f64>,
    landmarks: Landmarks<Y>,
    end: Y,
    /// The workspace after the last step; `None` without steps.
    workspace: Option<W>,
}

impl<F, S, C> Adjoint<F, S, C> for ReversibleAdjoint
where
    F: Differentiable,
    S: ReverseStep<F>,
    C: Controller<F, S>,
{
    type Record = ReversibleRecord<F::State, S::Workspace>;

    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record> {
        const { assert!(!F::HAS_MASS, "with a mass matrix, take `DiscreteAdjoint`") }
        check_limit(self.limit_for(y0)).map_err(|error| refuse(error, problem.span.t0, y0))?;
        record(problem, y0, Ends(Vec::with_capacity(1)), |timeline, Ends(pieces)| ReversibleRecord { timeline, pieces })
    }

    fn backward(
        &self,
        problem: &Problem<'_, F, S, C>,
        record: &Self::Record,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        let ReversibleRecord { timeline, pieces } = record;
        let landing = !problem.outputs.stops::<F, S>().is_empty();
        let layout = Layout::new(timeline, landing);
        let drift = Drift::new(&timeline.start, self.limit_for(&timeline.start));
        let way = Undo { problem, pieces, layout, drift, stats: Stats::default() };
        pull_back(problem, timeline, cotangents, pbar, way)
    }
}

/// Records the times of the accepted steps and the end of each piece.
struct Ends<Y, W>(Vec<Ended<Y, W>>);

impl<F, S> Keep<F, S> for Ends<F::State, S::Workspace>
where
    F: Dynamics,
    S: Solver<F, Workspace: Clone>,
{
    const EXACT: bool = true;

    fn start(&mut self, t0: f64, y0: &F::State, _: Option<Span>) {
        self.0.push(Ended { grid: vec![t0], landmarks: Landmarks::new(y0), end: y0.clone(), workspace: None });
    }

    fn step(&mut self, Seen { step, is_last, .. }: Seen<'_, F, S>) -> Result<()> {
        let Some(piece) = self.0.last_mut() else { return Ok(()) };
        if let [start] = &mut piece.grid[..] {
            *start = step.computed.t0;
        }
        piece.grid.push(step.computed.t1);
        piece.landmarks.keep(piece.grid.len() - 1, step.y1);
        if is_last {
            let mut workspace = step.workspace.clone();
            step.solver.accept(&mut workspace);
            piece.end.clone_from(step.y1);
            piece.workspace = Some(workspace);
        }
        Ok(())
    }
}

/// The backward pass that undoes the steps.
struct Undo<'a, F: Differentiable, S: Solver<F>, C> {
    problem: &'a Problem<'a, F, S, C>,
    pieces: &'a [Ended<F::State, S::Workspace>],
    layout: Layout<'a>,
    drift: Drift,
    stats: Stats,
}

impl<F, S, C> WayBack<F> for Undo<'_, F, S, C>
where
    F: Differentiable,
    S: ReverseStep<F>,
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
        let Ended { grid, landmarks, end, workspace } = &self.pieces[incoming.index];
        let mut sweep = Sweep::new(grid, incoming);
        self.stats.evaluations += match workspace {
            None => sweep.start(field, end, &mut ybar)?,
            Some(workspace) => {
                let carried = solver.cotangent(field, end);
                self.drift.set_out(end);
                let mut at = Reversal { carried, y: end.clone(), workspace: workspace.clone() };
                for n in (0..grid.len() - 1).rev() {
                    let step = sweep.enter(n);
                    let moved =
                        solver.unwind(field, &mut at, step, &mut sweep.inside, Bars { y: &mut ybar, params: pbar })?;
                    if !at.y.all_finite() {
                        return Err(Error::NonFinite { t: step.t1, h: -step.length() });
                    }
                    if let Some(y) = landmarks.at(n) {
                        self.drift.compare(&at.y, grid[n], y)?;
                    }
                    sweep.leave(n, moved, &ybar)?;
                }
                sweep.move_start(solver.unwind_start(field, &mut at, grid[0], &mut ybar, pbar));
                let extra = sweep.start(field, &at.y, &mut ybar)?;
                solver.evaluations(&at.workspace) - solver.evaluations(workspace) + extra
            }
        };
        self.stats.accepted += grid.len() as u64 - 1;
        Ok(sweep.finish::<F, S, C>(incoming, ybar, &mut self.layout, (control, times_bar)))
    }

    fn stats(&self) -> Stats {
        self.stats
    }

    fn drift(&self) -> f64 {
        self.drift.worst()
    }
}
