//! A solve with events, cut into pieces at the resets.

use std::ops::Range;

use super::super::{Output, check_times, integrate, refuse};
use super::approach::{Approach, field_at, slope};
use crate::control::Controller;
use crate::integrate::{Flow, Observer, Step};
use crate::{Dense, Differentiable, Dynamics, Events, Failure, Hit, Hybrid, Result, Solver, Span, State, Stats};

/// What the backward pass needs to know of a solve with events, but for the steps.
#[derive(Debug, Clone)]
pub(super) struct Timeline<Y> {
    /// The output times, reached or not.
    pub times: Vec<f64>,
    /// How many of them were reached.
    pub reached: usize,
    pub hits: Vec<Hit<Y>>,
    /// How the solution came to each hit.
    pub approaches: Vec<Approach<Y>>,
    pub pieces: Vec<Piece<Y>>,
}

/// From a start or a reset to the next reset or the end.
#[derive(Debug, Clone)]
pub(super) struct Piece<Y> {
    pub t0: f64,
    pub y0: Y,
    /// The outputs in it; one at the time of a reset is in the piece behind.
    outputs: Range<usize>,
    /// The hits that were only noted.
    noted: Vec<usize>,
    /// The hit whose reset ended it.
    pub end: Option<usize>,
}

impl<Y> Piece<Y> {
    fn new(t0: f64, y0: Y) -> Self {
        Self { t0, y0, outputs: 0..0, noted: Vec::new(), end: None }
    }
}

/// What is at a time inside a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mark {
    /// The start, which moves with the event that reset the state.
    Start,
    /// An output, by its place.
    Output(usize),
    /// A hit, by its place.
    Hit(usize),
}

impl<Y> Timeline<Y> {
    /// The initial state.
    pub fn start(&self) -> &Y {
        &self.pieces[0].y0
    }

    pub fn span(&self) -> Span {
        Span { t0: self.times[0], t1: self.times[self.times.len() - 1] }
    }

    /// The times of a piece and what is there, in the order of integration: first the start, which is an output in the first
    /// piece, and last the end.
    pub fn marks(&self, piece: &Piece<Y>) -> Vec<(f64, Mark)> {
        let direction = self.span().direction();
        let hit = |&i: &usize| (self.hits[i].t, Mark::Hit(i));
        let mut marks: Vec<_> = piece.noted.iter().map(hit).collect();
        marks.extend(piece.outputs.clone().map(|i| (self.times[i], Mark::Output(i))));
        marks.sort_by(|a, b| ((a.0 - b.0) * direction).total_cmp(&0.0));
        if piece.outputs.start > 0 || piece.outputs.is_empty() {
            marks.insert(0, (piece.t0, Mark::Start));
        }
        marks.extend(piece.end.as_ref().map(hit));
        marks
    }
}

impl<Y: Clone> Timeline<Y> {
    /// Gives the failure of one piece what is known of the whole solve, with the states `y` at the output times.
    pub fn add_to(&self, mut failure: Box<Failure<Y>>, y: &[Y]) -> Box<Failure<Y>> {
        failure.partial.t = self.times[..self.reached].to_vec();
        failure.partial.y = y.to_vec();
        failure.partial.hits.clone_from(&self.hits);
        failure
    }
}

/// Keeps of the steps, seen as they were before an event ended one early, what the way back over each piece needs.
pub(super) trait Keep<F: Dynamics, S: Solver<F>>: Observer<F, S> {
    /// Whether the computed steps are differentiated: velocities are those of the interpolant, and else of the field.
    const EXACT: bool;

    /// A piece starts.
    fn start(&mut self, t0: f64, y0: &F::State);
}

/// Nothing.
impl<F: Dynamics, S: Solver<F>> Keep<F, S> for () {
    const EXACT: bool = false;

    fn start(&mut self, _: f64, _: &F::State) {}
}

/// A forward pass: the timeline, the states at the outputs, what was kept of the steps, and the cost.
pub(super) struct Run<Y, K> {
    pub timeline: Timeline<Y>,
    pub y: Vec<Y>,
    pub kept: K,
    pub stats: Stats,
}

type RunResult<Y, K> = Result<Run<Y, K>, Box<Failure<Y>>>;

/// Solves with events.
pub(super) fn run<F, S, C, K>(
    problem: &Hybrid<'_, F>,
    (solver, control): (&S, &C),
    (output, mut keep): (Output, K),
    times: &[f64],
    y0: &F::State,
) -> RunResult<F::State, K>
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    K: Keep<F, S>,
{
    let events = problem.watch();
    let span = check_times(times)
        .and_then(|span| events.validate().map(|()| span))
        .map_err(|error| refuse(error, times, y0))?;
    keep.start(span.t0, y0);
    let recorder = Recorder { events, keep, approaches: Vec::new() };
    let (reached, y, recorder) = integrate((problem.field(), solver, control), (span, output, times), y0, recorder);
    let Recorder { events, keep: kept, approaches } = recorder;
    let hits = events.into_hits();
    match reached.outcome {
        Ok(stats) => {
            let pieces = cut(span, &times[..y.len()], y0, &hits);
            let timeline = Timeline { times: times.to_vec(), reached: y.len(), hits, approaches, pieces };
            Ok(Run { timeline, y, kept, stats })
        }
        Err(halt) => {
            let mut failure = Failure::new(halt, times, y, reached.y);
            failure.partial.hits = hits;
            Err(failure)
        }
    }
}

/// The pieces of a solve from `y0` with these hits, given the output times that were reached.
fn cut<Y: State>(span: Span, times: &[f64], y0: &Y, hits: &[Hit<Y>]) -> Vec<Piece<Y>> {
    let (mut done, mut piece) = (Vec::new(), Piece::new(span.t0, y0.clone()));
    for (i, hit) in hits.iter().enumerate() {
        let Some(after) = &hit.after else {
            piece.noted.push(i);
            continue;
        };
        let next = times.partition_point(|&time| span.is_after(hit.t, time));
        piece.outputs.end = next;
        piece.end = Some(i);
        done.push(std::mem::replace(&mut piece, Piece::new(hit.t, after.clone())));
        piece.outputs = next..next;
    }
    piece.outputs.end = times.len();
    done.push(piece);
    done
}

/// Watches for events, and notes how the solution comes to them.
struct Recorder<'a, Y, K> {
    events: Events<'a, Y>,
    keep: K,
    approaches: Vec<Approach<Y>>,
}

impl<Y: State, K> Recorder<'_, Y, K> {
    /// Notes the hits of a step, those from the `known`-th on.
    fn note<F, S>(&mut self, known: usize, step: &mut Step<'_, F, S>)
    where
        F: Dynamics<State = Y>,
        S: Dense<F>,
        K: Keep<F, S>,
    {
        // Behind a reset the solution leaves the step.
        let mut on_step = true;
        for hit in &self.events.hits()[known..] {
            let velocity = if on_step && K::EXACT { slope(step, hit.t) } else { field_at(step, hit) };
            self.approaches.push(Approach::new(velocity, hit, self.events.function(hit.event), step));
            if let Some(after) = &hit.after {
                on_step = false;
                self.keep.start(hit.t, after);
            }
        }
    }
}

impl<F: Dynamics, S: Dense<F>, K: Keep<F, S>> Observer<F, S> for Recorder<'_, F::State, K> {
    fn observe(&mut self, mut step: Step<'_, F, S>) -> Result<Flow<F::State>> {
        let known = self.events.hits().len();
        let _ = self.keep.observe(Step { workspace: &mut *step.workspace, ..step })?;
        let flow = self.events.observe(Step { workspace: &mut *step.workspace, ..step })?;
        self.note(known, &mut step);
        Ok(flow)
    }
}
