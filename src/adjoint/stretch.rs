//! The backward pass of the continuous adjoints over one piece of a solve, from each output time to the one before.

use super::finite::on_the_way_back;
use super::pull_back::{Incoming, Place, Swept};
use super::timeline::{Timeline, clamp};
use crate::control::Controller;
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::Result;
use crate::integrate::{Integration, Observer, Stats};
use crate::solver::Solver;
use crate::state::{Span, State};

/// The actions of an adjoint at the output times, on the state `Z` of its equation.
pub(super) trait Landmarks<Z, Y> {
    /// The part of the state that the cotangents of outputs are added to.
    fn costate(state: &mut Z) -> &mut Y;

    /// Leaves the output time at which the forward pass was at `y`.
    fn depart(&mut self, state: &mut Z, y: &Y) {
        let _ = (state, y);
    }

    /// Comes to the output time `t`, at which the forward pass was at `y`.
    fn arrive(&mut self, state: &Z, t: f64, y: &Y) -> Result<()> {
        let _ = (state, t, y);
        Ok(())
    }
}

/// A piece of a solve for the backward pass, with the cotangent of the state at its end.
pub(super) struct Stretch<'a, F: Differentiable> {
    pub field: &'a F,
    pub timeline: &'a Timeline<F::State>,
    pub incoming: &'a Incoming<'a, F::State>,
    pub end: &'a F::State,
}

/// The end of an adjoint equation, at the start of a piece.
pub(super) struct Solved<Z> {
    /// Its last state. The costate, and every part linear in it, is in units of `unit`.
    pub(super) state: Z,
    /// The size of the cotangents.
    pub(super) unit: f64,
    /// The derivatives with respect to the times of the start, the end and the marks.
    times: (f64, f64, Vec<f64>),
    /// The cost.
    pub(super) stats: Stats,
}

impl<Z> Solved<Z> {
    /// The result of the backward pass; `costate` extracts the costate.
    pub(super) fn swept<Y: State>(self, costate: impl FnOnce(Z) -> Y) -> Swept<Y> {
        let (start, end, marks) = self.times;
        let mut y = costate(self.state);
        y.scale_by(self.unit);
        Swept { y, start, end, marks }
    }
}

/// The power of two next to the norm of the largest cotangent.
///
/// Dividing by it makes the costate of size 1, so the tolerances of the adjoint equation do not depend on the unit of
/// the loss.
fn unit_of<'a, Y: State + 'a>(cotangents: impl Iterator<Item = &'a Y>) -> f64 {
    let largest = cotangents.map(largest_coordinate).fold(0.0, f64::max);
    if largest > 0.0 { largest.log2().round().exp2().clamp(f64::MIN_POSITIVE, f64::MAX) } else { 1.0 }
}

fn largest_coordinate<Y: State>(x: &Y) -> f64 {
    x.coordinates().into_iter().map(f64::abs).fold(0.0, f64::max)
}

impl<F: Differentiable> Stretch<'_, F> {
    /// The state of the forward pass at a mark.
    fn state(&self, place: Place) -> &F::State {
        match place {
            Place::Output(i) => &self.timeline.y[i],
            Place::EventRecord(i) => &self.timeline.hits[i].before,
        }
    }

    /// The first and the last state of the piece.
    pub(super) fn ends(&self) -> &(F::State, F::State) {
        &self.timeline.ends[self.incoming.index]
    }

    /// The slope of the forward pass at `t`, taken on this piece's side of a jump.
    fn slope(&self, t: f64, y: &F::State, out: &mut F::State) {
        self.field.eval(clamp(self.incoming.segment, t), y, out);
    }

    /// Solves the adjoint equation backwards over the piece, from `state` at its end.
    pub(super) fn solve<G, S, C, T, O>(
        &self,
        (equation, solver, control): (&G, &S, &C),
        mut state: G::State,
        (landmarks, observer): (&mut T, &mut O),
    ) -> Result<Solved<G::State>>
    where
        G: Dynamics,
        S: Solver<G>,
        C: Controller<G, S>,
        T: Landmarks<G::State, F::State>,
        O: Observer<G, S>,
    {
        let Self { timeline, incoming, end, .. } = *self;
        let (y0, y1) = self.ends();
        let unit = unit_of(incoming.marks.iter().map(|mark| mark.cotangent).chain([end]));
        let mut slope = y0.zeros_like();
        let (mut end_bar, mut bars) = (0.0, vec![0.0; incoming.marks.len()]);
        let mut stats = Stats::default();
        if incoming.end_matters {
            self.slope(timeline.end_time(incoming.index), y1, &mut slope);
            end_bar = end.inner(&slope);
            stats.evaluations += 1;
        }
        let mut ws = solver.workspace(equation, &state);
        let mut t = timeline.end_time(incoming.index);
        landmarks.depart(&mut state, y1);
        T::costate(&mut state).add_scaled(1.0 / unit, end);
        for i in (0..=bars.len()).rev() {
            let mark = i.checked_sub(1).map(|i| &incoming.marks[i]);
            let (to, y) = mark.map_or((incoming.piece.t0, y0), |mark| (mark.t, self.state(mark.place)));
            if to != t {
                let span = Span { t0: t, t1: to };
                let integration =
                    Integration { field: equation, solver, control, span, stops: &[], jumps: &timeline.jumps };
                let reached = integration.run(state, ws, observer);
                (state, ws) = (reached.y, reached.workspace);
                stats += reached.outcome.map_err(|halt| on_the_way_back(halt.error, span))?;
                landmarks.arrive(&state, to, y)?;
                t = to;
            }
            let Some(mark) = mark else { break };
            landmarks.depart(&mut state, y);
            if let Place::Output(_) = mark.place {
                self.slope(t, y, &mut slope);
                bars[i - 1] = mark.cotangent.inner(&slope);
                stats.evaluations += 1;
            }
            T::costate(&mut state).add_scaled(1.0 / unit, mark.cotangent);
        }
        // Starting dt later moves the first state along the solution by −f dt.
        self.slope(t, y0, &mut slope);
        let start_bar = -unit * T::costate(&mut state).inner(&slope);
        stats.evaluations += 1;
        Ok(Solved { state, unit, times: (start_bar, end_bar, bars), stats })
    }
}
