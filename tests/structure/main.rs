//! What structure-preserving methods preserve: symplecticity, energy, reversibility, and gradients in constant memory.

mod energy;
#[path = "../common/gradient.rs"]
mod gradient;
mod gradients;
mod memory;
mod order;
mod problems;
mod reversible;
mod symplectic;
