//! The adjoint of the computed solution: every step is transposed, from states that are kept or computed again.

mod adjoint;
mod checkpoints;
mod revolve;
mod stack;
mod sweep;

pub use adjoint::{DiscreteAdjoint, DiscreteRecord};
pub use checkpoints::Checkpoints;
pub(super) use sweep::Sweep;
