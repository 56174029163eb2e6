//! The exact transpose of one step: what a discrete adjoint is made of.
//!
//! A one-step method says how a step depends on the state before it, [`StepVjp::step_vjp`]. A multistep method looks back on
//! more states than that one: it says how many, keeps a [`StepNote`] of each step, and carries from one transposed step to
//! the next, in its tape, what later steps say of earlier points.

mod past;
mod stages;
mod step;

pub use past::{Past, StepNote};
pub(super) use past::{first_step_vjp, step_vjp_without_past};
pub use stages::StageTape;
pub use step::{OutputCotangent, StepCotangent, StepStart, StepVjp};
pub(in crate::solver) use step::{add_outputs_at_end, add_outputs_inside};
