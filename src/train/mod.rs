//! The little that training needs beside gradients: a loss, an optimiser and clipping.
//!
//! Parameters of every backend are states, and a state has coordinates; so one optimiser serves all of them. Networks
//! of dfdx can use dfdx's own optimisers instead.

mod adam;
mod clip;
mod loss;

pub use adam::Adam;
pub use clip::clip_norm;
pub use loss::mean_squared_error;
