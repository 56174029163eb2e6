//! Newton's method for the equations of a step, and the solvers of its linear systems.

pub(in crate::solver::implicit) mod convergence;
mod iteration;
pub(in crate::solver) mod kept;
mod krylov;
mod linear;
mod transposed_complex;

pub(in crate::solver) use iteration::{Equation, Newton};
pub use krylov::{
    BlockDiagonal, Blocks, Differences, Exact, FactoredBlocks, Krylov, KrylovComplex, KrylovTransposed,
    KrylovTransposedPoint, KrylovWorkspace, NoPreconditioner, Point, Preconditioner, Products,
};
pub use linear::{
    ComplexSolver, LinearFailure, LinearSolver, Lu, LuTransposed, LuWorkspace, Matrices, TransposedSolver,
};
pub use transposed_complex::TransposedComplexSolver;
