//! Newton's method for the equations of a step, and the solvers of its linear systems.

pub(in crate::solver::implicit) mod convergence;
mod dae;
mod direct;
mod iteration;
pub(in crate::solver) mod kept;
mod krylov;
mod linear;
mod refine;
mod transposed_complex;

pub use dae::ConsistentState;
pub(in crate::solver) use dae::start_slope;
pub use direct::{
    Band, Banded, Direct, DirectFactors, DirectMethod, DirectTransposed, DirectWorkspace, Factorise, RealSystem,
};
#[cfg(feature = "sparse")]
pub use direct::{DualFactors, Sparse, SparseFactors, SparseLu};
pub(in crate::solver) use iteration::{Equation, Newton};
pub use krylov::{
    BlockDiagonal, Blocks, Differences, Exact, FactoredBlocks, Krylov, KrylovComplex, KrylovTransposed,
    KrylovTransposedPoint, KrylovWorkspace, NoPreconditioner, Point, Preconditioner, Products,
};
pub use linear::{
    ComplexSolver, LinearFailure, LinearSolver, Lu, LuTransposed, LuWorkspace, Matrices, TransposedSolver,
};
pub use transposed_complex::TransposedComplexSolver;
