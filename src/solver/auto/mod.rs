//! Automatic switching between an explicit and a stiff method.

mod detector;
mod engine;
mod reverse;
mod sight;
pub use engine::{Auto, AutoWorkspace, DefaultSolver};
