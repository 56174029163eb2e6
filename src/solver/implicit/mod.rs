//! Implicit methods, for stiff problems.
//!
//! The stages of diagonally implicit methods ([`Dirk`]) are solved one after the other, those of [`Collocation`] methods
//! all together; the latter have higher orders, and more linear algebra in a step.
//!
//! A step solves equations by Newton's method, with linear systems solved by a [`LinearSolver`]: [`Lu`] unless
//! `method.with(..)` says otherwise. A step whose equations were not solved is rejected and tried again shorter under an
//! adaptive controller, and ends the solve under [`Fixed`](crate::Fixed); it is never accepted.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod collocation;
mod convergence;
mod dirk;
mod dirk_reverse;
mod esdirk547;
pub mod imex;
mod implicit_euler;
mod implicit_midpoint;
pub(in crate::solver) mod kept;
mod krylov;
mod kvaerno3;
mod linear;
mod newton;
mod predictor;
mod sdirk2;
mod sdirk3;
mod sdirk4;
mod tr_bdf2;
mod trapezoid;

pub use collocation::{
    Collocation, CollocationTableau, CollocationTape, CollocationWorkspace, GaussLegendre4, GaussLegendre6, RadauIIA3,
    RadauIIA5, RadauIIA9, check_collocation, collocation_polynomial,
};
pub use dirk::{Dirk, DirkTableau, DirkWorkspace, check_dirk, check_embedded_dirk};
pub use dirk_reverse::DirkTape;
pub use esdirk547::Esdirk547;
pub use imex::{
    Ars222, Ars443, Esdirk3, Esdirk4, Esdirk5, Imex, ImexEuler, ImexTableau, ImexTape, ImexWorkspace, KenCarp3,
    KenCarp4, KenCarp5, check_embedded_imex, check_imex,
};
pub use implicit_euler::ImplicitEuler;
pub use implicit_midpoint::ImplicitMidpoint;
pub use krylov::{Differences, Exact, Krylov, KrylovTransposed, KrylovWorkspace, Point, Products};
pub use kvaerno3::Kvaerno3;
pub use linear::{ComplexSolver, LinearSolver, Lu, LuTransposed, LuWorkspace, Matrices, TransposedSolver};
pub(super) use newton::{Equation, Newton};
pub use sdirk2::Sdirk2;
pub use sdirk3::Sdirk3;
pub use sdirk4::Sdirk4;
pub use tr_bdf2::TrBdf2;
pub use trapezoid::Trapezoid;

/// The tableaus of the diagonally implicit methods, to be read or built upon.
pub mod tables {
    pub use super::esdirk547::Esdirk547Table;
    pub use super::implicit_euler::ImplicitEulerTable;
    pub use super::implicit_midpoint::ImplicitMidpointTable;
    pub use super::kvaerno3::Kvaerno3Table;
    pub use super::sdirk2::Sdirk2Table;
    pub use super::sdirk3::Sdirk3Table;
    pub use super::sdirk4::Sdirk4Table;
    pub use super::tr_bdf2::TrBdf2Table;
    pub use super::trapezoid::TrapezoidTable;
}
