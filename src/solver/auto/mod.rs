//! An explicit method and a stiff one in turn, whichever the problem asks for.

mod detector;
mod engine;
mod reverse;
mod sight;
pub use engine::{Auto, AutoWorkspace, DefaultSolver};
