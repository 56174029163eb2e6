//! Backward differentiation: a polynomial through the states at earlier points.

mod backward;
mod reverse;
mod tape;
mod engine;
mod order;
mod fixed;

pub use tape::BackwardTape;
pub use engine::{Bdf, BdfWorkspace, Ndf};
pub use fixed::{FixedBdf, FixedBdfWorkspace};
