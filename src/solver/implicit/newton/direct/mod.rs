//! Direct solvers of large linear systems: a factorisation of the entries at the places of a pattern.

mod banded;
mod engine;
mod pencil;
mod preconditioner;
#[cfg(feature = "sparse")]
mod sparse;
#[cfg(feature = "sparse")]
mod sparse_dual;
mod transposed;
mod transposed_complex;

pub use banded::{Band, Banded};
pub use engine::{Direct, DirectMethod, DirectWorkspace, Factorise, RealSystem};
pub use preconditioner::DirectFactors;
#[cfg(feature = "sparse")]
pub use sparse::{Sparse, SparseFactors, SparseLu};
#[cfg(feature = "sparse")]
pub use sparse_dual::DualFactors;
pub use transposed::DirectTransposed;
