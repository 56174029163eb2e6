//! The BDF methods: a polynomial through the states at earlier points.

mod backward;
mod engine;
mod fixed;
mod order;
mod reverse;
mod tape;

pub use engine::{Bdf, BdfWorkspace, Ndf};
pub use fixed::{FixedBdf, FixedBdfWorkspace};
pub use tape::BackwardTape;
