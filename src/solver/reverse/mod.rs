//! The exact transpose of one step, the basis of a discrete adjoint.
//!
//! A one-step method implements [`StepVjp::step_vjp`]. A step of a multistep method depends on several earlier points.
//! Such a method states their number and keeps a [`StepNote`] of each step. Its tape carries the cotangents of earlier
//! points from one transposed step to the next.

mod past;
mod stages;
mod step;

pub use past::{Past, StepNote};
pub(super) use past::{first_step_vjp, step_vjp_without_past};
pub use stages::StageTape;
pub(in crate::solver) use stages::inner_with_mass;
pub use step::{OutputCotangent, StepCotangent, StepStart, StepVjp};
pub(in crate::solver) use step::{add_outputs_at_end, add_outputs_inside};
