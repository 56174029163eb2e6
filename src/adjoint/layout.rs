//! The grid of a segment, and the dependence of its points on the ends and output times.

use super::pull_back::Incoming;
use super::timeline::{Begin, Timeline};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::integrate::Piece as Segment;
use crate::solver::Solver;
use crate::state::Span;

/// The grids of the pieces of a segment, from the last to the first, with their cotangents.
pub(super) struct Layout<'a> {
    span: Span,
    /// The output times that the solve landed on.
    landed: &'a [f64],
    parts: Vec<Part<'a>>,
}

/// The points of a piece. A start at an event is not one of them.
struct Part<'a> {
    points: &'a [f64],
    bars: Vec<f64>,
    skip: usize,
}

impl Part<'_> {
    /// The points with their cotangents.
    fn iter(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> {
        self.points.iter().copied().zip(self.bars.iter().copied()).skip(self.skip)
    }
}

impl<'a> Layout<'a> {
    /// For a solve that did or did not land on its output times.
    pub fn new<Y>(timeline: &'a Timeline<Y>, landing: bool) -> Self {
        let landed = if landing { &timeline.times[..] } else { &[] };
        Self { span: timeline.span, landed, parts: Vec::new() }
    }

    /// Adds the grid of an earlier piece. The cotangent of an inner point that lies at an output time goes to that
    /// time.
    pub fn add<Y>(&mut self, incoming: &Incoming<'_, Y>, (points, mut bars): (&'a [f64], Vec<f64>), times: &mut [f64]) {
        let end = incoming.segment.inner.t1;
        if !self.landed.is_empty() {
            for (&point, bar) in points.iter().zip(&mut bars).skip(1).filter(|(point, _)| **point != end) {
                // Of equal times, the last.
                let passed = self.landed.partition_point(|&time| !self.span.is_after(time, point));
                if let Some(i) = passed.checked_sub(1).filter(|&i| self.landed[i] == point) {
                    times[i] += std::mem::take(bar);
                }
            }
        }
        let skip = usize::from(incoming.piece.begin == Begin::Reset && !incoming.begins_segment);
        self.parts.push(Part { points, bars, skip });
    }

    /// The derivatives with respect to the ends of `segment`, once its first piece has been added. Clears the grids for
    /// the segment before.
    pub fn pull_back<F, S, C>(&mut self, control: &C, segment: Segment) -> (f64, f64)
    where
        F: Dynamics,
        S: Solver<F>,
        C: Controller<F, S>,
    {
        let parts = std::mem::take(&mut self.parts);
        let end = segment.inner.t1;
        match &parts[..] {
            // Without a step there is no grid to pull back.
            [Part { points: [_], bars, .. }] => return (bars[0], 0.0),
            [Part { points: [.., last], bars, .. }] if *last == end => {
                return control.pull_back_grid(parts[0].points, bars);
            }
            _ => {}
        }
        // The end of the last step follows the end of the segment.
        let (mut points, mut bars) = (Vec::new(), Vec::new());
        let mut end_bar = 0.0;
        for (point, bar) in parts.iter().rev().flat_map(Part::iter) {
            if point == end {
                end_bar += bar;
            } else {
                points.push(point);
                bars.push(bar);
            }
        }
        if points.is_empty() {
            return (end_bar, 0.0);
        }
        points.push(end);
        bars.push(end_bar);
        control.pull_back_grid(&points, &bars)
    }
}
