//! The loop over epochs and steps.

use std::time::Instant;

use super::builder::{Settings, Trainer};
use super::display::Display;
use super::progress::{Best, Progress};
use super::report::{Ended, Epoch, Trained, Training, TrainingFailure};
use super::watch::TrainingAction;
use crate::distributed::{Fingerprint, Place, agree, meet};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;
use crate::train::objective::{MiniBatch, Objective};
use crate::train::shuffle::{mix, shuffled};
use crate::train::{Optimiser, Schedule, clip_norm};

impl<M: Parametric, T: Objective<M>, O: Optimiser> Trainer<'_, M, T, O> {
    /// Runs the training.
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for an objective without samples, a batch size or a number of epochs of 0, and
    ///   settings of the optimiser, the schedule or the clipping outside their domain; for early stopping, or an
    ///   [`OnPlateau`](crate::train::OnPlateau), without a validation;
    /// * [`Error::NonFiniteLoss`] for a training or validation loss that is not finite;
    /// * the errors of the objective, of the optimiser, of the validation and of the callbacks, and of files;
    /// * over several [ranks](Objective::communicator), [`Error::OnRank`] with one of these errors, if a rank failed or differs
    ///   from the others, and the errors of the communicator.
    ///
    /// After an error, the model has the parameters of the last good step.
    pub fn fit(self) -> Result<Training, Box<TrainingFailure>> {
        Ok(self.fit_with_optimiser()?.training)
    }

    /// [`fit`](Self::fit), which also returns the optimiser with its memory, after the last step.
    ///
    /// # Errors
    /// The errors of [`fit`](Self::fit).
    pub fn fit_with_optimiser(mut self) -> Result<Trained<O>, Box<TrainingFailure>> {
        let mut progress = Progress::default();
        // A rank that failed between two steps tells the others.
        let outcome = self.run(&mut progress);
        match agree(self.objective.communicator(), outcome) {
            Ok(ended) => self.finish(progress, ended),
            Err(error) => Err(failure(error, progress)),
        }
    }

    fn run(&mut self, progress: &mut Progress) -> Result<Ended> {
        self.check()?;
        self.prepare_schedule()?;
        if !self.is_root() {
            self.log = None;
            self.settings.progress = false;
        }
        #[cfg(feature = "checkpoint")]
        self.restore(progress)?;
        if let Some(log) = &mut self.log {
            log.start(&progress.epochs)?;
        }
        match progress.ended {
            Some(Ended::Callback) => return Ok(Ended::Callback),
            // The patience may have been raised.
            Some(Ended::EarlyStop) if self.is_impatient(progress) => return Ok(Ended::EarlyStop),
            _ => progress.ended = None,
        }
        let display = Display::new(self.settings.progress, self.settings.epochs, progress.epochs.len());
        while progress.epochs.len() < self.settings.epochs {
            self.steps(progress)?;
            let epoch = self.complete(progress)?;
            display.show(&epoch);
            let ended = self.decide(progress, &epoch)?;
            progress.ended = ended.or((epoch.epoch == self.settings.epochs).then_some(Ended::Epochs));
            #[cfg(feature = "checkpoint")]
            self.save(progress)?;
            if let Some(ended) = ended {
                return Ok(ended);
            }
        }
        Ok(Ended::Epochs)
    }

    /// Makes the schedule from the number of steps.
    fn prepare_schedule(&mut self) -> Result<()> {
        let Settings { epochs, batch_size, .. } = self.settings;
        // Also for more epochs than can be done, up to an early stop.
        let steps = self.objective.samples().div_ceil(batch_size).saturating_mul(epochs);
        if let Some(make) = self.make_schedule.take() {
            let schedule = make(steps as u64);
            if matches!(schedule, Schedule::OnPlateau(_)) && self.validate.is_none() {
                let expected = "used together with a validation, since it is an `OnPlateau`";
                return Err(Error::InvalidArgument { name: "schedule", value: schedule.rate(0)?, expected });
            }
            self.schedule = Some(schedule);
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let Settings { epochs, batch_size, clip_norm, .. } = self.settings;
        let positive = |name, value: usize| match value {
            0 => Err(Error::InvalidArgument { name, value: 0.0, expected: "at least 1" }),
            _ => Ok(()),
        };
        positive("samples", self.objective.samples())?;
        positive("batch_size", batch_size)?;
        positive("epochs", epochs)?;
        let rate = self.optimiser.learning_rate();
        if !(rate >= 0.0 && rate.is_finite()) {
            let expected = "finite and not negative";
            return Err(Error::InvalidArgument { name: "learning_rate", value: rate, expected });
        }
        if clip_norm.is_nan() || clip_norm <= 0.0 {
            return Err(Error::InvalidArgument { name: "clip_norm", value: clip_norm, expected: "positive" });
        }
        if let (Some(patience), None) = (self.settings.patience, &self.validate) {
            let expected = "used together with a validation";
            return Err(Error::InvalidArgument { name: "early_stopping", value: patience as f64, expected });
        }
        Ok(())
    }

    /// The remaining steps of an epoch.
    fn steps(&mut self, progress: &mut Progress) -> Result<()> {
        let Settings { batch_size, seed, .. } = self.settings;
        let epoch = progress.epochs.len() as u64;
        let order = shuffled(self.objective.samples(), mix(&[seed, epoch]));
        for (step, samples) in order.chunks(batch_size).enumerate().skip(progress.steps) {
            let start = Instant::now();
            if let Some(schedule) = &self.schedule {
                self.optimiser.set_learning_rate(schedule.rate(progress.all_steps)?);
            }
            progress.now.learning_rate = self.optimiser.learning_rate();
            let batch = MiniBatch { samples, seed: mix(&[seed, epoch, step as u64]) };
            match self.step(batch) {
                Ok(Step { loss, norm }) => {
                    let weight = self.objective.weight(batch);
                    progress.now.loss += loss * weight;
                    progress.now.weight += weight;
                    progress.now.gradient_norm = progress.now.gradient_norm.max(norm);
                }
                Err(error) if self.settings.skip_non_finite && error.is_non_finite() => {
                    progress.now.skipped += 1;
                    let is_last = (step + 1) * batch_size >= order.len();
                    if is_last && progress.now.weight == 0.0 {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
            progress.steps += 1;
            progress.all_steps += 1;
            progress.now.seconds += start.elapsed().as_secs_f64();
            #[cfg(feature = "checkpoint")]
            self.save_between(progress)?;
        }
        Ok(())
    }

    fn step(&mut self, batch: MiniBatch<'_>) -> Result<Step> {
        let (loss, mut gradient) = self.objective.gradient(self.model, batch)?;
        if !loss.is_finite() {
            return Err(Error::NonFiniteLoss { value: loss });
        }
        let norm = clip_norm(&mut gradient, self.settings.clip_norm)?;
        self.optimiser.step(self.model, &gradient)?;
        Ok(Step { loss, norm })
    }

    /// Validates after the last step of an epoch, and completes it.
    fn complete(&mut self, progress: &mut Progress) -> Result<Epoch> {
        let start = Instant::now();
        let validation = match &mut self.validate {
            Some(validate) => Some(validate(self.model, self.settings.batch_size)?),
            None => None,
        };
        if let Some(value) = validation {
            if !value.is_finite() {
                return Err(Error::NonFiniteLoss { value });
            }
            if let Some(schedule) = &mut self.schedule {
                schedule.observe(value)?;
            }
        }
        progress.now.seconds += start.elapsed().as_secs_f64();
        let epoch = progress.complete(validation);
        if validation.is_some() && progress.is_best(&epoch) {
            progress.best = Some(Best { epoch, params: self.model.params().coordinates() });
        }
        Ok(epoch)
    }

    /// Informs the observers of an epoch; `Some` ends the training.
    fn decide(&mut self, progress: &Progress, epoch: &Epoch) -> Result<Option<Ended>> {
        if let Some(log) = &mut self.log {
            log.add(epoch)?;
        }
        let mut stops = false;
        for callback in &mut self.callbacks {
            stops |= callback(epoch, self.model)? == TrainingAction::Stop;
        }
        // A validation that differs between the ranks would end some of them early.
        let validation = Fingerprint::of(Place::Epoch).numbers(epoch.validation.as_slice());
        let all = meet(self.objective.communicator(), validation, Ok([u64::from(stops), 0]))?;
        let ended = all.iter().any(|[stops, _]| *stops == 1).then_some(Ended::Callback);
        Ok(if self.is_impatient(progress) { Some(Ended::EarlyStop) } else { ended })
    }

    /// Whether the validation loss has not improved for too long.
    fn is_impatient(&self, progress: &Progress) -> bool {
        self.settings.patience.is_some_and(|patience| progress.epochs_since_best() >= patience.max(1))
    }

    /// Whether this rank writes files.
    pub(super) fn is_root(&self) -> bool {
        self.objective.communicator().rank() == 0
    }

    /// Gives the model its best parameters.
    fn finish(self, progress: Progress, ended: Ended) -> Result<Trained<O>, Box<TrainingFailure>> {
        if let Some(best) = &progress.best {
            let mut params = self.model.params();
            if params.read_coordinates(&best.params).is_none() {
                let (found, expected) = (best.params.len(), params.coordinates().len());
                return Err(failure(Error::LengthMismatch { name: "params", found, expected }, progress));
            }
            self.model.set_params(&params);
        }
        let best = progress.best.map(|best| best.epoch).or_else(|| progress.epochs.last().copied());
        let training = Training { epochs: progress.epochs, best, ended };
        Ok(Trained { training, optimiser: self.optimiser })
    }
}

/// The loss of a step, and the norm of its gradient before clipping.
struct Step {
    loss: f64,
    norm: f64,
}

fn failure(error: Error, progress: Progress) -> Box<TrainingFailure> {
    let (epoch, step) = (progress.epochs.len() + 1, progress.steps + 1);
    Box::new(TrainingFailure { error, epoch, step, epochs: progress.epochs })
}
