//! The result of a training.

use std::fmt;

use crate::error::Error;

/// One epoch of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Epoch {
    /// Its number, from 1.
    pub epoch: usize,
    /// The mean loss over the samples of its steps, or their outputs if each step of a sequence has one, before the update by
    /// the step. Skipped steps do not count.
    pub loss: f64,
    /// The validation loss after it.
    pub validation: Option<f64>,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// The largest norm of a gradient, before clipping.
    pub gradient_norm: f64,
    /// Its skipped steps.
    pub skipped: u64,
    /// Its time, in seconds, validation included.
    pub seconds: f64,
}

/// The reason for the end of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ended {
    /// All epochs are done.
    Epochs,
    /// The validation loss did not improve any more.
    EarlyStop,
    /// A callback stopped it.
    Callback,
}

/// A finished training.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// All epochs, those before a resumption included.
    pub epochs: Vec<Epoch>,
    /// The epoch with the smallest validation loss, whose parameters the model has; without validation, the last one.
    pub best: Option<Epoch>,
    /// Why it ended.
    pub ended: Ended,
}

/// A finished training with its optimiser.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained<O> {
    /// The training.
    pub training: Training,
    /// The optimiser after the last step.
    pub optimiser: O,
}

/// A failed training: the reason, its place, and the epochs before.
///
/// The model has the parameters of the last good step. It converts into [`Error`] with `?`. An [`Error`] converts into a
/// failure before the training, for a function that prepares data and trains.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingFailure {
    /// The reason.
    pub error: Error,
    /// The epoch, from 1; 0 before the training.
    pub epoch: usize,
    /// The step in the epoch, from 1; 0 before the training.
    pub step: usize,
    /// The completed epochs.
    pub epochs: Vec<Epoch>,
}

impl fmt::Display for TrainingFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, epoch, step, .. } = self;
        match epoch {
            0 => write!(f, "training failed before its first epoch: {error}"),
            _ => write!(f, "training failed in epoch {epoch}, step {step}: {error}"),
        }
    }
}

impl std::error::Error for TrainingFailure {}

impl From<Error> for Box<TrainingFailure> {
    fn from(error: Error) -> Self {
        Self::new(TrainingFailure { error, epoch: 0, step: 0, epochs: Vec::new() })
    }
}

impl From<Box<TrainingFailure>> for Error {
    fn from(failure: Box<TrainingFailure>) -> Self {
        failure.error
    }
}
