//! The forward pass of every adjoint.

use super::approach::{Approach, velocity};
use super::problem::Problem;
use super::timeline::{Begin, Finish, Piece, Timeline};
use super::{Forward, ForwardResult};
use crate::control::Controller;
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::{Error, Result};
use crate::integrate::{Integration, Observer, Pieces as Segments, Reached, Stats, Step, StepAction, Termination};
use crate::solution::{Ending, Events, Failure, Interpolated, check_outputs};
use crate::solver::{Dense, Solver};
use crate::state::{Span, State};

/// The storage of an adjoint for the steps, piece by piece.
pub(super) trait Keep<F: Dynamics, S: Solver<F>> {
    /// Whether the adjoint differentiates the computed steps. If so, velocities are derivatives of the interpolant. If
    /// not, they are values of the field, and the states at the outputs and at the ends of pieces are recorded.
    const EXACT: bool;

    /// Starts a piece at `t0`. If it is known to be the only one of its segment, `span` is the segment.
    fn start(&mut self, t0: f64, y0: &F::State, span: Option<Span>) {
        let _ = (t0, y0, span);
    }

    /// Takes a step of this piece.
    fn step(&mut self, seen: Seen<'_, F, S>) -> Result<()> {
        let _ = seen;
        Ok(())
    }
}

/// Keeps nothing.
impl<F: Dynamics, S: Solver<F>> Keep<F, S> for () {
    const EXACT: bool = false;
}

/// An accepted step, before an event cuts it.
pub(super) struct Seen<'a, F: Dynamics, S: Solver<F>> {
    pub step: Step<'a, F, S>,
    /// The time and the state at which an event cut the step.
    pub cut: Option<(f64, &'a F::State)>,
    /// Whether it is the last of its piece.
    pub is_last: bool,
}

/// The forward pass of an adjoint. The record is made of the timeline and the storage `keep`.
pub(super) fn record<F, S, C, K, R>(
    problem: &Problem<'_, F, S, C>,
    y0: &F::State,
    keep: K,
    into_record: impl FnOnce(Timeline<F::State>, K) -> R,
) -> ForwardResult<F::State, R>
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    K: Keep<F, S>,
{
    let Problem { field, solver, control, span, outputs, jumps, .. } = *problem;
    let (times, stops) = (outputs.times(), outputs.stops::<F, S>());
    let events = problem.watch();
    let checked = problem.check().and_then(|()| events.validate());
    let segments = match checked.and_then(|()| Segments::new(field, span, jumps)) {
        Ok(segments) => segments,
        Err(error) => return Err(refuse(error, span.t0, y0)),
    };
    let timeline = Timeline::new(y0.clone(), span, outputs, jumps, segments);
    let recorder = Recorder::new::<F, S>(timeline, events, keep);
    let mut watching = (recorder, Interpolated::new(times, span.t0, y0));
    let integration = Integration { field, solver, control, span, stops, jumps };
    let reached = integration.run(y0.clone(), solver.workspace(field, y0), &mut watching);
    let (recorder, Interpolated { y, .. }) = watching;
    let Reached { t: end, y: last, stopped, stiffness, outcome, .. } = reached;
    let Recorder { mut timeline, events, keep, .. } = recorder;
    let ending = match events.stopped_by() {
        Some(event) if stopped => Ending::Event(event),
        _ => Ending::Span,
    };
    let hits = events.into_hits();
    let outcome = match (outcome, check_outputs(span, times, y.len(), end)) {
        (Ok(stats), Err(error)) => Err(Termination { error, t: end, stats }),
        (outcome, _) => outcome,
    };
    let reached = y.len();
    let y = if timeline.keeps_end { vec![last.clone()] } else { y };
    let stats = match outcome {
        Ok(stats) => stats,
        Err(halt) => {
            let at_end = [end];
            let mut failure = Failure::new(halt, if timeline.keeps_end { &at_end } else { times }, y, last);
            failure.partial.hits = hits;
            failure.partial.stiffness = stiffness;
            return Err(failure);
        }
    };
    timeline.hits.clone_from(&hits);
    timeline.ending = ending;
    timeline.place_outputs(reached);
    if !K::EXACT && !timeline.keeps_end {
        timeline.y.clone_from(&y);
    }
    Ok(Forward { y, hits, end, ending, record: into_record(timeline, keep), stats, stiffness })
}

/// The failure of a solve with invalid arguments.
pub(super) fn refuse<Y: State>(error: Error, t: f64, y0: &Y) -> Box<Failure<Y>> {
    Failure::new(Termination { error, t, stats: Stats::default() }, &[], Vec::new(), y0.clone())
}

/// Watches for events, records the last step before each, and cuts the solve into pieces.
struct Recorder<'a, Y, K> {
    timeline: Timeline<Y>,
    events: Events<'a, Y>,
    keep: K,
    /// The end of the current segment.
    segment_end: f64,
}

impl<'a, Y: State, K> Recorder<'a, Y, K> {
    fn new<F, S>(timeline: Timeline<Y>, events: Events<'a, Y>, keep: K) -> Self
    where
        F: Dynamics<State = Y>,
        S: Solver<F>,
        K: Keep<F, S>,
    {
        let first = timeline.segments.first();
        // An event would add steps to the expected number.
        let alone = events.is_empty().then_some(first.inner);
        let start = timeline.start.clone();
        let mut recorder = Self { timeline, events, keep, segment_end: first.outer.t1 };
        recorder.start::<F, S>(Piece::new(recorder.timeline.span.t0, Begin::Span, 0, 0), &start, alone);
        recorder
    }

    /// Begins a piece.
    fn start<F, S>(&mut self, piece: Piece, y0: &Y, alone: Option<Span>)
    where
        F: Dynamics<State = Y>,
        S: Solver<F>,
        K: Keep<F, S>,
    {
        self.keep.start(piece.t0, y0, alone);
        if !K::EXACT {
            self.timeline.ends.push((y0.clone(), y0.clone()));
        }
        self.timeline.pieces.push(piece);
    }

    /// Handles the start of a step, which may be a jump of the field.
    #[cold]
    fn cross_jump<F, S>(&mut self, t: f64, y: &Y)
    where
        F: Dynamics<State = Y>,
        S: Solver<F>,
        K: Keep<F, S>,
    {
        let span = self.timeline.span;
        let Some(mut piece) = self.timeline.pieces.pop() else { return };
        let mut number = piece.segment;
        while let Some(segment) = self.timeline.segments.get(number + 1).filter(|s| !span.is_after(s.outer.t0, t)) {
            number += 1;
            self.segment_end = segment.outer.t1;
        }
        if number == piece.segment || (piece.begin == Begin::Reset && piece.t0 == t) {
            // The state was reset at the jump, before any step.
            piece.segment = number;
            self.timeline.pieces.push(piece);
            return;
        }
        piece.finish = Finish::Jump;
        let hits = piece.noted.end;
        self.timeline.pieces.push(piece);
        let alone = self.timeline.segments.get(number).filter(|_| self.events.is_empty()).map(|s| s.inner);
        self.start::<F, S>(Piece::new(t, Begin::Jump, number, hits), y, alone);
    }

    /// Records the hits of a step, from the `known`-th on.
    fn note<F, S>(&mut self, known: usize, step: &mut Step<'_, F, S>)
    where
        F: Dynamics<State = Y>,
        S: Dense<F>,
        K: Keep<F, S>,
    {
        // After a reset the solution leaves the step.
        let mut on_step = true;
        for i in known..self.events.hits().len() {
            let hit = &self.events.hits()[i];
            let velocity = velocity(step, hit, on_step && K::EXACT);
            let approach = Approach::new(velocity, hit, self.events.function(hit.event), step);
            self.timeline.approaches.push(approach);
            let Some(piece) = self.timeline.pieces.last_mut() else { return };
            if let Some(after) = hit.after.clone() {
                piece.finish = Finish::Reset(i);
                let behind = Piece::new(hit.t, Begin::Reset, piece.segment, i + 1);
                on_step = false;
                self.start::<F, S>(behind, &after, None);
            } else {
                piece.noted.end = i + 1;
            }
        }
        if self.events.stopped_by().is_some()
            && let Some(piece) = self.timeline.pieces.last_mut()
        {
            piece.finish = Finish::Stop;
        }
    }
}

impl<F: Dynamics, S: Dense<F>, K: Keep<F, S>> Observer<F, S> for Recorder<'_, F::State, K> {
    #[inline]
    fn observe(&mut self, mut step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        if !self.timeline.span.is_after(self.segment_end, step.t0) {
            self.cross_jump::<F, S>(step.t0, step.y0);
        }
        let known = self.events.hits().len();
        let flow = if self.events.is_empty() {
            StepAction::On
        } else {
            self.events.observe(Step { workspace: &mut *step.workspace, ..step })?
        };
        let cut = match &flow {
            StepAction::Stop { t, before, .. } | StepAction::Jump { t, before, .. } => Some((*t, before)),
            StepAction::On | StepAction::Pause => None,
        };
        let is_last = cut.is_some() || step.t1 == self.segment_end;
        if !K::EXACT
            && is_last
            && let Some((_, end)) = self.timeline.ends.last_mut()
        {
            end.clone_from(cut.map_or(step.y1, |(_, y)| y));
        }
        if !step.is_still() {
            self.keep.step(Seen { step: Step { workspace: &mut *step.workspace, ..step }, cut, is_last })?;
        }
        if self.events.hits().len() > known {
            self.note::<F, S>(known, &mut step);
        }
        Ok(flow)
    }
}
