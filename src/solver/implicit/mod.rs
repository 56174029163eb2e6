//! Implicit methods, for stiff problems.
//!
//! The stages of diagonally implicit methods ([`Dirk`]) are solved one after the other, those of [`Collocation`] methods
//! all together; the latter have higher orders, and more linear algebra in a step.
//!
//! A step solves equations by Newton's method, with linear systems solved by a [`LinearSolver`]: [`Lu`] unless
//! `method.with(..)` says otherwise. A step whose equations were not solved is rejected and tried again shorter under an
//! adaptive controller, and ends the solve under [`Fixed`](crate::control::Fixed); it is never accepted.

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
    ComplexSolver, Differences, Exact, Krylov, KrylovTransposed, KrylovWorkspace, LinearSolver, Lu, LuTransposed,
    LuWorkspace, Matrices, Point, Products, TransposedSolver,
};
pub(super) use newton::{Equation, Newton};
