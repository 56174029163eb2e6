//! The loss of a model on samples.

use crate::distributed::{Communicator, OneRank};
use crate::dynamics::Parametric;
use crate::error::Result;

/// The samples of one training step.
#[derive(Debug, Clone, Copy)]
pub struct MiniBatch<'a> {
    /// Their indices.
    pub samples: &'a [usize],
    /// A seed of random numbers for this step. It depends on the seed of the training, the epoch and the step alone.
    pub seed: u64,
}

/// The loss of a model on samples: the subject of a training.
///
/// [`objective`] makes one of a closure. With a [`Loss`](super::Loss), [`VectorData`](super::VectorData) makes one of
/// vectors and [`SequenceData`](super::SequenceData) one of sequences.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the loss of `{M}` on samples",
    note = "vectors or sequences with a loss are one: `data.objective(CrossEntropy::new(2))`; so is a closure: `objective(samples, closure)`"
)]
pub trait Objective<M: Parametric> {
    /// The number of samples.
    fn samples(&self) -> usize;

    /// The mean loss over a batch, and its gradient with respect to the parameters.
    ///
    /// # Errors
    /// Any error of the model or the loss.
    fn gradient(&self, model: &M, batch: MiniBatch<'_>) -> Result<(f64, M::Params)>;

    /// The mean loss over a batch, for validation. Override it if the gradient costs time.
    ///
    /// # Errors
    /// The errors of [`gradient`](Self::gradient).
    fn loss(&self, model: &M, batch: MiniBatch<'_>) -> Result<f64> {
        Ok(self.gradient(model, batch)?.0)
    }

    /// The weight of a batch in the mean loss of an epoch or a validation: its number of samples, unless a sample counts more
    /// than another in the mean of the batch.
    fn weight(&self, batch: MiniBatch<'_>) -> f64 {
        batch.samples.len() as f64
    }

    /// The ranks that train the model together; by default this one alone. [`DataParallel`](super::DataParallel) has more.
    ///
    /// A [`Trainer`](super::Trainer) over ranks writes its files and its progress on the root only, ends on all ranks if a
    /// callback ends it on one, and returns the error of any rank on all.
    fn communicator(&self) -> &dyn Communicator {
        &OneRank
    }
}

/// The objective of a closure, made by [`objective`].
#[derive(Debug, Clone, Copy)]
pub struct ObjectiveFn<F> {
    samples: usize,
    gradient: F,
}

/// The objective on this many samples with the loss and the gradient from `gradient`.
///
/// ```
/// use nalgebra::vector;
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::train::{Adam, MiniBatch, Trainer, mean_squared_error, objective};
/// use rheos::{Autodiff, DiscreteAdjoint, Dopri5, Ivp, Pid};
///
/// // Experiments from several initial values; each is a sample.
/// let (mut model, _) = LotkaVolterra::problem();
/// let starts = [vector![1.0, 1.0], vector![2.0, 1.0], vector![3.0, 2.0]];
/// let ends = [vector![3.1, 2.2], vector![2.4, 3.0], vector![1.2, 2.9]];
/// let fit = objective(starts.len(), |model: &Autodiff<LotkaVolterra, 2, 4>, batch: MiniBatch<'_>| {
///     let (mut loss, mut gradient) = (0.0, vector![0.0, 0.0, 0.0, 0.0]);
///     for &i in batch.samples {
///         let run = Ivp::new(model, starts[i], 0.0..1.0).forward(Dopri5, Pid::tolerance(1e-6), DiscreteAdjoint::new())?;
///         let (value, found) = run.gradient_of(|y| mean_squared_error(y, &ends[i..=i]))?;
///         loss += value / batch.samples.len() as f64;
///         gradient += found.params / batch.samples.len() as f64;
///     }
///     Ok((loss, gradient))
/// });
/// let report = Trainer::new(&mut model, &fit, Adam::new(0.01)).epochs(5).batch_size(2).fit()?;
/// assert_eq!(report.epochs.len(), 5);
/// # Ok::<(), rheos::Error>(())
/// ```
pub const fn objective<M, F>(samples: usize, gradient: F) -> ObjectiveFn<F>
where
    M: Parametric,
    F: Fn(&M, MiniBatch<'_>) -> Result<(f64, M::Params)>,
{
    ObjectiveFn { samples, gradient }
}

impl<M: Parametric, F: Fn(&M, MiniBatch<'_>) -> Result<(f64, M::Params)>> Objective<M> for ObjectiveFn<F> {
    fn samples(&self) -> usize {
        self.samples
    }
    fn gradient(&self, model: &M, batch: MiniBatch<'_>) -> Result<(f64, M::Params)> {
        (self.gradient)(model, batch)
    }
}
