//! One training of one network.

use rheos::Result;
use rheos::nn::{BatchMatrix, Block};
use rheos::train::{Adam, Cosine, CrossEntropy, Epoch, Trained, Trainer, TrainingAction, TrainingFailure, VectorData};

use crate::Task;
use crate::networks::{CLASSES, Network, UNITS};

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

    /// Adds an epoch, and tests the network after it.
    pub fn record<const N: usize, B>(
        &mut self,
        epoch: &Epoch,
        network: &Network<N, B>,
        test: &VectorData<N, usize>,
    ) -> Result<()>
    where
        B: Block<Input = (), Hidden = BatchMatrix<f32, UNITS>>,
    {
        self.seconds.push(self.time() + epoch.seconds);
        self.errors.push(test.error_rate(network)?);
        self.losses.push(epoch.loss);
        Ok(())
    }
}

/// The length and the order of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The epochs.
    pub epochs: usize,
    /// The seed of the order of the images.
    pub seed: u64,
}

/// Trains a network by Adam, whose learning rate falls from the rate of the task to 0 along half a cosine. Adds the epochs to
/// `course`.
pub fn train<const N: usize, B>(
    network: &mut Network<N, B>,
    adam: Adam,
    task: &Task<N>,
    plan: Plan,
    course: &mut Course,
) -> Result<Trained<Adam>, Box<TrainingFailure>>
where
    B: Block<Input = (), Hidden = BatchMatrix<f32, UNITS>>,
{
    Trainer::new(network, &task.images.train.objective(CrossEntropy::new(CLASSES)), adam)
        .epochs(plan.epochs)
        .batch_size(task.batch)
        .seed(plan.seed)
        .schedule(|steps| Cosine::new(task.rate, steps))
        .on_epoch(|epoch, network| {
            course.record(epoch, network, &task.images.test)?;
            Ok(TrainingAction::Continue)
        })
        .fit_with_optimiser()
}
