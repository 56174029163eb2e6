//! Fitting models to data: networks by multiple shooting, and sparse regression of the terms that they learned.

mod shooting;
mod sparse_regression;

pub use shooting::{MultipleShooting, Segments, ShootingTrajectory};
pub use sparse_regression::{Library, SparseModel, SparseRegression};
