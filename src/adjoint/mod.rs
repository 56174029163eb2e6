//! Differentiating a solve in reverse.
//!
//! A loss `L` depends on the states at output times and on the times and states of events. An adjoint takes its
//! cotangents, such as `∂L/∂y(tᵢ)`, and returns the gradient with respect to the initial state, the parameters and every
//! time. [`DiscreteAdjoint`] differentiates the steps that were computed (discretise, then differentiate), and so does
//! [`ReversibleAdjoint`] in constant memory for methods whose steps can be undone; [`BacksolveAdjoint`], [`InterpolatingAdjoint`] and
//! [`QuadratureAdjoint`] solve the adjoint equation backwards (differentiate, then discretise).
//!
//! [`Ivp::forward`](crate::solution::Ivp::forward) solves and records, and [`Run::backward`] goes back. Where an event resets the
//! state, and where the field is declared to jump ([`Ivp::jumps_at`](crate::solution::Ivp::jumps_at)), the solve is cut into pieces,
//! each of which is differentiated by itself.
//!
//! [`choosing`] says which adjoint suits what, and what each costs.

mod approach;
mod continuous;
mod forward;
#[doc = include_str!("choosing.md")]
pub mod choosing {}
mod cotangents;
mod discrete;
mod drift;
mod finite;
mod layout;
mod problem;
mod pull_back;
mod recorder;
mod reversible;
mod run;
mod saltation;
mod sensitivity;
mod steady_state;
mod stretch;
mod timeline;
mod traits;

pub use continuous::{
    AdjointEquation, Augmented, BacksolveAdjoint, BacksolveRecord, Costate, CurveRecord, InterpolatingAdjoint,
    QuadratureAdjoint,
};
pub use cotangents::{Cotangents, CotangentsRef, EventCotangent};
pub use discrete::{Checkpoints, DiscreteAdjoint, DiscreteRecord};
pub(crate) use finite::{
    check_argument, check_cotangents, check_fits, check_gradient, check_gradients, check_member, check_params,
};
pub use problem::Problem;
pub use reversible::{ReversibleAdjoint, ReversibleRecord};
pub(crate) use run::Asked;
pub use run::{Gradient, GradientOf, Run, RunResult};
pub use sensitivity::{HessianVector, Sensitivities, hessian_vector, sensitivities};
pub use steady_state::SteadyState;
pub use traits::{Adjoint, ExactGradient, Forward, ForwardResult, Pullback};
