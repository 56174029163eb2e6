//! Training: a loss, an optimiser and gradient clipping.
//!
//! Parameters of every backend are states with coordinates, so one optimiser serves all. dfdx networks can use dfdx's
//! own optimisers instead.

mod adam;
mod clip;
mod loss;
mod uniform;

pub use adam::Adam;
pub use clip::clip_norm;
pub use loss::mean_squared_error;
pub use uniform::uniform;
