//! One training of one network.

use rheos::nn::{Block, FromSamples, Hidden, Layer};
use rheos::train::{Adam, Cosine, CrossEntropy, Trained, Trainer, TrainingAction, TrainingFailure};

use crate::Task;
use crate::networks::{Encoder, Network, Readout};

/// The course of a training: a point after every epoch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// The time of the training so far, in seconds, without tests.
    pub seconds: Vec<f64>,
    /// The fraction of wrong classes on the test set.
    pub errors: Vec<f64>,
    /// The training loss.
    pub losses: Vec<f64>,
}

impl Course {
    /// The error at the end.
    pub fn error(&self) -> f64 {
        self.errors.last().copied().unwrap_or(f64::NAN)
    }

    /// The time of the whole training.
    pub fn time(&self) -> f64 {
        self.seconds.last().copied().unwrap_or(0.0)
    }
}
