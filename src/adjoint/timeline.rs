//! A solve cut into pieces at the resets of its state and at the jumps of its field.

use std::ops::Range;

use super::approach::Approach;
use crate::integrate::{Piece as Segment, Pieces as Segments};
use crate::solution::{Ending, EventRecord, Outputs};
use crate::state::Span;

/// The data of a solve for the backward pass, without its steps.
#[derive(Debug, Clone)]
pub(super) struct Timeline<Y> {
    pub span: Span,
    /// The initial state.
    pub start: Y,
    /// The output times asked for, reached or not; empty if only the end is an output.
    pub times: Vec<f64>,
    /// Whether the only output is the end.
    pub keeps_end: bool,
    /// How many of the output times were reached.
    pub reached: usize,
    /// The states there, for an adjoint that needs them.
    pub y: Vec<Y>,
    /// The declared jumps, in the order they were declared.
    pub jumps: Vec<f64>,
    /// The parts of the span from jump to jump.
    pub segments: Segments,
    pub pieces: Vec<Piece>,
    /// The first and the last state of each piece, for an adjoint that needs them.
    pub ends: Vec<(Y, Y)>,
    pub hits: Vec<EventRecord<Y>>,
    /// The last step before each hit.
    pub approaches: Vec<Approach<Y>>,
    pub ending: Ending,
}

/// A part of a solve with continuous state and field.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The time at which it starts.
    pub t0: f64,
    pub begin: Begin,
    pub finish: Finish,
    /// The index of its segment.
    pub segment: usize,
    /// The outputs in it. An output at a reset is in the later piece, an output at a jump in the earlier one.
    pub outputs: Range<usize>,
    /// The hits that left the state unchanged.
    pub noted: Range<usize>,
}

/// The start of a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Begin {
    /// The start of the span.
    Span,
    /// A jump of the field.
    Jump,
    /// A reset of the state.
    Reset,
}

/// The end of a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Finish {
    /// The end of the span.
    Span,
    /// A jump of the field.
    Jump,
    /// The hit that reset the state, by its index.
    Reset(usize),
    /// A terminal event.
    Stop,
}

impl Piece {
    pub(super) const fn new(t0: f64, begin: Begin, segment: usize, hits: usize) -> Self {
        Self { t0, begin, finish: Finish::Span, segment, outputs: 0..0, noted: hits..hits }
    }
}

impl<Y> Timeline<Y> {
    /// Starts at `start`, over `span`, with these outputs and jumps.
    pub(super) fn new(start: Y, span: Span, outputs: Outputs<'_>, jumps: &[f64], segments: Segments) -> Self {
        Self {
            span,
            start,
            times: outputs.times().to_vec(),
            keeps_end: outputs == Outputs::End,
            reached: 0,
            y: Vec::new(),
            jumps: jumps.to_vec(),
            segments,
            // Most solves have one piece.
            pieces: Vec::with_capacity(1),
            ends: Vec::new(),
            hits: Vec::new(),
            approaches: Vec::new(),
            ending: Ending::Span,
        }
    }

    /// The number of outputs, which is the number of their cotangents.
    pub(super) fn outputs(&self) -> usize {
        if self.keeps_end { 1 } else { self.reached }
    }

    pub(super) fn segment(&self, piece: &Piece) -> Segment {
        // Every piece lies in one segment.
        self.segments.get(piece.segment).unwrap_or_else(|| self.segments.first())
    }

    /// Whether the piece `index` is the first of its segment.
    pub(super) fn begins_segment(&self, index: usize) -> bool {
        index == 0 || self.pieces[index - 1].segment != self.pieces[index].segment
    }

    /// The end time of the piece `index`.
    pub(super) fn end_time(&self, index: usize) -> f64 {
        match self.pieces[index].finish {
            Finish::Reset(i) => self.hits[i].t,
            Finish::Stop => self.hits.last().map_or(self.span.t1, |hit| hit.t),
            Finish::Span | Finish::Jump => self.segment(&self.pieces[index]).outer.t1,
        }
    }

    /// Assigns the first `reached` outputs to the pieces.
    pub(super) fn place_outputs(&mut self, reached: usize) {
        self.reached = reached;
        let (span, times) = (self.span, &self.times[..reached]);
        let mut next = 0;
        for index in 0..self.pieces.len() {
            let passed = match self.pieces[index].finish {
                Finish::Span | Finish::Stop => reached,
                Finish::Jump => {
                    let jump = self.end_time(index);
                    times.partition_point(|&time| !span.is_after(time, jump))
                }
                Finish::Reset(i) => times.partition_point(|&time| span.is_after(self.hits[i].t, time)),
            };
            // A jump may coincide with a reset, whose outputs belong to the later piece.
            let passed = passed.max(next);
            self.pieces[index].outputs = next..passed;
            next = passed;
        }
    }
}

/// The time nearest to `t` at which the field belongs to `segment`.
pub(super) fn clamp(segment: Segment, t: f64) -> f64 {
    let Span { t0, t1 } = segment.inner;
    t.clamp(t0.min(t1), t0.max(t1))
}
