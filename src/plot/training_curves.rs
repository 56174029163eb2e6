//! The losses of a training.

use super::learning_curves::{LearningCurves, learning_curves};
use super::series::Series;
use crate::train::Training;

/// The training loss and the validation loss of a [`Training`] over its epochs.
///
/// ```
/// use rheos::plot;
/// use rheos::nn::{Elman, Linear, Net, Recurrence, Sequence};
/// use rheos::train::{Adam, SequenceData, SquaredError, Trainer, uniform};
///
/// let data = SequenceData::new(vec![vec![[0.5], [1.0]], vec![[-0.5], [-1.0]]], vec![[1.0], [-1.0]])?;
/// let mut numbers = uniform(1);
/// let (cell, readout) = (Elman::<f64, 1, 4>::uniform(&mut numbers), Linear::<f64, 4, 1>::uniform(&mut numbers));
/// let mut model = Sequence { block: Recurrence(Net::dynamic(cell)), readout: Net::dynamic(readout) };
/// let training = Trainer::new(&mut model, &data.objective(SquaredError), Adam::new(0.02)).fit()?;
/// let file = std::env::temp_dir().join("rheos_training.svg");
/// plot::training_curves(&training).title("Two sequences").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
pub fn training_curves(training: &Training) -> LearningCurves {
    let epochs = training.epochs.iter();
    let losses = Series::new("training", epochs.clone().map(|epoch| (epoch.epoch as f64, epoch.loss)));
    let validations = epochs.filter_map(|epoch| Some((epoch.epoch as f64, epoch.validation?)));
    let validations = Series::new("validation", validations);
    let has_validation = !validations.points().is_empty();
    learning_curves([losses].into_iter().chain(has_validation.then_some(validations))).axes("epoch", "loss")
}
