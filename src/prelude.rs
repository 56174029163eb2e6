//! The names of a first program; the crate root has the same.
//!
//! `use rheos::prelude::*;` brings them all. Everything else is in its module.

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
pub use crate::state::State;
pub use crate::train::{Adam, mean_squared_error};
