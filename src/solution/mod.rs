//! Solutions: initial value problems, save rules, events, and step-by-step control.

mod auto;
mod curve;
mod ensemble;
mod event;
mod failure;
mod fallback;
mod ivp;
pub mod keep;
mod outputs;
mod paused;
mod record;
mod result;
mod stepper;

pub use auto::solve_ivp;
pub use curve::Curve;
pub use ensemble::{Ensemble, Outcome};
pub use event::{
    AddTo, DifferentiableEvent, DifferentiableEvents, Direction, Event, EventFunction, EventRecord, Events,
    HaveDerivatives,
};
pub use failure::Failure;
pub use fallback::{RescueResult, Rescued};
pub use ivp::{Ivp, Solved, solve};
pub use outputs::Outputs;
pub use paused::Paused;
pub use record::{Interpolated, Landed, Mapped, Trajectory};
pub(crate) use record::{check_outputs, check_times};
pub use result::{Ending, Solution};
pub use stepper::{PausedSolve, Stepper};
