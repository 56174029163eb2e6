//! A paused solve as a value.

use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::integrate::{Leg, Pieces, Progress};
use crate::solver::{Solver, Stiffness};
use crate::state::{Span, State};

/// A paused solve as a value: time, state, workspace of the method, memory of the controller, outputs and events so
/// far, and cost.
///
/// It can be cloned if the workspace can. With the feature `serde` it can be serialized, for every method of this crate
/// and every state that can. A solve [resumed](crate::solution::Ivp::resume) from it takes the same steps as one that
/// was never paused, bit for bit. A text format must keep all digits of a number for that (in `serde_json`, the feature
/// `float_roundtrip`).
///
/// Resuming checks a deserialized value: its times, counts and flags, and the shapes of its states. The check is not a
/// seal: a number changed to another valid one gives another solution.
///
/// It does not hold the field, method, controller, events and output times. These are given again to resume.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Paused<Y, W, M, K = (), E = ()> {
    pub(super) at: Position<Y, W, M>,
    /// The outputs so far.
    pub(super) kept: K,
    /// The state of the events.
    pub(super) events: E,
}

/// The state of a solve without its observers.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Position<Y, W, M> {
    pub(super) span: Span,
    /// The index of the piece between two jumps.
    pub(super) piece: usize,
    pub(super) progress: Progress<Y, W>,
    pub(super) memory: M,
    /// The rest of the controller's last plan.
    pub(super) leg: Option<Leg>,
    pub(super) stopped: bool,
    /// The stiffness found by the controllers of earlier pieces.
    pub(super) stiffness: Option<Stiffness>,
}

impl<Y: State, W, M> Position<Y, W, M> {
    /// Clears the data that no further step needs.
    pub(super) fn settle<F, S>(&mut self, solver: &S)
    where
        F: Dynamics<State = Y>,
        S: Solver<F, Workspace = W>,
    {
        solver.settle(&mut self.progress.workspace, &self.progress.y);
    }

    /// Checks and completes the workspace of a deserialized position.
    pub(super) fn restore<F, S>(&mut self, solver: &S) -> Result<()>
    where
        F: Dynamics<State = Y>,
        S: Solver<F, Workspace = W>,
    {
        if solver.restore(&mut self.progress.workspace, &self.progress.y) {
            Ok(())
        } else {
            Err(Error::InvalidPaused { reason: "its workspace does not belong to the method for such a state" })
        }
    }

    /// Checks a deserialized position against its solve.
    pub(super) fn validate(&self, span: Span, pieces: &Pieces, y0: &Y) -> Result<()> {
        let refuse = |reason| Err(Error::InvalidPaused { reason });
        if self.span != span {
            return refuse("its span is another one");
        }
        let Some(piece) = pieces.get(self.piece) else {
            return refuse("it has passed more jumps than there are");
        };
        let Progress { t, y, stats, .. } = &self.progress;
        if piece.outer.validate_times(&[*t]).is_err() {
            return refuse("its time is not between its jumps");
        }
        if !y0.fits(y) {
            return refuse("its state has another shape");
        }
        if !y.all_finite() {
            return refuse("its state is not finite");
        }
        if stats.all().iter().any(|&count| count > u64::MAX / 4) {
            return refuse("its counts are too large");
        }
        match self.leg {
            Some(leg) if !leg.continues(span, *t, piece) => refuse("its plan of steps does not continue from its time"),
            _ => Ok(()),
        }
    }
}
