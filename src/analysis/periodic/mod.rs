//! Periodic orbits of fields, by shooting.
//!
//! | item | |
//! |---|---|
//! | [`periodic_orbit`] | a cycle of an autonomous field, its period unknown |
//! | [`forced_orbit`] | an orbit with the period of a periodic field |
//! | [`PeriodicOrbit`] | the orbit, with its Floquet multipliers |

mod newton;
mod orbit;
mod shot;
mod solve;

pub use orbit::PeriodicOrbit;
pub use solve::{forced_orbit, periodic_orbit};
