//! What structure-preserving methods preserve: symplecticity, energy, reversibility, and gradients in constant memory.

mod energy;
mod gradients;
mod memory;
mod order;
mod problems;
mod reversible;
mod symplectic;
