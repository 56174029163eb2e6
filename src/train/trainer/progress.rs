//! The state of a training between two steps.

use super::report::{Ended, Epoch};

/// The state of a training between two steps, the parameters and the optimiser excepted.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Progress {
    /// Completed epochs.
    pub(super) epochs: Vec<Epoch>,
    /// Steps done in the current epoch, skipped ones included.
    pub(super) steps: usize,
    /// Steps done in all epochs.
    pub(super) all_steps: u64,
    /// The current epoch so far.
    pub(super) now: Current,
    /// The parameters with the smallest validation loss.
    pub(super) best: Option<Best>,
    /// The reason, if the training has ended.
    pub(super) ended: Option<Ended>,
}

/// An epoch that is not complete.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Current {
    /// The weighted sum of the losses of all batches.
    pub(super) loss: f64,
    /// The sum of their weights.
    pub(super) weight: f64,
    pub(super) gradient_norm: f64,
    pub(super) skipped: u64,
    pub(super) seconds: f64,
    pub(super) learning_rate: f64,
}

/// The best parameters so far.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Best {
    pub(super) epoch: Epoch,
    /// The coordinates of the parameters.
    pub(super) params: Vec<f64>,
}

impl Progress {
    /// Completes the current epoch.
    pub(super) fn complete(&mut self, validation: Option<f64>) -> Epoch {
        let Current { loss, weight, gradient_norm, skipped, seconds, learning_rate } = std::mem::take(&mut self.now);
        let loss = loss / weight;
        let epoch = self.epochs.len() + 1;
        let done = Epoch { epoch, loss, validation, learning_rate, gradient_norm, skipped, seconds };
        self.epochs.push(done);
        self.steps = 0;
        done
    }

    /// Whether this epoch is better than all before.
    pub(super) fn is_best(&self, epoch: &Epoch) -> bool {
        match (epoch.validation, self.best.as_ref().and_then(|best| best.epoch.validation)) {
            (Some(loss), Some(best)) => loss < best,
            _ => true,
        }
    }

    /// The number of epochs since the best one.
    pub(super) fn epochs_since_best(&self) -> usize {
        self.epochs.len() - self.best.as_ref().map_or(0, |best| best.epoch.epoch)
    }
}
