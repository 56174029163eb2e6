//! A solve in progress as a value.

use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::integrate::{Leg, Pieces, Progress};
use crate::solver::{Solver, Stiffness};
use crate::state::{Span, State};

/// A solve in progress, as a value: time, state, workspace of the method, memory of the controller, the outputs and events
/// so far, and the cost.
///
/// It can be cloned where the workspace can, and with the feature `serde` it can be written down and read back, with every
/// method of this crate, on states that can. A solve [resumed](crate::solution::Ivp::resume) from
/// it takes the same steps as one that was never paused, bit for bit; a text format must keep all digits of a number for
/// that (in `serde_json`, the feature `float_roundtrip`).
///
/// A value that was read back is checked when it is resumed: its times, counts and flags, and the shapes of all states in it.
/// It is not a seal, and a number that was changed to another that is possible gives another solution.
///
/// It holds the data, and neither field, method, controller, events nor output times: those are given again to resume.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Paused<Y, W, M, K = (), E = ()> {
    pub(super) at: Position<Y, W, M>,
    /// What is kept so far.
    pub(super) kept: K,
    /// What the events know so far.
    pub(super) events: E,
}

/// Where a solve is, apart from those who watch it.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Position<Y, W, M> {
    pub(super) span: Span,
    /// The number of the piece between two jumps.
    pub(super) piece: usize,
    pub(super) progress: Progress<Y, W>,
    pub(super) memory: M,
    /// The rest of the last plan of the controller.
    pub(super) leg: Option<Leg>,
    pub(super) stopped: bool,
    /// What the controllers of earlier pieces found.
    pub(super) stiffness: Option<Stiffness>,
}

impl<Y: State, W, M> Position<Y, W, M> {
    /// Clears what no further step needs.
    pub(super) fn settle<F, S>(&mut self, solver: &S)
    where
        F: Dynamics<State = Y>,
        S: Solver<F, Workspace = W>,
    {
        solver.settle(&mut self.progress.workspace, &self.progress.y);
    }

    /// Checks the workspace of a position that was read back, and completes it.
    pub(super) fn restore<F, S>(&mut self, solver: &S) -> Result<()>
    where
        F: Dynamics<State = Y>,
        S: Solver<F, Workspace = W>,
    {
        if solver.restore(&mut self.progress.workspace, &self.progress.y) {
            Ok(())
        } else {
            Err(Error::InvalidPaused { reason: "its workspace is none of the method for such a state" })
        }
    }

    /// Checks a position that was read back against the solve it is of.
    pub(super) fn validate(&self, span: Span, pieces: &Pieces, y0: &Y) -> Result<()> {
        let refuse = |reason| Err(Error::InvalidPaused { reason });
        if self.span != span {
            return refuse("its span is another");
        }
        let Some(piece) = pieces.get(self.piece) else {
            return refuse("it is behind more jumps than there are");
        };
        let Progress { t, y, stats, .. } = &self.progress;
        if piece.outer.validate_times(&[*t]).is_err() {
            return refuse("its time is not between the jumps it should be");
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
            Some(leg) if !leg.continues(span, *t, piece) => refuse("its plan of steps does not go on from its time"),
            _ => Ok(()),
        }
    }
}
