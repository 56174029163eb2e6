//! Implicit methods, for stiff problems.
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
    ComplexSolver, Differences, Exact, Krylov, KrylovTransposed, KrylovWorkspace, LinearFailure, LinearSolver, Lu,
    LuTransposed, LuWorkspace, Matrices, Point, Products, TransposedSolver,
};
pub(super) use newton::{Equation, Newton};
