//! The backward pass over the pieces of a solve, and across its events and jumps.

use std::iter::repeat_n;
use std::ops::Range;

use super::Pullback;
use super::cotangents::CotangentsRef;
use super::finite::{check_cotangents, check_params};
use super::problem::Problem;
use super::saltation::{Saltation, StartCotangent};
use super::timeline::{Begin, Finish, Piece, Timeline};
use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::integrate::{Piece as Segment, Stats};
use crate::state::{Span, State};

/// The input of the backward pass over one piece.
pub(super) struct Incoming<'a, Y> {
    /// The number of the piece.
    pub index: usize,
    pub piece: &'a Piece,
    pub segment: Segment,
    /// Whether it is the first piece of its segment, and so the last to be pulled back.
    pub begins_segment: bool,
    /// Whether the loss may depend on the state at its end.
    pub end_matters: bool,
    /// The outputs and hits inside the piece, in the order of integration; an event that ended the piece comes last.
    pub marks: Vec<Mark<'a, Y>>,
}

/// A state inside a piece that the loss depends on.
#[derive(Debug)]
pub(super) struct Mark<'a, Y> {
    pub t: f64,
    pub cotangent: &'a Y,
    pub place: Place,
}

/// The kind of a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// An output, by its number.
    Output(usize),
    /// A hit, by its number.
    EventRecord(usize),
}

/// The result of the backward pass over one piece.
pub(super) struct Swept<Y> {
    /// The cotangent of the state at its start.
    pub y: Y,
    /// The cotangent of the time of its start, with the state held constant.
    pub start: f64,
    /// The cotangent of the end of its segment.
    pub end: f64,
    /// The cotangents of the times of the marks.
    pub marks: Vec<f64>,
}

/// The backward pass of an adjoint over one piece.
pub(super) trait WayBack<F: Differentiable> {
    /// Pulls cotangents back over a piece. `end` is the cotangent of the state at its end, zero if an event ended it.
    /// Further derivatives with respect to output times are added to `times_bar`.
    fn over(
        &mut self,
        incoming: &Incoming<'_, F::State>,
        end: F::State,
        times_bar: &mut [f64],
        pbar: &mut F::Params,
    ) -> Result<Swept<F::State>>;

    /// The cost so far.
    fn stats(&self) -> Stats;

    /// The largest relative distance of a reconstructed state from the forward pass so far; zero where none is reconstructed.
    fn drift(&self) -> f64 {
        0.0
    }
}

/// Pulls cotangents back over all pieces. The caller fills in the statistics and the drift.
pub(super) fn pull_back<F: Differentiable, S, C>(
    problem: &Problem<'_, F, S, C>,
    timeline: &Timeline<F::State>,
    cotangents: CotangentsRef<'_, F::State>,
    pbar: &mut F::Params,
    mut way: impl WayBack<F>,
) -> Result<Pullback<F::State>> {
    check(timeline, cotangents)?;
    check_params(problem.field, pbar)?;
    let mut saltation = Saltation::new(problem, timeline, cotangents);
    let mut bars = TimeBars::new(timeline);
    let mut following = StartCotangent { y: timeline.start.zeros_like(), t: 0.0 };
    // Whether the loss may depend on the later pieces. A zero cotangent does not settle it: dual numbers may carry
    // derivatives.
    let mut matters = false;
    for (index, piece) in timeline.pieces.iter().enumerate().rev() {
        let StartCotangent { y: mut end, t } = following;
        let mut behind = None;
        if let Finish::Reset(_) = piece.finish {
            let zero = end.zeros_like();
            behind = Some(StartCotangent { y: std::mem::replace(&mut end, zero), t });
        }
        let sides = Sides::new(timeline, piece);
        for cotangent in sides.at_end.clone().map(|i| &cotangents.y[i]) {
            end.add_scaled(1.0, cotangent);
        }
        let end_matters = !sides.at_end.is_empty() || (matters && piece.finish == Finish::Jump);
        let across = across_hits(&mut saltation, piece, behind, pbar)?;
        let incoming = Incoming {
            index,
            piece,
            segment: timeline.segment(piece),
            begins_segment: timeline.begins_segment(index),
            end_matters,
            marks: marks(timeline, cotangents, sides.inside.clone(), &across),
        };
        matters = end_matters || !incoming.marks.is_empty();
        let mut swept = if matters {
            way.over(&incoming, end, &mut bars.times, pbar)?
        } else {
            // The state after a terminal event may have no derivative.
            Swept { y: end, start: 0.0, end: 0.0, marks: Vec::new() }
        };
        for (mark, bar) in incoming.marks.iter().zip(&swept.marks) {
            // A hit moves with the solution; its cotangent includes this already.
            if let Place::Output(i) = mark.place {
                bars.times[i] += bar;
            }
        }
        bars.add_at_end(timeline, piece, swept.end);
        for cotangent in &cotangents.y[sides.at_start] {
            swept.y.add_scaled(1.0, cotangent);
        }
        let mut t = 0.0;
        match piece.begin {
            Begin::Span => bars.t0 += swept.start,
            Begin::Jump => bars.add_at_jump(timeline, piece.t0, swept.start),
            Begin::Reset => t = swept.start,
        }
        following = StartCotangent { y: swept.y, t };
    }
    bars.move_with_ends(timeline);
    let TimeBars { times, t0, t1, jumps } = bars;
    let back = Pullback { y0: following.y, times, t0, t1, jumps, stats: way.stats(), drift: way.drift() };
    back.checked(&timeline.start, pbar)
}

/// Checks the number and the shape of the cotangents.
fn check<Y: State>(timeline: &Timeline<Y>, CotangentsRef { y, hits }: CotangentsRef<'_, Y>) -> Result<()> {
    check_cotangents("cotangents", y, repeat_n(&timeline.start, timeline.outputs()))?;
    let Some(hits) = hits else { return Ok(()) };
    let hits: Vec<_> = hits.iter().map(|hit| (hit.t, hit.before.clone(), hit.after.clone())).collect();
    let like = (0.0, timeline.start.clone(), timeline.start.clone());
    check_cotangents("cotangents.hits", &hits, repeat_n(&like, timeline.hits.len()))
}

/// The outputs of a piece: those at the ends of the span, which move with them, and the inner ones.
struct Sides {
    at_start: Range<usize>,
    inside: Range<usize>,
    at_end: Range<usize>,
}

impl Sides {
    fn new<Y>(timeline: &Timeline<Y>, piece: &Piece) -> Self {
        let (span, times) = (timeline.span, &timeline.times);
        let (mut first, mut last) = (piece.outputs.start, piece.outputs.end);
        if piece.finish == Finish::Span {
            // The only output may be the end itself.
            if timeline.keeps_end {
                return Self { at_start: 0..0, inside: 0..0, at_end: 0..1 };
            }
            last = first + times[first..last].partition_point(|&time| span.is_after(span.t1, time));
        }
        if piece.begin == Begin::Span {
            first += times[first..last].partition_point(|&time| time == span.t0);
        }
        let Range { start, end } = piece.outputs;
        Self { at_start: start..first, inside: first..last, at_end: last..end }
    }
}

/// The cotangents of the solution before each hit of a piece. `behind` is the cotangent at the start of the next piece, if
/// the last hit reset the state.
fn across_hits<F: Differentiable>(
    saltation: &mut Saltation<'_, F>,
    piece: &Piece,
    mut behind: Option<StartCotangent<F::State>>,
    pbar: &mut F::Params,
) -> Result<Vec<(usize, F::State)>> {
    let reset = if let Finish::Reset(i) = piece.finish { Some(i) } else { None };
    let hits = piece.noted.clone().chain(reset);
    hits.map(|i| {
        let behind = if reset == Some(i) { behind.take() } else { None };
        Ok((i, saltation.across(i, behind, pbar)?))
    })
    .collect()
}

/// The marks of a piece, given its outputs and its hits.
fn marks<'a, Y>(
    timeline: &Timeline<Y>,
    cotangents: CotangentsRef<'a, Y>,
    outputs: Range<usize>,
    hits: &'a [(usize, Y)],
) -> Vec<Mark<'a, Y>> {
    let mut marks = Vec::with_capacity(outputs.len() + hits.len());
    let mut next = outputs.start;
    for (i, cotangent) in hits {
        let t = timeline.hits[*i].t;
        let before = timeline.times[next..outputs.end].partition_point(|&time| timeline.span.is_after(t, time));
        marks.extend((next..next + before).map(|i| Mark::of_output(timeline, cotangents, i)));
        next += before;
        marks.push(Mark { t, cotangent, place: Place::EventRecord(*i) });
    }
    marks.extend((next..outputs.end).map(|i| Mark::of_output(timeline, cotangents, i)));
    marks
}

impl<'a, Y> Mark<'a, Y> {
    fn of_output(timeline: &Timeline<Y>, cotangents: CotangentsRef<'a, Y>, i: usize) -> Self {
        Self { t: timeline.times[i], cotangent: &cotangents.y[i], place: Place::Output(i) }
    }
}

/// The derivatives with respect to all times.
struct TimeBars {
    times: Vec<f64>,
    t0: f64,
    t1: f64,
    jumps: Vec<f64>,
}

impl TimeBars {
    fn new<Y>(timeline: &Timeline<Y>) -> Self {
        Self { times: vec![0.0; timeline.times.len()], t0: 0.0, t1: 0.0, jumps: vec![0.0; timeline.jumps.len()] }
    }

    /// Adds the derivative with respect to a jump, to every entry of this time.
    fn add_at_jump<Y>(&mut self, timeline: &Timeline<Y>, jump: f64, bar: f64) {
        for (time, sum) in timeline.jumps.iter().zip(&mut self.jumps) {
            if *time == jump {
                *sum += bar;
            }
        }
    }

    /// Adds the derivative with respect to the end of the segment of `piece`.
    fn add_at_end<Y>(&mut self, timeline: &Timeline<Y>, piece: &Piece, bar: f64) {
        let end = timeline.segment(piece).outer.t1;
        if end == timeline.span.t1 {
            self.t1 += bar;
        } else {
            self.add_at_jump(timeline, end, bar);
        }
    }

    /// Adds the derivatives of outputs at the ends of the span to the derivatives of these ends.
    fn move_with_ends<Y>(&mut self, timeline: &Timeline<Y>) {
        let Span { t0, t1 } = timeline.span;
        let sum = |bars: &[f64], end: f64| -> f64 {
            timeline.times.iter().zip(bars).filter(|(time, _)| **time == end).map(|(_, bar)| bar).sum()
        };
        self.t1 += sum(&self.times, t1);
        self.t0 += if t0 == t1 { 0.0 } else { sum(&self.times, t0) };
        for (&time, bar) in timeline.times.iter().zip(&mut self.times) {
            if time == t1 {
                *bar = self.t1;
            } else if time == t0 {
                *bar = self.t0;
            }
        }
    }
}
