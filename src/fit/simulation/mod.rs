//! Solves of a model that a fit can differentiate: forwards along directions, or backwards by an adjoint.

mod backward;
mod forward;
mod sensitive;
mod traits;

pub use backward::Backward;
pub use forward::Forward;
pub use sensitive::Sensitive;
pub use traits::{Functions, OutputCotangent, Scenario, Simulation, Slope, SlopeAt};
