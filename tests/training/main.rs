//! Trainings: their results, their ends, their files.

mod checkpoints;
mod data;
mod ends;
mod errors;
mod problem;
#[cfg(feature = "dfdx")]
mod tensors;
