//! The results of a training, level by level.

use std::fmt;

use super::schedule::Level;
use crate::error::Error;
use crate::train::{Epoch, Training, TrainingFailure};

/// A finished multi-level training.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiLevelTraining {
    /// The levels, from the coarsest to the finest.
    pub levels: Vec<LevelTraining>,
}

/// The training of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelTraining {
    /// The level.
    pub level: Level,
    /// Its training.
    pub training: Training,
}

impl MultiLevelTraining {
    /// The epochs of all levels, in order. Each level counts its own from 1.
    pub fn epochs(&self) -> impl Iterator<Item = &Epoch> {
        self.levels.iter().flat_map(|level| &level.training.epochs)
    }

    /// The time of all epochs, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.epochs().map(|epoch| epoch.seconds).sum()
    }
}

/// A failed multi-level training: the reason, the level, and the levels before.
///
/// The model has the parameters of the last good step. It converts into [`Error`] with `?`.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiLevelFailure {
    /// The failure of a level, with its completed epochs. Without a training, its epoch and step are 0.
    pub failure: TrainingFailure,
    /// The index of the level that failed.
    pub level: usize,
    /// The finished levels.
    pub levels: Vec<LevelTraining>,
}

impl fmt::Display for MultiLevelFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { failure, level, .. } = self;
        if failure.epoch == 0 {
            write!(f, "multi-level training failed before level {level}: {}", failure.error)
        } else {
            write!(f, "multi-level training failed at level {level}: {failure}")
        }
    }
}

impl std::error::Error for MultiLevelFailure {}

impl From<Box<MultiLevelFailure>> for Error {
    fn from(failure: Box<MultiLevelFailure>) -> Self {
        failure.failure.error
    }
}
