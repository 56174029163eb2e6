//! The settings of a training.

use std::path::Path;

use super::report::Epoch;
use super::watch::{Callback, Log, TrainingAction};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::train::objective::{MiniBatch, Objective};
use crate::train::{Optimiser, Schedule};

/// A training: a model, an objective and an optimiser.
///
/// ```
/// use rheos::nn::{Gru, Linear, Net, Recurrence, Sequence};
/// use rheos::train::{Adam, CrossEntropy, SequenceData, Trainer, uniform};
///
/// // Two classes: rising and falling sequences, of lengths 5 to 8.
/// let sequence = |i: usize| (0..5 + i % 4).map(|t| [if i % 2 == 0 { t as f64 } else { -(t as f64) } / 8.0]).collect();
/// let data = SequenceData::new((0..64).map(sequence).collect(), (0..64).map(|i| i % 2).collect())?;
/// let (train, valid) = data.split(48);
/// let (train, valid) = (train.objective(CrossEntropy::new(2)), valid.objective(CrossEntropy::new(2)));
///
/// let mut numbers = uniform(1);
/// let (cell, readout) = (Gru::<f64, 1, 4>::uniform(&mut numbers), Linear::<f64, 4, 2>::uniform(&mut numbers));
/// let mut model = Sequence { block: Recurrence(Net::dynamic(cell)), readout: Net::dynamic(readout) };
/// let report = Trainer::new(&mut model, &train, Adam::new(0.02)).epochs(40).batch_size(16).validation(&valid).fit()?;
/// assert!(report.best.and_then(|best| best.validation).is_some_and(|loss| loss < 0.1));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// The samples of an epoch come in a random order, which depends on the seed and the epoch alone; the last batch may be
/// smaller. A gradient that is not finite never reaches the parameters.
#[must_use = "a training runs by `fit`"]
pub struct Trainer<'a, M: Parametric, T, O> {
    pub(super) model: &'a mut M,
    pub(super) objective: &'a T,
    pub(super) optimiser: O,
    pub(super) schedule: Option<Schedule>,
    pub(super) make_schedule: Option<MakeSchedule<'a>>,
    pub(super) settings: Settings,
    pub(super) validate: Option<Validate<'a, M>>,
    pub(super) callbacks: Vec<Callback<'a, M>>,
    pub(super) log: Option<Log>,
    #[cfg(feature = "checkpoint")]
    pub(super) checkpoint: Option<super::checkpoint::Checkpoint<M, O>>,
}

/// Makes a schedule from the number of steps.
pub(super) type MakeSchedule<'a> = Box<dyn FnOnce(u64) -> Schedule + 'a>;

/// The validation loss of a model, in batches of the given size.
pub(super) type Validate<'a, M> = Box<dyn FnMut(&M, usize) -> Result<f64> + 'a>;

/// The numbers that set a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) seed: u64,
    pub(super) clip_norm: f64,
    pub(super) patience: Option<usize>,
    pub(super) skip_non_finite: bool,
    pub(super) progress: bool,
}

impl<'a, M: Parametric, T: Objective<M>, O: Optimiser> Trainer<'a, M, T, O> {
    /// Trains `model` on `objective`: 10 epochs in batches of 32, at the learning rate of `optimiser`.
    pub fn new(model: &'a mut M, objective: &'a T, optimiser: O) -> Self {
        let settings = Settings {
            epochs: 10,
            batch_size: 32,
            seed: 0,
            clip_norm: f64::INFINITY,
            patience: None,
            skip_non_finite: false,
            progress: false,
        };
        Self {
            model,
            objective,
            optimiser,
            schedule: None,
            make_schedule: None,
            settings,
            validate: None,
            callbacks: Vec::new(),
            log: None,
            #[cfg(feature = "checkpoint")]
            checkpoint: None,
        }
    }

    /// The number of epochs: each sample is used once in each.
    pub const fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// The number of samples in a step.
    pub const fn batch_size(mut self, batch_size: usize) -> Self {
        self.settings.batch_size = batch_size;
        self
    }

    /// The seed of the order of the samples, and of [`MiniBatch::seed`].
    pub const fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The learning rate of each step, instead of the constant rate of the optimiser: `schedule` makes it from the number of
    /// steps in all epochs.
    ///
    /// `|steps| Cosine::new(1e-2, steps).warm_up(steps / 20)` warms up over the first 5 % of the training.
    pub fn schedule<S: Into<Schedule>>(mut self, schedule: impl FnOnce(u64) -> S + 'a) -> Self {
        self.make_schedule = Some(Box::new(|steps| schedule(steps).into()));
        self
    }

    /// Limits the norm of the gradient, see [`clip_norm`](crate::train::clip_norm).
    pub const fn clip_norm(mut self, max: f64) -> Self {
        self.settings.clip_norm = max;
        self
    }

    /// Skips and counts steps with a loss or a gradient that is not finite, instead of ending with an error. An epoch of
    /// skipped steps alone is an error.
    pub const fn skip_non_finite(mut self) -> Self {
        self.settings.skip_non_finite = true;
        self
    }

    /// Validates the model after each epoch by the mean loss of this objective, in batches of the same size. At the end the
    /// model has the parameters with the smallest validation loss.
    pub fn validation<V: Objective<M>>(mut self, validation: &'a V) -> Self {
        let all: Vec<usize> = (0..validation.samples()).collect();
        self.validate = Some(Box::new(move |model, size| {
            if all.is_empty() {
                return Err(Error::InvalidArgument { name: "samples", value: 0.0, expected: "at least 1" });
            }
            let (mut sum, mut weights) = (0.0, 0.0);
            for samples in all.chunks(size) {
                let batch = MiniBatch { samples, seed: 0 };
                let weight = validation.weight(batch);
                sum += validation.loss(model, batch)? * weight;
                weights += weight;
            }
            Ok(sum / weights)
        }));
        self
    }

    /// Validates the model after each epoch by a number that should be small, as
    /// [`validation`](Self::validation) does by a loss.
    pub fn validation_by(mut self, mut validate: impl FnMut(&M) -> Result<f64> + 'a) -> Self {
        self.validate = Some(Box::new(move |model, _| validate(model)));
        self
    }

    /// Stops when the validation loss has not improved for this many epochs.
    pub const fn early_stopping(mut self, patience: usize) -> Self {
        self.settings.patience = Some(patience);
        self
    }

    /// Calls `callback` after each epoch.
    pub fn on_epoch(mut self, callback: impl FnMut(&Epoch, &M) -> Result<TrainingAction> + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Writes a line for each epoch to this file: comma-separated values if it ends in `.csv`, JSON lines otherwise. A
    /// resumed training writes the epochs before as well.
    pub fn log(mut self, path: impl AsRef<Path>) -> Self {
        self.log = Some(Log::new(path.as_ref()));
        self
    }

    /// Shows the progress on the standard error: a bar in a terminal (feature `progress`), a line for each epoch elsewhere.
    pub const fn progress(mut self) -> Self {
        self.settings.progress = true;
        self
    }
}
