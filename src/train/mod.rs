//! Training: a loss, an optimiser and gradient clipping.
//!
//! | item | |
//! |---|---|
//! | [`mean_squared_error`] | a loss and its cotangents, for a solve or a sequence |
//! | [`Adam`] | the optimiser of Kingma & Ba |
//! | [`clip_norm`] | limits the norm of a gradient |
//! | [`uniform`](fn@uniform) | random numbers from a seed, to initialise weights |
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
