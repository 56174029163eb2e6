//! Diagonally implicit Runge–Kutta methods, whose stages are solved one after the other.

mod engine;
mod esdirk547;
mod implicit_euler;
mod implicit_midpoint;
mod kvaerno3;
mod predictor;
mod reverse;
mod sdirk2;
mod sdirk3;
mod sdirk4;
mod tr_bdf2;
mod trapezoid;

pub use engine::{Dirk, DirkTableau, DirkWorkspace, check_dirk, check_embedded_dirk};
pub(super) use engine::{adds_unfiltered, gamma, parts_make_the_estimate, starts_explicitly};
pub use esdirk547::Esdirk547;
pub use implicit_euler::ImplicitEuler;
pub use implicit_midpoint::ImplicitMidpoint;
pub use kvaerno3::Kvaerno3;
pub(super) use predictor::predictor;
pub use reverse::DirkTape;
pub use sdirk2::Sdirk2;
pub use sdirk3::Sdirk3;
pub use sdirk4::Sdirk4;
pub use tr_bdf2::TrBdf2;
pub use trapezoid::Trapezoid;

/// The tableaus of the diagonally implicit methods.
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
