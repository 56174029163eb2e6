//! Training: data, losses, optimisers, learning rates, and the loop. See [`guide`] for the way from data to a saved model.
//!
//! | the loop | |
//! |---|---|
//! | [`Trainer`] | epochs of shuffled batches, validation, early stopping, logs, checkpoints; returns a [`Training`] or a [`TrainingFailure`] |
//! | [`MultiLevel`] | from coarse to fine: a model is trained, refined, and trained further; returns a [`MultiLevelTraining`] or a [`MultiLevelFailure`] |
//! | [`SequenceData`] | sequences with targets, as an objective for sequence models |
//! | [`VectorData`] | vectors with targets, as an objective for deep networks |
//! | [`TeacherForcing`] | windows of a measured series, as an objective for models of its state: generalised teacher forcing |
//! | [`Objective`], [`objective`] | the loss of any model on samples |
//! | [`DataParallel`] | an objective over the ranks of a [`Communicator`](crate::distributed::Communicator): processes of MPI, or threads |
//! | helper types | [`MiniBatch`], [`Ended`], [`Epoch`], [`Level`], [`LevelTraining`], [`ObjectiveFn`], [`OptimiserMemory`], [`SampleTarget`], [`SequenceObjective`], [`Target`], [`TargetFor`], [`Trained`], [`TrainingAction`], [`VectorObjective`] |
//!
//! | loss | output and target |
//! |---|---|
//! | [`Loss`] | the trait: a weighted mean with its cotangents, for a solve or a sequence |
//! | [`SquaredError`], [`mean_squared_error`] | numbers |
//! | [`AbsoluteError`], [`Huber`] | numbers with outliers |
//! | [`GaussianNll`] | mean and logarithm of the variance; numbers |
//! | [`CrossEntropy`] | logits of each sample; its label |
//! | [`BinaryCrossEntropy`] | logits; probabilities |
//!
//! | optimiser | |
//! |---|---|
//! | [`Optimiser`] | the trait: a step along the gradient of a batch |
//! | [`Adam`], [`AdamW`] | the default; with decoupled weight decay |
//! | [`RAdam`] | without the large first steps of Adam |
//! | [`Lion`] | half the memory: only signs of averages |
//! | [`Sgd`] | gradient descent, with momentum |
//! | [`Lbfgs`] | a quasi-Newton method for the loss of all data, with its [`Minimisation`] and [`StopReason`] |
//!
//! | learning rate | |
//! |---|---|
//! | [`Schedule`] | any of these, or a constant |
//! | [`Cosine`] | half a cosine after a linear warm-up |
//! | [`OneCycle`] | up and down again |
//! | [`Exponential`] | a factor per step |
//! | [`OnPlateau`] | a factor whenever the validation loss stagnates |
//!
//! | tool | |
//! |---|---|
//! | [`clip_norm`] | limits the norm of a gradient |
//! | [`uniform`](fn@uniform) | random numbers from a seed, to initialise weights |
//!
//! Parameters of every backend are states with coordinates, so one optimiser serves all. dfdx networks can use dfdx's
//! own optimisers instead.
//!
//! With the feature `serde`, optimisers and schedules can be serialised together with their memory. A restored one
//! continues bit for bit.

mod check;
mod clip;
mod data_parallel;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod loss;
mod multi_level;
mod objective;
mod optimiser;
mod samples;
mod schedule;
mod sequence_data;
mod sequence_objective;
mod shuffle;
mod target;
mod teacher_forcing;
mod trainer;
mod uniform;
mod vector_data;
mod vector_objective;

pub use clip::clip_norm;
pub use data_parallel::DataParallel;
pub use loss::{
    AbsoluteError, BinaryCrossEntropy, CrossEntropy, GaussianNll, Huber, Loss, SquaredError, mean_squared_error,
};
pub use multi_level::{Level, LevelTraining, MultiLevel, MultiLevelFailure, MultiLevelTraining, OptimiserMemory};
pub use objective::{MiniBatch, Objective, ObjectiveFn, objective};
pub use optimiser::{Adam, AdamW, Lbfgs, Lion, Minimisation, Optimiser, RAdam, Sgd, StopReason};
pub use schedule::{Cosine, Exponential, OnPlateau, OneCycle, Schedule};
pub use sequence_data::SequenceData;
pub use sequence_objective::SequenceObjective;
pub(crate) use shuffle::{mix, shuffled};
pub use target::{SampleTarget, Target, TargetFor};
pub use teacher_forcing::TeacherForcing;
pub use trainer::{Ended, Epoch, Trained, Trainer, Training, TrainingAction, TrainingFailure};
pub use uniform::uniform;
pub use vector_data::VectorData;
pub use vector_objective::VectorObjective;
