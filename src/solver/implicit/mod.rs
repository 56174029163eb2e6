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
mod dirk;
mod implicit_euler;
mod kvaerno3;
mod linear;
mod newton;

pub use collocation::{
    Collocation, CollocationTableau, CollocationTape, CollocationWorkspace, GaussLegendre4, GaussLegendre6, RadauIIA3,
    RadauIIA5, RadauIIA9, check_collocation, collocation_polynomial,
};
pub use dirk::{Dirk, DirkTableau, DirkWorkspace, check_dirk, check_embedded_dirk};
pub use implicit_euler::ImplicitEuler;
pub use kvaerno3::Kvaerno3;
pub use linear::{ComplexSolver, LinearSolver, Lu, LuWorkspace, Matrices};
