//! Methods chosen by name at run time.

mod dispatch;
mod methods;

pub use methods::{AnyExplicit, AnyExplicitWorkspace, AnySolver, AnySolverWorkspace};
