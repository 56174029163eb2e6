//! How far a step goes and whether it is accepted.
//!
//! [`Fixed`] needs nothing of a method; [`Pid`] and [`Predictive`] need an error estimate, and asking one of them to
//! drive a method without it does not compile.

mod adaptive;
mod controller;
mod fixed;
mod initial_step;
mod law;
mod limits;
mod on_grid;
mod pid;
mod predictive;
mod watch;

pub use adaptive::{Adaptive, AdaptiveMemory};
pub use controller::{Controller, Plan, Trial, Verdict};
pub use fixed::{Fixed, FixedMemory};
pub use law::{Accepted, StepLaw};
pub use limits::MinStep;
pub use on_grid::OnGrid;
pub use pid::{Filter, Pid};
pub use predictive::{Gustafsson, LastStep, Predictive};
