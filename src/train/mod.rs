//! Training: a loss, an optimiser and gradient clipping.
//!
//! | item | |
//! |---|---|
//! | [`mean_squared_error`] | a loss and its cotangents, for a solve or a sequence |
//! | [`Adam`] | the optimiser of Kingma & Ba |
//! | [`clip_norm`] | limits the norm of a gradient |
//! | [`uniform`](fn@uniform) | random numbers from a seed, to initialise weights |
//!
//! ```
//! use rheos::train::{Adam, mean_squared_error};
//! use rheos::{DiscreteAdjoint, Dopri5, Ivp, Pid};
//! use rheos::dynamics::problems::LotkaVolterra;
//!
//! let (mut model, y0) = LotkaVolterra::problem();
//! let (times, targets) = ([1.0, 2.0], [[2.5, 1.5].into(), [4.0, 3.5].into()]);
//! let mut adam = Adam::new(0.01);
//! for _ in 0..5 {
//!     let problem = Ivp::new(&model, y0, 0.0..2.0).save_at(&times);
//!     let run = problem.forward(Dopri5, Pid::tolerance(1e-6), DiscreteAdjoint::new())?;
//!     let (_loss, gradient) = run.gradient_of(|y| mean_squared_error(y, &targets))?;
//!     drop(run); // it borrows the model
//!     adam.step(&mut model, &gradient.params)?;
//! }
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! Parameters of every backend are states with coordinates, so one optimiser serves all. dfdx networks can use dfdx's
//! own optimisers instead.

mod check;
mod clip;
mod loss;
mod objective;
mod optimiser;
mod schedule;
mod sequence_data;
mod sequence_objective;
mod shuffle;
mod trainer;
mod uniform;

pub use clip::clip_norm;
pub use loss::{
    AbsoluteError, BinaryCrossEntropy, CrossEntropy, GaussianNll, Huber, Loss, SquaredError, mean_squared_error,
};
pub use objective::{Batch, Objective, ObjectiveFn, objective};
pub use optimiser::{Adam, AdamW, Lbfgs, Lion, Minimisation, Optimiser, RAdam, Sgd, StopReason};
pub use schedule::{Cosine, Exponential, OnPlateau, OneCycle, Schedule};
pub use sequence_data::{CheckTarget, SequenceData};
pub use sequence_objective::{SequenceObjective, SequenceTarget};
pub use trainer::{Ended, Epoch, Trainer, Training, TrainingAction, TrainingFailure};
pub use uniform::uniform;
