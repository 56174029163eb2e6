//! Gradients of a solve, by a backward pass, and other derivatives.
//!
//! | gradient of the computed steps | |
//! |---|---|
//! | [`DiscreteAdjoint`] | the default: transposes every step; [`Checkpoints`] sets the number of stored states |
//! | [`ReversibleAdjoint`] | the same in constant memory, for [reversible methods](crate::solver::reversible); measures its drift |
//!
//! | solution of the adjoint equation | |
//! |---|---|
//! | [`BacksolveAdjoint`] | solves the state and the costate backwards, in constant memory |
//! | [`InterpolatingAdjoint`] | solves the costate backwards, along the stored dense output |
//! | [`QuadratureAdjoint`] | the same for many parameters: their gradient is a quadrature |
//!
//! | other derivatives | |
//! |---|---|
//! | [`sensitivities`], [`sensitivities_with_mass`] | forward sensitivities of all outputs, for few parameters |
//! | [`sensitivities_along`] | the same of a large system, along chosen [`Directions`] |
//! | [`hessian_vector`] | a Hessian-vector product of a loss |
//! | [`SteadyState`] | a fixed point of a field, and its derivatives |
//!
//! | parts of a gradient | |
//! |---|---|
//! | [`Run`] | a recorded solve, made by [`Ivp::forward`](crate::solution::Ivp::forward); [`Run::backward`] is the backward pass |
//! | [`Cotangents`] | the derivatives of a loss with respect to the outputs and the events |
//! | [`Gradient`] | the result: derivatives in the initial state, the parameters and every time |
//! | [`Adjoint`], [`ExactGradient`] | the trait of an adjoint, and the mark of the exact ones |
//! | [`choosing`] | a guide: which adjoint, at which cost |
//! | helper types | [`AdjointEquation`], [`Augmented`], [`BacksolveRecord`], [`Costate`], [`CotangentsRef`], [`CurveRecord`], [`DiscreteRecord`], [`EventCotangent`], [`Forward`], [`ForwardResult`], [`GradientOf`], [`HessianVector`], [`Problem`], [`Pullback`], [`ReversibleRecord`], [`RunResult`], [`Sensitivities`], [`SensitivitiesAlong`], [`SparseTangent4`] |
//!
//! A loss `L` depends on the states at output times and on the times and states of events. An adjoint takes the
//! cotangents `∂L/∂y(tᵢ)` and returns the gradient with respect to the initial state, the parameters and every time.
//!
//! The solve is cut into pieces at every event that resets the state and at every declared jump of the field
//! ([`Ivp::jumps_at`](crate::solution::Ivp::jumps_at)). Each piece is differentiated by itself.

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
mod sensitivities_along;
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
pub(crate) use discrete::next_checkpoint;
pub use discrete::{Checkpoints, DiscreteAdjoint, DiscreteRecord};
pub(crate) use finite::{
    check_argument, check_cotangents, check_fits, check_gradient, check_gradients, check_member, check_params,
};
pub use problem::Problem;
pub use reversible::{ReversibleAdjoint, ReversibleRecord};
pub(crate) use run::Asked;
pub use run::{Gradient, GradientOf, Run, RunResult};
pub(crate) use sensitivities_along::{Base, WIDTH, solve_along};
pub use sensitivities_along::{Directions, SensitivitiesAlong, SparseTangent4, sensitivities_along};
pub(crate) use sensitivity::solve as solve_tangent;
pub use sensitivity::{HessianVector, Sensitivities, hessian_vector, sensitivities, sensitivities_with_mass};
pub use steady_state::SteadyState;
pub use traits::{Adjoint, ExactGradient, Forward, ForwardResult, Pullback};
