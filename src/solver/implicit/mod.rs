//! Implicit methods, for stiff problems.
//!
//! | method | order | stages | for |
//! |---|---|---|---|
//! | [`ImplicitEuler`](type@ImplicitEuler) | 1 | 1 | fixed steps with the strongest damping |
//! | [`ImplicitMidpoint`](type@ImplicitMidpoint) | 2 | 1 | Hamiltonian systems: symplectic |
//! | [`Trapezoid`](type@Trapezoid) | 2 | 2 | fixed steps without damping; Crank–Nicolson |
//! | [`Sdirk2`](type@Sdirk2), [`Sdirk3`](type@Sdirk3) | 2, 3 | 2, 3 | fixed steps |
//! | [`TrBdf2`](type@TrBdf2) | 2(3) | 3 | large systems at low accuracy, with [`Krylov`] |
//! | [`Kvaerno3`](type@Kvaerno3) | 3(2) | 4 | large systems, with [`Krylov`] |
//! | [`Esdirk3`](type@Esdirk3), [`Esdirk4`](type@Esdirk4), [`Esdirk5`](type@Esdirk5) | 3(2), 4(3), 5(4) | 4, 6, 8 | the implicit parts of [`imex`] methods alone |
//! | [`Sdirk4`](type@Sdirk4) | 4(3) | 5 | comparison; lands on its save times |
//! | [`Esdirk547`](type@Esdirk547) | 5(4) | 7 | most stiff problems |
//! | [`RadauIIA3`](type@RadauIIA3) | 3(2) | 2 | low accuracy |
//! | [`RadauIIA5`](type@RadauIIA5) | 5(3) | 3 | most stiff problems; RADAU5 |
//! | [`RadauIIA9`](type@RadauIIA9), [`RadauIIA13`](type@RadauIIA13) | 9(5), 13(7) | 5, 7 | strict tolerances |
//! | [`Radau`](type@Radau) | 5, 9, 13 | 3, 5, 7 | most stiff problems at any tolerance; RADAU |
//! | [`GaussLegendre4`](type@GaussLegendre4), [`GaussLegendre6`](type@GaussLegendre6) | 4(2), 6(3) | 2, 3 | Hamiltonian systems that are not separable: symplectic |
//! | [`ImexEuler`](type@ImexEuler), [`Ars222`](type@Ars222), [`Ars443`](type@Ars443), [`KenCarp3`](type@KenCarp3), [`KenCarp4`](type@KenCarp4), [`KenCarp5`](type@KenCarp5) | 1 to 5 | 1 to 7 | fields that are stiff in one part: see [`imex`] |
//!
//! | linear solver | |
//! |---|---|
//! | [`Lu`] | the default: the Jacobian as a dense matrix, factorised; up to about a hundred equations |
//! | [`Banded`] | a band of the Jacobian, factorised: equations on a line, of any number |
//! | `Sparse` | the entries of the Jacobian at the places of a [`Pattern`](crate::state::Pattern), factorised (feature `sparse`) |
//! | [`Krylov`] | GMRES without a matrix, for any state; products by [`Differences`], or [`Exact`] ones |
//! | [`Preconditioner`] | the trait: an approximation of the matrix, for fewer iterations of [`Krylov`]; [`Banded`] and `Sparse` are such |
//! | [`BlockDiagonal`] | a preconditioner: the diagonal blocks of the Jacobian |
//! | [`LinearSolver`], [`ComplexSolver`], [`TransposedSolver`], [`TransposedComplexSolver`] | the traits: real systems, complex ones (collocation), transposed ones (gradients), and both (gradients of collocation) |
//!
//! | a method of your own | |
//! |---|---|
//! | [`Dirk`] | the method of a [`DirkTableau`], checked by [`check_dirk`] and [`check_embedded_dirk`] |
//! | [`Collocation`] | the method of a [`CollocationTableau`], checked by [`check_collocation`]; [`collocation_polynomial`] is its output |
//! | [`Imex`] | the method of an [`ImexTableau`], checked by [`check_imex`] and [`check_embedded_imex`] |
//! | [`tables`] | the tableaus of the diagonally implicit methods |
//! | helper types | [`Band`], [`Blocks`], [`CollocationTape`], [`CollocationWorkspace`], [`Direct`], [`DirectFactors`], [`DirectMethod`], [`DirectTransposed`], [`DirectWorkspace`], [`DirkTape`], [`DirkWorkspace`], [`FactoredBlocks`], [`Factorise`], [`ImexTape`], [`ImexWorkspace`], [`KrylovComplex`], [`KrylovTransposed`], [`KrylovTransposedPoint`], [`KrylovWorkspace`], [`LuTransposed`], [`LuWorkspace`], [`Matrices`], [`NoPreconditioner`], [`Point`], [`Products`], [`RadauWorkspace`], [`RealSystem`], `SparseFactors`, `SparseLu` |
//!
//! The order in brackets belongs to the error estimate; a method without one takes fixed steps. For measurements see
//! [`comparison`](crate::solver::comparison).
//!
//! Diagonally implicit methods ([`Dirk`]) solve their stages one after the other. [`Collocation`] methods solve all
//! stages together: they have higher orders, and more linear algebra in a step.
//!
//! A step solves its equations by Newton's method, with the linear solver [`Lu`] by default; `method.with(..)` sets
//! another [`LinearSolver`]. [`Banded`] and `Sparse` take the entries of the Jacobian from
//! [`Jacobian::sparse_jacobian`](crate::dynamics::Jacobian::sparse_jacobian): coloured differences by default, and exact ones
//! of a [`GenericField`](crate::dynamics::GenericField). All of these solvers serve the backward pass, too. A step whose equations were not solved is never accepted. An adaptive controller rejects
//! it and tries a shorter one; under [`Fixed`](crate::control::Fixed) it ends the solve.
//!
//! # Systems with a mass matrix
//!
//! [`WithMass`](crate::dynamics::WithMass) is the field of `M y' = f(t, y)`. If `M` is singular, this is a
//! differential-algebraic system, of index 1. These methods solve it, with [`Lu`], [`Banded`] or `Sparse`:
//!
//! | method | gradient by [`DiscreteAdjoint`](crate::DiscreteAdjoint) |
//! |---|---|
//! | [`RadauIIA3`](type@RadauIIA3), [`RadauIIA5`](type@RadauIIA5), [`RadauIIA9`](type@RadauIIA9), [`RadauIIA13`](type@RadauIIA13), [`Radau`](type@Radau) | yes |
//! | the [`rosenbrock`](crate::solver::rosenbrock) methods | yes |
//! | [`Bdf`](type@crate::solver::multistep::Bdf) | yes |
//! | [`Ndf`](crate::solver::multistep::Ndf) | no: its first step depends on the slope at the start |
//! | [`ImplicitEuler`](type@ImplicitEuler), [`Sdirk2`](type@Sdirk2), [`Sdirk3`](type@Sdirk3), [`Sdirk4`](type@Sdirk4) | yes |
//! | [`TrBdf2`](type@TrBdf2), [`Kvaerno3`](type@Kvaerno3), [`Esdirk547`](type@Esdirk547) | no: their first stage is explicit |
//!
//! The start must satisfy the algebraic equations within the tolerance of the solve; [`ConsistentState`] finds such a state.
//! So must the state after a reset, and at a jump of the field.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod collocation;
mod dirk;
pub mod imex;
pub(in crate::solver) mod newton;

pub use collocation::{
    Collocation, CollocationTableau, CollocationTape, CollocationWorkspace, GaussLegendre4, GaussLegendre6, Radau,
    RadauIIA3, RadauIIA5, RadauIIA9, RadauIIA13, RadauWorkspace, check_collocation, collocation_polynomial,
};
pub use dirk::{
    Dirk, DirkTableau, DirkTape, DirkWorkspace, Esdirk547, ImplicitEuler, ImplicitMidpoint, Kvaerno3, Sdirk2, Sdirk3,
    Sdirk4, TrBdf2, Trapezoid, check_dirk, check_embedded_dirk, tables,
};
pub use imex::{
    Ars222, Ars443, Esdirk3, Esdirk4, Esdirk5, Imex, ImexEuler, ImexTableau, ImexTape, ImexWorkspace, KenCarp3,
    KenCarp4, KenCarp5, check_embedded_imex, check_imex,
};
pub use newton::{
    Band, Banded, BlockDiagonal, Blocks, ComplexSolver, ConsistentState, Differences, Direct, DirectFactors,
    DirectMethod, DirectTransposed, DirectWorkspace, Exact, FactoredBlocks, Factorise, Krylov, KrylovComplex,
    KrylovTransposed, KrylovTransposedPoint, KrylovWorkspace, LinearFailure, LinearSolver, Lu, LuTransposed,
    LuWorkspace, Matrices, NoPreconditioner, Point, Preconditioner, Products, RealSystem, TransposedComplexSolver,
    TransposedSolver,
};
#[cfg(feature = "sparse")]
pub use newton::{DualFactors, Sparse, SparseFactors, SparseLu};
pub(super) use newton::{Equation, Newton};
