//! Explicit symplectic methods, for mechanics over long times.
//!
//! | method | order | forces per step | suitable for |
//! |---|---|---|---|
//! | [`SymplecticEuler`](type@SymplecticEuler) | 1 | 1 | teaching; residual networks that must not blow up |
//! | [`Leapfrog`](type@Leapfrog) | 2 | 1 | the first choice: large systems, rough forces, modest accuracy |
//! | [`PositionVerlet`](type@PositionVerlet) | 2 | 1 | the same where steps are interrupted |
//! | [`Ruth3`](type@Ruth3) | 3 | 3 | comparison |
//! | [`Yoshida4`](type@Yoshida4) | 4 | 3 | comparison with the literature |
//! | [`BlanesMoan4`](type@BlanesMoan4) | 4 | 6 | most problems that ask for four digits or more |
//! | [`Yoshida6`](type@Yoshida6) | 6 | 7 | high accuracy on smooth problems |
//!
//! | a method of your own | |
//! |---|---|
//! | [`Symplectic`] | the method of a [`SplittingTable`], checked by [`check_splitting`] |
//! | [`tables`] | the splittings of the methods above |
//! | helper types | [`SymplecticCotangent`], [`SymplecticTape`], [`SymplecticWorkspace`] |
//!
//! A step of such a method is a symplectic map. On Hamilton's equations it is, up to terms exponentially small in
//! `1/h`, the exact flow of a nearby Hamiltonian. So the energy error is `O(h^p)` for all practical times, while the
//! energy drifts with a method of any other kind (Hairer, Lubich & Wanner, *Geometric Numerical Integration*, chapter
//! IX). This holds for a constant step: use [`Fixed`](crate::control::Fixed). The field must be
//! [`Separable`](crate::dynamics::Separable).
//!
//! Forces and velocities may depend on time. The time of a force follows the positions, and the time of a velocity
//! follows the momenta; this preserves the orders.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod blanes_moan4;
mod engine;
mod leapfrog;
mod leapfrogs;
mod position_verlet;
mod reverse;
mod ruth3;
mod splitting;
mod symplectic_euler;
mod yoshida4;
mod yoshida6;

pub use blanes_moan4::BlanesMoan4;
pub use engine::{Symplectic, SymplecticWorkspace};
pub use leapfrog::Leapfrog;
pub use position_verlet::PositionVerlet;
pub use reverse::{SymplecticCotangent, SymplecticTape};
pub use ruth3::Ruth3;
pub use splitting::{SplittingTable, check_splitting};
pub use symplectic_euler::SymplecticEuler;
pub use yoshida4::Yoshida4;
pub use yoshida6::Yoshida6;

/// The splittings of the methods.
pub mod tables {
    pub use super::blanes_moan4::BlanesMoan4Table;
    pub use super::leapfrog::LeapfrogTable;
    pub use super::position_verlet::PositionVerletTable;
    pub use super::ruth3::Ruth3Table;
    pub use super::symplectic_euler::SymplecticEulerTable;
    pub use super::yoshida4::Yoshida4Table;
    pub use super::yoshida6::Yoshida6Table;
}
