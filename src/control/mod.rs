//! Step size control: the length and the acceptance of steps.
//!
//! | controller | steps |
//! |---|---|
//! | [`Fixed`] | a uniform grid, for any method |
//! | [`StepTo`] | steps that end at given times, for any method |
//! | [`Pid`] | adaptive steps by the error estimate; the usual choice |
//! | [`Predictive`] | adaptive steps by Gustafsson's predictive controller, for implicit methods |
//!
//! | extension | |
//! |---|---|
//! | [`MinStep`] | the policy of an adaptive controller at its smallest step |
//! | [`StepLaw`] | a law for [`Adaptive`], the common type of [`Pid`] and [`Predictive`] |
//! | [`Controller`] | the trait of a controller |
//! | helper types | [`Accepted`], [`AdaptiveMemory`], [`Filter`], [`FixedMemory`], [`Gustafsson`], [`LastStep`], [`Plan`], [`Trial`], [`Verdict`] |
//!
//! [`Pid`] and [`Predictive`] need an error estimate; with a method that has none they do not compile.

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
