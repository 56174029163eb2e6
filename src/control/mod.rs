//! Step size control: the length and the acceptance of steps.
//!
//! [`Fixed`] works with any method. [`Pid`] and [`Predictive`] need an error estimate; with a method that has none they
//! do not compile.

mod adaptive;
mod controller;
mod fixed;
mod initial_step;
mod law;
mod limits;
mod pid;
mod predictive;
mod step_to;
mod watch;

pub use adaptive::{Adaptive, AdaptiveMemory};
pub use controller::{Controller, Plan, Trial, Verdict};
pub use fixed::{Fixed, FixedMemory};
pub use law::{Accepted, StepLaw};
pub use limits::MinStep;
pub use pid::{Filter, Pid};
pub use predictive::{Gustafsson, LastStep, Predictive};
pub use step_to::StepTo;
