//! The one loop: step, judge, observe, accept.
//!
//! It knows nothing of methods, output, events or gradients. What wants to see the steps implements [`Observer`], and may
//! answer that the solve shall pause, stop, or go on from another state.

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
