//! Explicit Runge–Kutta methods.
//!
//! | method | order | stages | for |
//! |---|---|---|---|
//! | [`Euler`](type@Euler) | 1 | 1 | residual networks, teaching |
//! | [`Midpoint`](type@Midpoint), [`Heun`](type@Heun), [`Ralston`](type@Ralston) | 2 | 2 | fixed steps at low accuracy |
//! | [`HeunEuler`](type@HeunEuler) | 2(1) | 2 | adaptive steps at low accuracy |
//! | [`Fehlberg21`](type@Fehlberg21) | 2(1) | 3 | comparison; its errors exceed the tolerance |
//! | [`Ssp33`](type@Ssp33) | 3 | 3 | hyperbolic equations: preserves bounds that Euler steps preserve |
//! | [`Williamson3`](type@Williamson3) | 3 | 3 | large states: two registers |
//! | [`Bosh3`](type@Bosh3) | 3(2) | 4 (FSAL) | adaptive steps at loose tolerances |
//! | [`Rk4`](type@Rk4), [`Rk38`](type@Rk38) | 4 | 4 | fixed steps |
//! | [`CarpenterKennedy`](type@CarpenterKennedy) | 4 | 5 | large states: two registers |
//! | [`Fehlberg45`](type@Fehlberg45) | 4(5) | 6 | comparison: RKF45 |
//! | [`CashKarp`](type@CashKarp) | 5(4) | 6 | comparison |
//! | [`Dopri5`](type@Dopri5) | 5(4) | 7 (FSAL) | most nonstiff problems; `ode45` |
//! | [`Tsit5`](type@Tsit5) | 5(4) | 7 (FSAL) | most nonstiff problems; usually a little more efficient |
//! | [`Vern6`](type@Vern6) | 6(5) | 9 (FSAL) | moderately tight tolerances |
//! | [`Vern7`](type@Vern7) | 7(6) | 10 | tolerances below about 1e-7 |
//! | [`Dop853`](type@Dop853) | 8(5,3) | 12 | the same |
//! | [`Dopri8`](type@Dopri8), [`Vern8`](type@Vern8) | 8(7) | 13 | the same |
//! | [`Vern9`](type@Vern9) | 9(8) | 16 | the strictest tolerances |
//!
//! | a method of your own | |
//! |---|---|
//! | [`Erk`] | the method of a [`Tableau`](crate::solver::Tableau) |
//! | [`LowStorage`] | the method of a [`LowStorageTableau`], in two registers |
//! | [`tables`] | the tableaus of the methods above |
//! | helper types | [`Butcher`], [`ErkWorkspace`], [`LowStorageTape`], [`LowStorageWorkspace`] |
//!
//! The order in brackets belongs to the embedded solution, the error estimate; a method without one takes fixed steps.
//! FSAL: the last stage is the first of the next step. All methods have dense output.
//!
//! Every method has a type and a value of the same name: `Dopri5` works both in `OdeBlock<F, Dopri5, ..>` and in
//! `solve(.., Dopri5, ..)`. The order conditions of the solution, the interpolant and the error estimate are checked
//! when the crate is compiled.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod bosh3;
mod carpenter_kennedy;
mod cash_karp;
mod dop853;
mod dopri5;
mod dopri8;
mod engine;
mod euler;
mod fehlberg21;
mod fehlberg45;
mod heun;
mod heun_euler;
mod low_storage;
mod midpoint;
mod ralston;
mod rk38;
mod rk4;
mod ssp33;
mod tsit5;
mod vern6;
mod vern7;
mod vern8;
mod vern9;
mod williamson3;

pub use bosh3::Bosh3;
pub use carpenter_kennedy::CarpenterKennedy;
pub use cash_karp::CashKarp;
pub use dop853::Dop853;
pub use dopri5::Dopri5;
pub use dopri8::Dopri8;
pub(crate) use engine::lives_in_registers;
pub use engine::{Erk, ErkWorkspace};
pub use euler::Euler;
pub use fehlberg21::Fehlberg21;
pub use fehlberg45::Fehlberg45;
pub use heun::Heun;
pub use heun_euler::HeunEuler;
pub use low_storage::{Butcher, LowStorage, LowStorageTableau, LowStorageTape, LowStorageWorkspace};
pub use midpoint::Midpoint;
pub use ralston::Ralston;
pub use rk4::Rk4;
pub use rk38::Rk38;
pub use ssp33::Ssp33;
pub use tsit5::Tsit5;
pub use vern6::Vern6;
pub use vern7::Vern7;
pub use vern8::Vern8;
pub use vern9::Vern9;
pub use williamson3::Williamson3;

/// The tableaus of the methods.
pub mod tables {
    pub use super::bosh3::Bosh3Table;
    pub use super::carpenter_kennedy::CarpenterKennedyTable;
    pub use super::cash_karp::CashKarpTable;
    pub use super::dop853::Dop853Table;
    pub use super::dopri5::Dopri5Table;
    pub use super::dopri8::Dopri8Table;
    pub use super::euler::EulerTable;
    pub use super::fehlberg21::Fehlberg21Table;
    pub use super::fehlberg45::Fehlberg45Table;
    pub use super::heun::HeunTable;
    pub use super::heun_euler::HeunEulerTable;
    pub use super::midpoint::MidpointTable;
    pub use super::ralston::RalstonTable;
    pub use super::rk4::Rk4Table;
    pub use super::rk38::Rk38Table;
    pub use super::ssp33::Ssp33Table;
    pub use super::tsit5::Tsit5Table;
    pub use super::vern6::Vern6Table;
    pub use super::vern7::Vern7Table;
    pub use super::vern8::Vern8Table;
    pub use super::vern9::Vern9Table;
    pub use super::williamson3::Williamson3Table;
}
