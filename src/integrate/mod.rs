//! The integration loop: step, judge, accept, observe.
//!
//! | item | |
//! |---|---|
//! | [`Observer`] | sees every accepted [`Step`]; its answer is a [`StepAction`]: continue, change the state, pause or stop |
//! | [`Stats`] | the cost of a solve: evaluations, steps, Jacobians |
//! | [`Integration`] | the loop itself, for a field, a method, a controller and times |
//! | [`Reached`], [`Termination`] | the end of a solve, and the reason of an early one |
//!
//! The loop is independent of methods, output, events and gradients. Most programs use it through
//! [`Ivp`](crate::solution::Ivp).

mod integration;
mod leg;
mod observer;
mod pieces;
mod stats;

pub(crate) use integration::{Course, Progress, check_after};
pub use integration::{Integration, Reached};
pub(crate) use leg::Leg;
pub use observer::{Observer, Step, StepAction};
pub(crate) use pieces::{Piece, Pieces};
pub use stats::{Stats, Termination};
