//! Differentiating a solve in reverse.
//!
//! A loss `L` depends on the states at output times and on the times and states of events. An adjoint takes the
//! cotangents `∂L/∂y(tᵢ)` and returns the gradient with respect to the initial state, the parameters and every time.
//!
//! - Discretise, then differentiate: [`DiscreteAdjoint`] differentiates the computed steps. [`ReversibleAdjoint`] does
//!   so in constant memory, for reversible methods.
//! - Differentiate, then discretise: [`BacksolveAdjoint`], [`InterpolatingAdjoint`] and [`QuadratureAdjoint`] solve the
//!   adjoint equation backwards.
//!
//! [`Ivp::forward`](crate::solution::Ivp::forward) solves and records; [`Run::backward`] is the backward pass. The
//! solve is cut into pieces at every event that resets the state and at every declared jump of the field
//! ([`Ivp::jumps_at`](crate::solution::Ivp::jumps_at)). Each piece is differentiated by itself.
//!
//! See [`choosing`] for choosing an adjoint, and for the cost of each.

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
