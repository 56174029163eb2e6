//! The discrete adjoint: every step is transposed, from stored or recomputed states.

mod adjoint;
mod checkpoints;
mod revolve;
mod stack;
mod sweep;

pub use adjoint::{DiscreteAdjoint, DiscreteRecord};
pub use checkpoints::Checkpoints;
pub(crate) use revolve::next_checkpoint;
pub(super) use sweep::Sweep;
