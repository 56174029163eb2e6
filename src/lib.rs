//! Recurrent and residual networks as nonlinear dynamical systems.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod adjoint;
pub mod control;
pub mod data;
mod dynamics;
mod error;
pub mod integrate;
pub mod nn;
pub mod solution;
pub mod solver;
mod span;
pub mod state;
pub mod train;
pub mod verify;

pub use adjoint::{
    Adjoint, Augmented, Backsolve, BacksolveRecord, Discrete, DiscreteRecord, Forward, ForwardResult, Gradient,
    Pullback, gradient,
};
pub use control::{Controller, Fixed, Pid};
#[cfg(feature = "dfdx")]
pub use dfdx;
pub use dynamics::{
    Autodiff, Counted, Differentiable, Dynamics, Field, Jacobian, Ode, OdeWithVjp, Parametric, Scalar, ode, problems,
};
pub use error::{Error, Result};
pub use integrate::{Halt, Stats};
#[cfg(feature = "dfdx")]
pub use nn::tensor::{Net, OdeLayer, Taped, TensorField, Weights};
pub use num_dual::DualNum;
pub use solution::{Failure, Ivp, Solution, solve};
pub use solver::{
    Bosh3, Dense, Dopri5, Embedded, EmbeddedTableau, Erk, Euler, Heun, Interpolant, Method, Midpoint, Ralston, Reverse,
    Rk4, Rk38, Solver, Tableau, Tsit5,
};
pub use span::Span;
#[cfg(feature = "dfdx")]
pub use state::TensorElement;
pub use state::{Element, Passive, State, Tolerance};
