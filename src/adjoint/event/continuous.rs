//! The adjoint equation from event to event.

use super::super::{Backsolve, Forward, Interpolating, Output, Pullback, Quadrature};
use super::pull_back::pull_back;
use super::timeline::{Run, Timeline, run};
use super::{EventAdjoint, EventCotangents, EventForward, EventForwardResult};
use crate::control::Controller;
use crate::{Adjoint, Dense, Differentiable, Error, Hybrid, Result, Stats};

/// An adjoint that solves the adjoint equation, and so can be used piece by piece: its gradient is that of the exact solution
/// up to a tolerance, wherever its solve ends.
pub trait ContinuousAdjoint {}

impl<S, C> ContinuousAdjoint for Backsolve<S, C> {}
impl<S, C> ContinuousAdjoint for Interpolating<S, C> {}
impl<S, C> ContinuousAdjoint for Quadrature<S, C> {}

/// The events, and what the adjoint keeps of each piece between two resets.
#[derive(Debug, Clone)]
pub struct PiecewiseRecord<Y, R> {
    timeline: Timeline<Y>,
    pieces: Vec<R>,
}

/// The forward pass solves twice: once with the events, and then each piece, whose ends are known, as the adjoint does. The
/// controller lays out each piece of the second solve as a solve of its own.
impl<F, S, C, A> EventAdjoint<F, S, C> for A
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    A: ContinuousAdjoint + Adjoint<F, S, C>,
{
    type Record = PiecewiseRecord<F::State, A::Record>;

    fn forward(
        &self,
        problem: &Hybrid<'_, F>,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> EventForwardResult<F::State, Self::Record> {
        let keep = (Output::Interpolate, ());
        let Run { timeline, y, mut stats, .. } = run(problem, (solver, control), keep, times, y0)?;
        let mut pieces = Vec::with_capacity(timeline.pieces.len());
        for piece in &timeline.pieces {
            let times: Vec<f64> = timeline.marks(piece).iter().map(|&(time, _)| time).collect();
            let solved = Adjoint::forward(self, problem.field(), solver, control, &times, &piece.y0);
            let Forward { record, stats: cost, .. } = solved.map_err(|failure| timeline.add_to(failure, &y))?;
            stats += cost;
            pieces.push(record);
        }
        let hits = timeline.hits.clone();
        Ok(EventForward { y, hits, record: PiecewiseRecord { timeline, pieces }, stats })
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
        let PiecewiseRecord { timeline, mut pieces } = record;
        let (mut stats, mut drift) = (Stats::default(), 0.0_f64);
        let (y0, times) = pull_back(problem, &timeline, cotangents, pbar, |incoming, pbar| {
            let Some(record) = pieces.pop() else {
                return Err(Error::LengthMismatch { name: "record", found: 0, expected: incoming.piece + 1 });
            };
            let back = Adjoint::backward(self, problem.field(), solver, control, record, incoming.cotangents, pbar)?;
            stats += back.stats;
            drift = drift.max(back.drift);
            Ok((back.y0, back.times))
        })?;
        Pullback { y0, times, stats, drift }.checked(timeline.start(), pbar)
    }
}
