//! The pieces of a solve between the jumps of the field.

use super::{Course, Integration, Observer, Progress, Step, StepAction};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::Solver;
use crate::state::Span;

/// A part of a solve in which the field does not jump.
///
/// The method steps over `inner`. It ends a rounding error before a jump and starts a rounding error after one, so no
/// stage is evaluated at the jump or on the other side. An observer sees `outer`: its steps start and end at the jumps,
/// and each starts at the end of the last one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Piece {
    /// From jump to jump.
    pub outer: Span,
    /// The part of it that the method steps over; empty if it has no room for a step.
    pub inner: Span,
}

impl Piece {
    /// The start of a step from the solution at `t`.
    pub(crate) fn enter(&self, whole: Span, t: f64) -> f64 {
        if whole.is_after(self.inner.t0, t) { self.inner.t0 } else { t }
    }

    /// The last landing of this piece on the way to `to`, which lies in the piece.
    pub(crate) fn landing(&self, whole: Span, to: f64) -> Landing {
        let computed = if whole.is_after(to, self.inner.t1) { self.inner.t1 } else { to };
        Landing { computed, time: to }
    }
}

/// A time that the loop must land on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Landing {
    /// The end of the last step before it: the time itself, or a rounding error before a jump.
    pub computed: f64,
    /// The time.
    pub time: f64,
}

/// The pieces of a solve, in the order of integration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pieces {
    span: Span,
    /// The jumps from the start to the end of the span, both included.
    jumps: Vec<f64>,
}

impl Pieces {
    /// The pieces of `span` between the jumps of `field` and the `declared` ones, which may be in any order.
    ///
    /// # Errors
    /// A time that is not a number.
    pub(crate) fn new<F: Dynamics>(field: &F, span: Span, declared: &[f64]) -> Result<Self> {
        Self::between_jumps(span, [("field.jumps", field.jumps()), ("jumps", declared)])
    }

    fn between_jumps(span: Span, lists: [(&'static str, &[f64]); 2]) -> Result<Self> {
        for (name, times) in lists {
            if let Some(index) = times.iter().position(|time| time.is_nan()) {
                return Err(Error::InvalidEntry { name, index, value: times[index], expected: "a number" });
            }
        }
        let inside = |&t: &f64| !span.is_after(span.t0, t) && !span.is_after(t, span.t1);
        let mut jumps: Vec<f64> = lists.iter().flat_map(|(_, times)| *times).copied().filter(inside).collect();
        jumps.sort_by(|a, b| (span.direction() * a).total_cmp(&(span.direction() * b)));
        jumps.dedup();
        Ok(Self { span, jumps })
    }

    /// The piece with the number `index`, from 0.
    pub(crate) fn get(&self, index: usize) -> Option<Piece> {
        (index <= self.between().len()).then(|| self.piece(index))
    }

    /// The first piece, which always exists.
    pub(crate) fn first(&self) -> Piece {
        self.piece(0)
    }

    /// The jumps inside the span.
    fn between(&self) -> &[f64] {
        let Span { t0, t1 } = self.span;
        // A jump at the start has no piece before it, a jump at the end none after it.
        let start = usize::from(self.jumps.first() == Some(&t0));
        let end = self.jumps.len() - usize::from(self.jumps.last() == Some(&t1));
        &self.jumps[start.min(end)..end]
    }

    fn piece(&self, index: usize) -> Piece {
        let (span, between) = (self.span, self.between());
        let before = index.checked_sub(1).and_then(|i| between.get(i));
        let behind = between.get(index);
        let outer = Span { t0: *before.unwrap_or(&span.t0), t1: *behind.unwrap_or(&span.t1) };
        let jumps = (
            before.is_some() || self.jumps.first() == Some(&span.t0),
            behind.is_some() || self.jumps.last() == Some(&span.t1),
        );
        Piece { outer, inner: inside(outer, span.direction(), jumps) }
    }
}

/// The part of `outer` that the method steps over, if the field jumps at its start, its end or both.
fn inside(outer: Span, direction: f64, (after_jump, before_jump): (bool, bool)) -> Span {
    if !after_jump && !before_jump {
        return outer;
    }
    let guard = direction * distance_from_jump(outer);
    let t0 = if after_jump { outer.t0 + guard } else { outer.t0 };
    let t1 = if before_jump { outer.t1 - guard } else { outer.t1 };
    // Shorter steps vanish in the rounding of time.
    let least = f64::MIN_POSITIVE.max(16.0 * f64::EPSILON * t0.abs().max(t1.abs()));
    if (t1 - t0) * direction < least { Span { t0: outer.t0, t1: outer.t0 } } else { Span { t0, t1 } }
}

/// A negligible distance, but such that `t + (before − t)` is on this side of the jump at the end for every `t` of the
/// piece, and `(t + h) − h` on this side of the jump at the start for every step `h`.
///
/// The length of a step is rounded by half a unit in the last place of twice the larger time, and the sum by half a
/// unit of the result: together less than two units of the larger one.
fn distance_from_jump(outer: Span) -> f64 {
    2.0 * f64::EPSILON * outer.t0.abs().max(outer.t1.abs()).max(f64::MIN_POSITIVE / f64::EPSILON)
}

impl<F, S, C> Integration<'_, F, S, C>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    /// The landings in a piece on the way from `from` to `to`: the stops, and `to` itself.
    pub(crate) fn landings(&self, piece: Piece, (from, to): (f64, f64)) -> impl Iterator<Item = Landing> {
        let whole = self.span;
        let last = piece.landing(whole, to);
        let passed = self.stops.partition_point(|&stop| !whole.is_after(stop, from));
        let stops = &self.stops[passed..];
        let before = stops.partition_point(|&stop| whole.is_after(last.computed, stop));
        stops[..before].iter().map(|&stop| Landing { computed: stop, time: stop }).chain([last])
    }

    /// Shows the observer the rest of a piece up to `to`, which is too short for a step. The state is constant there,
    /// unless the observer changes it.
    #[cold]
    pub(crate) fn stand_still<O: Observer<F, S>>(
        &self,
        at: &mut Progress<F::State, S::Workspace>,
        to: f64,
        observer: &mut O,
    ) -> Result<Course> {
        let Self { field, solver, .. } = *self;
        while self.span.is_after(to, at.t) {
            let (t0, y) = (at.t, at.y.clone());
            let computed = Span { t0, t1: t0 };
            let workspace = &mut at.workspace;
            let step = Step { field, solver, workspace, t0, t1: to, h: 0.0, computed, y0: &y, y1: &y, next: &y };
            match observer.observe(step)? {
                StepAction::On | StepAction::Pause => at.t = to,
                StepAction::Jump { t, after, .. } => at.move_to(to, t, after)?,
                StepAction::Stop { t, after, .. } => {
                    at.move_to(to, t, after)?;
                    return Ok(Course::Stopped);
                }
            }
        }
        Ok(Course::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of the jumps belongs to the field, the others are declared.
    fn pieces(span: (f64, f64), jumps: &[f64]) -> Vec<Piece> {
        let (of_field, declared) = jumps.split_at(jumps.len().min(1));
        let pieces = Pieces::between_jumps(span.into(), [("field", of_field), ("declared", declared)]).unwrap();
        (0..).map_while(|i| pieces.get(i)).collect()
    }

    #[test]
    fn without_jumps_there_is_one_piece() {
        for span in [(0.0, 1.0), (1.0, 0.0), (2.0, 2.0)] {
            let span = Span::from(span);
            assert_eq!(pieces((span.t0, span.t1), &[]), [Piece { outer: span, inner: span }]);
            assert_eq!(pieces((span.t0, span.t1), &[5.0, -5.0]), [Piece { outer: span, inner: span }]);
        }
    }

    /// For any jumps, the pieces cover the span without gaps, and no inner part touches a jump.
    #[test]
    fn pieces_follow_one_another_and_keep_their_distance() {
        let (up, down) = (f64::next_up, f64::next_down);
        for (t0, t1) in [(0.0, 1.0), (1.0, 0.0), (-1e4, 1.0), (3.0, -1e-3)] {
            for jumps in [
                vec![t0],
                vec![t1],
                vec![up(t0), down(t0), up(t1), down(t1)],
                vec![0.5, up(0.5), up(up(0.5)), down(0.5)],
                vec![t1, 0.5, t0, 0.0, 0.5],
            ] {
                let pieces = pieces((t0, t1), &jumps);
                assert_eq!((pieces[0].outer.t0, pieces.last().unwrap().outer.t1), (t0, t1));
                assert!(pieces.windows(2).all(|pair| pair[0].outer.t1 == pair[1].outer.t0));
                for piece in &pieces {
                    let inner = piece.inner;
                    let (low, high) = (inner.t0.min(inner.t1), inner.t0.max(inner.t1));
                    assert!(jumps.iter().all(|&jump| low == high || jump < low || jump > high), "{piece:?} {jumps:?}");
                }
            }
        }
    }
}
