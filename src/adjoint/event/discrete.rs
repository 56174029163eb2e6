//! The gradient of the computed solution across events.

use super::super::checkpoints::{Checkpoints, Kept, Rewind};
use super::super::sweep::Sweep;
use super::super::{Discrete, Output, Pullback, refuse};
use super::pull_back::{Incoming, pull_back};
use super::timeline::{Keep, Run, Timeline, run};
use super::{EventAdjoint, EventCotangents, EventForward, EventForwardResult};
use crate::control::Controller;
use crate::integrate::{Flow, Observer, Step};
use crate::solver::Reverse;
use crate::{Differentiable, Dynamics, Hybrid, Result, Solver, Span, State, Stats};

/// The times of the accepted steps, the states that were kept, and the events.
#[derive(Debug, Clone)]
pub struct DiscreteEventRecord<Y> {
    timeline: Timeline<Y>,
    kept: Vec<Kept<Y>>,
}

/// The states that are kept are those of each piece between two resets: as many slots as were asked for, for each.
impl<F, S, C> EventAdjoint<F, S, C> for Discrete
where
    F: Differentiable,
    S: Reverse<F>,
    C: Controller<F, S>,
{
    type Record = DiscreteEventRecord<F::State>;

    fn forward(
        &self,
        problem: &Hybrid<'_, F>,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> EventForwardResult<F::State, Self::Record> {
        self.checkpoints.validate().map_err(|error| refuse(error, times, y0))?;
        let keep = (self.output, KeptPieces { rule: self.checkpoints, pieces: Vec::new() });
        let Run { timeline, y, kept, stats } = run(problem, (solver, control), keep, times, y0)?;
        let hits = timeline.hits.clone();
        Ok(EventForward { y, hits, record: DiscreteEventRecord { timeline, kept: kept.pieces }, stats })
    }

    fn backward(
        &self,
        problem: &Hybrid<'_, F>,
        solver: &S,
        control: &C,
        record: Self::Record,
        cotangents: &EventCotangents<F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        let DiscreteEventRecord { timeline, mut kept } = record;
        let mut stats = Stats::default();
        let mut grid = Grid::new(&timeline);
        let (y0, mut times) = pull_back(problem, &timeline, cotangents, pbar, |incoming, pbar| {
            let kept = &mut kept[incoming.piece];
            let swept = sweep_piece((problem.field(), solver), kept, &incoming, pbar, &mut stats)?;
            let Swept { y, times, grid_bar } = swept;
            grid.add(&kept.grid[1..], &grid_bar[1..]);
            Ok((y, times))
        })?;
        if self.output.for_method::<F, S>() == Output::Land {
            grid.give_to_landed_times(&timeline.times, &mut times);
        }
        let (points, bars) = grid.laid_out();
        let (t0, t1) = control.pull_back_grid(points, bars);
        times[0] += t0;
        times[timeline.times.len() - 1] += t1;
        Pullback { y0, times, stats, drift: 0.0 }.checked(timeline.start(), pbar)
    }
}

/// Keeps the steps of one piece after the other.
struct KeptPieces<Y> {
    rule: Checkpoints,
    pieces: Vec<Kept<Y>>,
}

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for KeptPieces<F::State>
where
    Kept<F::State>: Observer<F, S>,
{
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<Flow<F::State>> {
        self.pieces.last_mut().map_or(Ok(Flow::On), |kept| kept.observe(step))
    }
}

impl<F: Dynamics, S: Solver<F>> Keep<F, S> for KeptPieces<F::State>
where
    Kept<F::State>: Observer<F, S>,
{
    const EXACT: bool = true;

    fn start(&mut self, t0: f64, y0: &F::State) {
        self.pieces.push(Kept::new(self.rule, t0, y0, None));
    }
}

/// The cotangents of the initial state and of the times of a piece, and those of the points of its grid, of which the
/// start is in the first of its times already.
struct Swept<Y> {
    y: Y,
    times: Vec<f64>,
    grid_bar: Vec<f64>,
}

/// Pulls cotangents back over the steps of a piece.
fn sweep_piece<F: Differentiable, S: Reverse<F>>(
    (f, solver): (&F, &S),
    kept: &mut Kept<F::State>,
    incoming: &Incoming<'_, F::State>,
    pbar: &mut F::Params,
    stats: &mut Stats,
) -> Result<Swept<F::State>> {
    let (mut times, mut cotangents) = (incoming.times.to_vec(), incoming.cotangents.to_vec());
    let mut rewind = Rewind::new((f, solver), kept);
    let last = rewind.grid.len() - 1;
    let mut ybar = rewind.start().zeros_like();
    // A step that an event ended goes on behind it, to where nothing depends on it and which the event does not move.
    if !incoming.to_the_end {
        times.push(rewind.grid[last]);
        cotangents.push(ybar.clone());
    }
    let mut tape = solver.tape(f, rewind.start());
    let mut sweep = Sweep::new(&times, rewind.grid, &cotangents);
    for n in (0..last).rev() {
        sweep.enter(n, &mut ybar);
        let moved = rewind.step_vjp(n, &mut tape, &mut sweep.inside, &mut ybar, pbar)?;
        sweep.leave(n, moved, &ybar)?;
    }
    let extra = sweep.start(f, rewind.start(), &mut ybar);
    stats.evaluations += solver.tape_evaluations(&tape) + rewind.evaluations() + extra;
    stats.accepted += last as u64;
    stats.recomputed += rewind.recomputed;
    let (mut times_bar, grid_bar) = sweep.into_bars();
    times_bar[0] += grid_bar[0];
    Ok(Swept { y: ybar, times: times_bar, grid_bar })
}

/// The points of the grid as the controller laid it out, with their cotangents: the starts of pieces at events are not among
/// them, and what ends at the end of the span moves with it.
struct Grid {
    points: Vec<f64>,
    bars: Vec<f64>,
}

impl Grid {
    fn new<Y>(timeline: &Timeline<Y>) -> Self {
        let Span { t0, t1 } = timeline.span();
        Self { points: vec![t0, t1], bars: vec![0.0; 2] }
    }

    /// The points and their cotangents as the controller laid them out: one alone over no time.
    fn laid_out(&self) -> (&[f64], &[f64]) {
        let points = if self.points[0] == self.points[self.points.len() - 1] { 1 } else { self.points.len() };
        (&self.points[..points], &self.bars[..points])
    }

    /// Adds the points of an earlier piece.
    fn add(&mut self, points: &[f64], bars: &[f64]) {
        let last = self.bars.len() - 1;
        let t1 = self.points[last];
        let at_end: f64 = points.iter().zip(bars).filter(|(point, _)| **point == t1).map(|(_, bar)| bar).sum();
        self.bars[last] += at_end;
        let inner = points.iter().zip(bars).filter(|(point, _)| **point != t1);
        let (points, bars): (Vec<f64>, Vec<f64>) = inner.map(|(&point, &bar)| (point, bar)).unzip();
        self.points.splice(1..1, points);
        self.bars.splice(1..1, bars);
    }

    /// Moves the cotangents of inner points to the output times that forced them, of equal ones to the last.
    fn give_to_landed_times(&mut self, times: &[f64], times_bar: &mut [f64]) {
        let last = self.bars.len() - 1;
        for (point, bar) in self.points[1..last].iter().zip(&mut self.bars[1..last]) {
            if let Some(i) = times.iter().rposition(|time| time == point) {
                times_bar[i] += std::mem::take(bar);
            }
        }
    }
}
