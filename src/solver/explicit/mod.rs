//! Explicit Runge–Kutta methods: each file holds one table, its proof and its source.
//!
//! Every method has a type and a value of the same name, so that `Dopri5` works in `OdeBlock<F, Dopri5, ..>` and in
//! `solve(.., Dopri5, ..)`. The table behind it is in [`tables`].

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod bosh3;
mod dop853;
mod dopri5;
mod euler;
mod heun;
mod midpoint;
mod ralston;
mod rk38;
mod rk4;
mod tsit5;

pub use bosh3::Bosh3;
pub use dop853::Dop853;
pub use dopri5::Dopri5;
pub use euler::Euler;
pub use heun::Heun;
pub use midpoint::Midpoint;
pub use ralston::Ralston;
pub use rk4::Rk4;
pub use rk38::Rk38;
pub use tsit5::Tsit5;

/// The Butcher tableaus of the methods, to be read or built upon.
pub mod tables {
    pub use super::bosh3::Bosh3Table;
    pub use super::dop853::Dop853Table;
    pub use super::dopri5::Dopri5Table;
    pub use super::euler::EulerTable;
    pub use super::heun::HeunTable;
    pub use super::midpoint::MidpointTable;
    pub use super::ralston::RalstonTable;
    pub use super::rk4::Rk4Table;
    pub use super::rk38::Rk38Table;
    pub use super::tsit5::Tsit5Table;
}
