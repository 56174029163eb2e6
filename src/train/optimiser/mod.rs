//! Optimisers.

mod adam;
mod adam_w;
mod lbfgs;
mod lion;
mod memory;
mod moments;
mod r_adam;
#[cfg(test)]
mod reference;
mod sgd;
mod traits;

pub use adam::Adam;
pub use adam_w::AdamW;
pub use lbfgs::{Lbfgs, Minimisation, StopReason};
pub use lion::Lion;
pub use r_adam::RAdam;
pub use sgd::Sgd;
pub use traits::Optimiser;
