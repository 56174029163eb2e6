//! The adjoint of the computed solution: every step is transposed, from states that are kept or computed again.

mod checkpoints;
mod adjoint;
mod revolve;
mod stack;
mod sweep;

pub(super) use sweep::Sweep;
pub use checkpoints::Checkpoints;
pub use adjoint::{Discrete, DiscreteRecord};
