//! An explicit method and a stiff one in turn, whichever the problem asks for.

mod detector;
mod reverse;
mod sight;
mod engine;
pub use engine::{Auto, DefaultSolver, AutoWorkspace};
