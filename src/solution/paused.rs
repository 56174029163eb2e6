//! A solve in progress as a value.

use crate::integrate::{Leg, Pieces, Progress};
use crate::solver::Stiffness;
use crate::{Error, Result, Span, State};

/// A solve in progress, as a value: time, state, workspace of the method, memory of the controller, the outputs and events
/// so far, and the cost.
///
/// It can be cloned and, with the feature `serde`, written down and read back. A solve [resumed](crate::Ivp::resume) from
/// it takes the same steps as one that was never paused, bit for bit; a text format must keep all digits of a number for
/// that (in `serde_json`, the feature `float_roundtrip`).
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
    /// Checks a position that was read back against the solve it is of.
    pub(super) fn validate(&self, span: Span, pieces: &Pieces) -> Result<()> {
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
