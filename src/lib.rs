//! Recurrent and residual networks as nonlinear dynamical systems.
//!
//! The update `z₁ = z₀ + f(z₀, θ)` of a residual or recurrent network is one step of Euler's method, of length 1, for
//! `dz/dt = f(t, z, θ)`. So one interface runs a model as a network cell, as a neural ODE under any solver, or as a
//! physical model, and one interface trains it.
//!
//! # The five ideas
//!
//! | idea | trait | what implements it |
//! |---|---|---|
//! | a point of state space | [`State`] | numbers, arrays, tuples; nalgebra matrices, static and dynamic; dfdx tensors |
//! | a vector field | [`Dynamics`] | your model, a closure ([`ode`]), a network, a dfdx module |
//! | its pullback | [`Differentiable`] | written by hand, by dual numbers ([`Autodiff`]), by dfdx's tape |
//! | a way to integrate | [`Solver`], [`Controller`] | the methods in [`solver`]: [explicit](solver::explicit), [implicit](solver::implicit), [Rosenbrock](solver::rosenbrock), [multistep](solver::multistep), [symplectic](solver::symplectic), [reversible](solver::reversible); [`Fixed`] steps, [`Pid`], [`Predictive`](control::Predictive) |
//! | a way to differentiate a solve | [`Adjoint`] | [`DiscreteAdjoint`], [`ReversibleAdjoint`], [`BacksolveAdjoint`], [`InterpolatingAdjoint`](adjoint::InterpolatingAdjoint), [`QuadratureAdjoint`](adjoint::QuadratureAdjoint) |
//!
//! What a method or a model can do is a type: Euler's method with an error controller, an adjoint of a field without a
//! derivative, or a state of the wrong dimension do not compile, and the compiler says what to use instead.
//!
//! # Solving
//!
//! [`solve_ivp`] chooses a method, [`solve`] takes yours and keeps the end, and [`Ivp`] keeps whatever you ask for. Which
//! method is good for what says [`solver`]. Time and coefficients are `f64`; only the state knows its
//! element type.
//!
//! ```
//! use nalgebra::Vector2;
//! use rheos::{Dynamics, Ivp, Pid, Tsit5};
//!
//! struct Pendulum;
//!
//! impl Dynamics for Pendulum {
//!     type State = Vector2<f64>;
//!     fn eval(&self, _t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
//!         dy[0] = y[1];
//!         dy[1] = -y[0].sin();
//!     }
//! }
//!
//! let times = [0.0, 0.5, 1.0, 2.0];
//! let solution = Ivp::new(&Pendulum, Vector2::new(1.0, 0.0), 0.0..10.0)
//!     .save_at(&times)
//!     .solve(Tsit5, Pid::tolerance(1e-8))?;
//! let energy = |y: &Vector2<f64>| 0.5 * y[1] * y[1] - y[0].cos();
//! assert!((energy(solution.last()) - energy(&solution.y[0])).abs() < 1e-6);
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! An [`Ivp`] looks for [`Event`]s on the way, which may end the solve or change the state; it keeps states, values of a
//! function of them, or the whole solution as a [`Curve`](solution::Curve). A [`Stepper`](solution::Stepper) is driven from outside, and can be paused,
//! written down (feature `serde`) and resumed.
//!
//! A failure keeps what was computed: [`Failure`] holds the reason, the last good state, the states saved so far and the
//! statistics.
//!
//! # Differentiating
//!
//! [`Ivp::forward`] solves and records, and [`Run::backward`] turns the derivative of a loss with respect to the outputs into
//! the gradient with respect to the initial state, the parameters and every time:
//!
//! ```
//! use nalgebra::vector;
//! use rheos::dynamics::problems::LotkaVolterra;
//! use rheos::train::mean_squared_error;
//! use rheos::{DiscreteAdjoint, Dopri5, Ivp, Pid};
//!
//! let (model, y0) = LotkaVolterra::problem();
//! let (times, targets) = ([1.0, 2.0], [vector![2.5, 1.5], vector![4.0, 3.5]]);
//! let run = Ivp::new(&model, y0, 0.0..2.0).save_at(&times).forward(Dopri5, Pid::tolerance(1e-8), DiscreteAdjoint::new())?;
//! let (loss, cotangents) = mean_squared_error(&run.y, &targets)?;
//! let found = run.backward(&cotangents)?;
//! assert!(loss > 0.0 && found.params.len() == 4 && found.times.len() == 2);
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! [`DiscreteAdjoint`] and [`ReversibleAdjoint`] are exact, whatever the tolerance ([`ExactGradient`](adjoint::ExactGradient)); the others solve the adjoint
//! equation; [`adjoint::choosing`] says which suits what. With [`DifferentiableEvent`]s the gradient goes across resets, and
//! the times of events have derivatives; declared [jumps](Ivp::jumps_at) of the field have them too. [`sensitivities`] goes
//! forwards, [`hessian_vector`](adjoint::hessian_vector) gives second derivatives,
//! [`SteadyState`](adjoint::SteadyState) differentiates fixed points, and [`running_cost`](dynamics::running_cost) puts an integral beside the state.
//!
//! # Networks
//!
//! A network is written once, with [`formula!`], and its pullback, its batches and the names of its tensors follow;
//! [`nn::networks`] is the guide. [`nn`] reads one network as a recurrent cell, a residual block or a neural ODE and trains
//! sequences of any of them; [`train`] has a loss and an optimiser. With the feature `dfdx` (on by default), tensors are
//! states, formulas are modules (`nn::tensor::FormulaModule`), modules are fields (`ModuleField`), and an ODE block works as a
//! layer inside a larger dfdx network (`OdeLayer`).
//!
//! # Checking your own model
//!
//! [`verify`] measures the order of a method on your model, compares your pullback and any adjoint with central
//! differences, and checks the laws of a state of your own; call it from your tests.
//!
//! # Features
//!
//! * `dfdx` (default): the tensor backend. Without it the crate needs libm, nalgebra, num-dual, num-traits, pulp and thiserror
//!   only.
//! * `plot`: the module `plot` draws solutions over time, phase portraits, learning curves, work–precision diagrams and
//!   forecasts, as SVG or PNG.
//! * `serde`: a [`Paused`](solution::Paused) solve can be serialised, with every method, and nalgebra's matrices with it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod adjoint;
pub mod control;
pub mod dynamics;
pub mod error;
pub mod formula;
pub mod integrate;
pub mod nn;
#[cfg(feature = "plot")]
pub mod plot;
pub mod prelude;
mod simd;
pub mod solution;
pub mod solver;
pub mod state;
pub mod train;
pub mod verify;

#[cfg(feature = "dfdx")]
pub use dfdx;
#[doc(inline)]
pub use prelude::*;

/// The examples of the README are tested with the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
