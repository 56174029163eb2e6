//! The loop over the levels.

use super::report::{LevelTraining, MultiLevelFailure, MultiLevelTraining};
use super::schedule::{Level, MultiLevel, OptimiserMemory};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::train::{Optimiser, Trained, Training, TrainingFailure};

impl<M: Parametric, O: Optimiser> MultiLevel<'_, M, O> {
    /// Trains level by level. `fit` trains one, from the model and the optimiser that it gets:
    /// `Trainer::new(model, &data, optimiser).epochs(level.epochs).fit_with_optimiser()`.
    ///
    /// A trainer with checkpoints needs a file of its own for each level: the file of the level before may fit the model as well,
    /// and its training is already complete.
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] without levels; [`Error::InvalidEntry`] for a first level whose resolution is not the
    ///   resolution of the model, for a level that does not double it, for a level without epochs, and for a level that
    ///   went on from the checkpoint of the level before;
    /// * the errors of the refinement, and of `fit`.
    pub fn train(
        mut self,
        mut fit: impl FnMut(Level, &mut M, O) -> Result<Trained<O>, Box<TrainingFailure>>,
    ) -> Result<MultiLevelTraining, Box<MultiLevelFailure>> {
        let mut levels = Vec::new();
        let all = self.checked_levels().map_err(|error| before(error, 0, &mut levels))?;
        let mut optimiser = self.optimiser.clone();
        for level in all {
            if level.index > 0 {
                optimiser = self.refine(level, optimiser).map_err(|error| before(error, level.index, &mut levels))?;
            }
            let trained = fit(level, self.model, optimiser).map_err(|failure| {
                let (failure, levels) = (*failure, std::mem::take(&mut levels));
                Box::new(MultiLevelFailure { failure, level: level.index, levels })
            })?;
            if levels.last().is_some_and(|coarser| repeats(&trained.training, &coarser.training)) {
                let (index, value) = (level.index, level.resolution as f64);
                let expected = "trained by itself: give each level a checkpoint file of its own";
                let error = Error::InvalidEntry { name: "levels", index, value, expected };
                return Err(before(error, index, &mut levels));
            }
            levels.push(LevelTraining { level, training: trained.training });
            optimiser = trained.optimiser;
        }
        Ok(MultiLevelTraining { levels })
    }

    /// Refines the model for a level; returns the optimiser for it, given the optimiser of the level before.
    fn refine(&mut self, level: Level, mut optimiser: O) -> Result<O> {
        let prolonged = self.memory == OptimiserMemory::Prolonged;
        if let Some(refiner) = &self.refiner {
            let fine = refiner.refined(self.model, level.resolution)?;
            if prolonged {
                refiner.prolong(self.model, &mut optimiser)?;
            }
            *self.model = fine;
        }
        if !prolonged {
            return Ok(self.optimiser.clone());
        }
        // A schedule has changed it.
        optimiser.set_learning_rate(self.optimiser.learning_rate());
        Ok(optimiser)
    }
}

/// Whether the first epoch of `coarser` was read from a file: two epochs do not take the same time to the same loss.
fn repeats(training: &Training, coarser: &Training) -> bool {
    matches!((training.epochs.first(), coarser.epochs.first()), (Some(epoch), Some(first)) if epoch == first)
}

/// A failure between two trainings.
fn before(error: Error, level: usize, levels: &mut Vec<LevelTraining>) -> Box<MultiLevelFailure> {
    let failure = *Box::<TrainingFailure>::from(error);
    Box::new(MultiLevelFailure { failure, level, levels: std::mem::take(levels) })
}
