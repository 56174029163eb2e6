//! The methods of Adams: a polynomial through the slopes at earlier points.

mod engine;
mod bashforth;
mod moulton;
mod order;
mod reverse;
mod tape;
mod uniform;

pub use engine::{Adams, AdamsWorkspace};
pub use bashforth::AdamsBashforth;
pub use moulton::AdamsMoulton;
pub use tape::AdamsTape;
pub use uniform::UniformWorkspace;
