//! Implicit methods, for stiff problems.
//!
//! A step solves equations by Newton's method, with linear systems solved by a [`LinearSolver`]: [`Lu`] unless
//! `method.with(..)` says otherwise. A step whose equations were not solved is rejected and tried again shorter under an
//! adaptive controller, and ends the solve under [`Fixed`](crate::Fixed); it is never accepted.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod dirk;
pub mod imex;
mod implicit_euler;
mod krylov;
mod kvaerno3;
mod linear;
mod newton;

pub use dirk::{Dirk, DirkTableau, DirkWorkspace, check_dirk, check_embedded_dirk};
pub use imex::{
    Ars222, Ars443, Esdirk3, Esdirk4, Esdirk5, Imex, ImexEuler, ImexTableau, ImexWorkspace, KenCarp3, KenCarp4,
    KenCarp5, check_embedded_imex, check_imex,
};
pub use implicit_euler::ImplicitEuler;
pub use krylov::{Differences, Exact, Krylov, KrylovWorkspace, Point, Products};
pub use kvaerno3::Kvaerno3;
pub use linear::{LinearSolver, Lu, LuWorkspace, Matrices};
