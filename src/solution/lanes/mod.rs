//! Ensembles of small models whose samples share their steps.

mod block;
mod ensemble;
mod shared_steps;

pub use ensemble::LaneEnsemble;
pub use shared_steps::SharedSteps;
