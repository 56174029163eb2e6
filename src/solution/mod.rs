//! Initial value problems and their solutions.
//!
//! | solve | |
//! |---|---|
//! | [`solve_ivp`] | with a default method, for an unknown problem |
//! | [`solve`] | with your method; keeps the end state |
//! | [`Ivp`] | with outputs, events, jumps, observers and gradients |
//! | [`Ensemble`] | many initial states, on several threads or ranks |
//! | [`LaneEnsemble`] | many samples of a small model, several in each instruction |
//! | [`Stepper`] | step by step, driven by the caller; [`Paused`] is its state as a value |
//!
//! | outcome | |
//! |---|---|
//! | [`Solution`] | the outputs, the events, the statistics and the reason of the end ([`Ending`]) |
//! | [`Curve`] | the solution as a function of time |
//! | [`Failure`] | the error, and the solution up to there |
//! | [`Rescued`] | the solution by a method with a fallback ([`Ivp::solve_or`]) |
//!
//! | event or observer | |
//! |---|---|
//! | [`Event`] | a zero of a function of time and state; may end the solve or reset the state |
//! | [`DifferentiableEvent`] | an event with derivatives, for gradients; by hand, or from an [`EventFunction`] by dual numbers |
//! | [`EventRecord`] | an event that happened, in [`Solution::hits`] |
//! | [`Direction`] | the sign changes that count as events |
//! | [`Trajectory`], [`Interpolated`], [`Landed`], [`Mapped`], [`Events`] | observers for several outputs of one solve ([`Ivp::observe`]) |
//! | helper types | [`AddTo`], [`DifferentiableEvents`], [`HaveDerivatives`], [`Outcome`], [`Outputs`], [`PausedSolve`], [`RescueResult`], [`SharedSteps`], [`Solved`]; the save rules in [`keep`] |

mod auto;
mod curve;
mod ensemble;
mod event;
mod failure;
mod fallback;
mod ivp;
pub mod keep;
mod lanes;
mod outputs;
mod parallel;
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
pub(crate) use event::{Bracket, narrow};
pub use failure::Failure;
pub use fallback::{RescueResult, Rescued};
pub use ivp::{Ivp, Solved, solve};
pub use lanes::{LaneEnsemble, SharedSteps};
pub use outputs::Outputs;
pub(crate) use parallel::{cores, in_parallel, in_parallel_with};
pub use paused::Paused;
pub use record::{Interpolated, Landed, Mapped, Trajectory};
pub(crate) use record::{check_outputs, check_times};
pub use result::{Ending, Solution};
pub use stepper::{PausedSolve, Stepper};
