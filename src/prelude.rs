//! The names of a first program; the crate root has the same. Everything else is in its module.
//!
//! | names | owner |
//! |---|---|
//! | [`Ivp`], [`solve`], [`solve_ivp`], [`Solution`], [`Failure`], [`Event`], [`DifferentiableEvent`] | [`solution`](crate::solution) |
//! | [`Dynamics`], [`ode`], [`Autodiff`], [`GenericDynamics`], [`Scalar`], [`Differentiable`], [`Parametric`] | [`dynamics`](crate::dynamics) |
//! | [`State`] | [`state`](crate::state) |
//! | [`Euler`](type@Euler), [`Rk4`](type@Rk4), [`Dopri5`](type@Dopri5), [`Tsit5`](type@Tsit5), [`Vern7`](type@Vern7), [`RadauIIA5`](type@RadauIIA5), [`Rodas5P`](type@Rodas5P), [`Bdf`](type@Bdf), [`Solver`] | [`solver`](crate::solver) and its families |
//! | [`Fixed`], [`Pid`], [`Controller`] | [`control`](crate::control) |
//! | [`Adjoint`], [`DiscreteAdjoint`], [`ReversibleAdjoint`], [`BacksolveAdjoint`], [`Run`], [`sensitivities`] | [`adjoint`](crate::adjoint) |
//! | [`Net`], [`Block`], [`OdeBlock`], [`Sequence`] | [`nn`](crate::nn) |
//! | [`Formula`] | [`formula`](mod@crate::formula) |
//! | [`Adam`], [`Optimiser`], [`mean_squared_error`] | [`train`](crate::train) |
//! | [`Stats`] | [`integrate`](crate::integrate) |
//! | [`Error`], [`Result`] | [`error`](crate::error) |
//!
//! `use rheos::prelude::*;` brings them all.

pub use crate::adjoint::{Adjoint, BacksolveAdjoint, DiscreteAdjoint, ReversibleAdjoint, Run, sensitivities};
pub use crate::control::{Controller, Fixed, Pid};
pub use crate::dynamics::{Autodiff, Differentiable, Dynamics, GenericDynamics, Parametric, Scalar, ode};
pub use crate::error::{Error, Result};
pub use crate::formula::Formula;
pub use crate::integrate::Stats;
pub use crate::nn::{Block, Net, OdeBlock, Sequence};
pub use crate::solution::{DifferentiableEvent, Event, Failure, Ivp, Solution, solve, solve_ivp};
pub use crate::solver::Solver;
pub use crate::solver::explicit::{Dopri5, Euler, Rk4, Tsit5, Vern7};
pub use crate::solver::implicit::RadauIIA5;
pub use crate::solver::multistep::Bdf;
pub use crate::solver::rosenbrock::Rodas5P;
pub use crate::state::{State, Tolerance};
pub use crate::train::{Adam, Optimiser, mean_squared_error};
