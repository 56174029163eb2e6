//! The Adams methods: a polynomial through the slopes at earlier points.

mod bashforth;
mod engine;
mod moulton;
mod order;
mod reverse;
mod tape;
mod uniform;

pub use bashforth::AdamsBashforth;
pub use engine::{Adams, AdamsWorkspace};
pub use moulton::AdamsMoulton;
pub use tape::AdamsTape;
pub use uniform::UniformWorkspace;
