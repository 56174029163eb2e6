//! Trainings: their results, their ends, their files.

mod checkpoints;
mod coarse;
mod coarse_to_fine;
mod data;
mod distributed;
mod ends;
mod errors;
mod multi_level;
mod problem;
mod teacher_forcing;
#[cfg(feature = "dfdx")]
mod tensors;
mod vectors;
