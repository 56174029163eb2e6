//! Newton's method for the equations of a step, and the solvers of its linear systems.

pub(in crate::solver::implicit) mod convergence;
mod dae;
mod direct;
mod iteration;
pub(in crate::solver) mod kept;
mod krylov;
mod linear;
mod refine;

pub use dae::ConsistentState;
pub(in crate::solver) use dae::start_slope;
pub use direct::{Band, Banded, Direct, DirectMethod, DirectTransposed, DirectWorkspace, Factorise};
#[cfg(feature = "sparse")]
pub use direct::{DualFactors, Sparse, SparseFactors, SparseLu};
pub(in crate::solver) use iteration::{Equation, Newton};
pub use krylov::{Differences, Exact, Krylov, KrylovTransposed, KrylovWorkspace, Point, Products};
pub use linear::{
    ComplexSolver, LinearFailure, LinearSolver, Lu, LuTransposed, LuWorkspace, Matrices, TransposedSolver,
};
