//! Nonlinear least squares.
//!
//! | file | |
//! |---|---|
//! | `problem` | the trait of a problem |
//! | `linear` | the linear problem of one step |
//! | `levenberg_marquardt` | the settings |
//! | `minimise` | the iteration |
//! | `minimum` | the result and the failure |
//! | `covariance` | the covariance of the minimum |

mod covariance;
mod levenberg_marquardt;
mod linear;
mod minimise;
mod minimum;
mod problem;
#[cfg(test)]
mod tests;

pub(super) use covariance::Information;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use minimum::{LeastSquaresFailure, LeastSquaresMinimum};
pub use problem::{LeastSquares, Linearised};
