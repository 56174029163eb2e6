//! The integration loop: step, judge, accept, observe.
//!
//! The loop is independent of methods, output, events and gradients. An [`Observer`] sees every accepted step. It may
//! pause the solve, stop it, or continue it from another state.

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
