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
//! | [`RadauIIA9`](type@RadauIIA9) | 9(5) | 5 | strict tolerances |
//! | [`GaussLegendre4`](type@GaussLegendre4), [`GaussLegendre6`](type@GaussLegendre6) | 4(2), 6(3) | 2, 3 | Hamiltonian systems that are not separable: symplectic |
//! | [`ImexEuler`](type@ImexEuler), [`Ars222`](type@Ars222), [`Ars443`](type@Ars443), [`KenCarp3`](type@KenCarp3), [`KenCarp4`](type@KenCarp4), [`KenCarp5`](type@KenCarp5) | 1 to 5 | 1 to 7 | fields that are stiff in one part: see [`imex`] |
//!
//! | linear solver | |
//! |---|---|
//! | [`Lu`] | the default: the Jacobian as a matrix, factorised |
//! | [`Krylov`] | GMRES without a matrix, for any state; products by [`Differences`], or [`Exact`] ones |
//! | [`LinearSolver`], [`ComplexSolver`], [`TransposedSolver`] | the traits: real systems, complex ones (collocation), transposed ones (gradients) |
//!
//! | a method of your own | |
//! |---|---|
//! | [`Dirk`] | the method of a [`DirkTableau`], checked by [`check_dirk`] and [`check_embedded_dirk`] |
//! | [`Collocation`] | the method of a [`CollocationTableau`], checked by [`check_collocation`]; [`collocation_polynomial`] is its output |
//! | [`Imex`] | the method of an [`ImexTableau`], checked by [`check_imex`] and [`check_embedded_imex`] |
//! | [`tables`] | the tableaus of the diagonally implicit methods |
//! | helper types | [`CollocationTape`], [`CollocationWorkspace`], [`DirkTape`], [`DirkWorkspace`], [`ImexTape`], [`ImexWorkspace`], [`KrylovTransposed`], [`KrylovWorkspace`], [`LuTransposed`], [`LuWorkspace`], [`Matrices`], [`Point`], [`Products`] |
//!
//! The order in brackets belongs to the error estimate; a method without one takes fixed steps. For measurements see
//! [`comparison`](crate::solver::comparison).
//!
//! Diagonally implicit methods ([`Dirk`]) solve their stages one after the other. [`Collocation`] methods solve all
//! stages together: they have higher orders, and more linear algebra in a step.
//!
//! A step solves its equations by Newton's method, with the linear solver [`Lu`] by default; `method.with(..)` sets
//! another [`LinearSolver`]. A step whose equations were not solved is never accepted. An adaptive controller rejects
//! it and tries a shorter one; under [`Fixed`](crate::control::Fixed) it ends the solve.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod collocation;
mod dirk;
pub mod imex;
pub(in crate::solver) mod newton;

pub use collocation::{
    Collocation, CollocationTableau, CollocationTape, CollocationWorkspace, GaussLegendre4, GaussLegendre6, RadauIIA3,
    RadauIIA5, RadauIIA9, check_collocation, collocation_polynomial,
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
    Band, Banded, ComplexSolver, ConsistentState, Differences, Direct, DirectMethod, DirectTransposed, DirectWorkspace,
    Exact, Factorise, Krylov, KrylovTransposed, KrylovWorkspace, LinearFailure, LinearSolver, Lu, LuTransposed,
    LuWorkspace, Matrices, Point, Products, TransposedSolver,
};
#[cfg(feature = "sparse")]
pub use newton::{DualFactors, Sparse, SparseFactors, SparseLu};
pub(super) use newton::{Equation, Newton};
