//! Recurrent and residual networks as nonlinear dynamical systems.
//!
//! The update `z₁ = z₀ + f(z₀, θ)` of a residual or recurrent network is one step of Euler's method, of length 1, for
//! `dz/dt = f(t, z, θ)`. So one interface runs a model as a network cell, as a neural ODE under any solver, or as a
//! physical model, and one interface trains it.
//!
//! | idea | trait | implemented by | module |
//! |---|---|---|---|
//! | a point of state space | [`State`] | numbers, arrays, tuples, `Vec`; nalgebra matrices; dfdx tensors | [`state`] |
//! | a vector field | [`Dynamics`], [`Differentiable`] | your model, a closure ([`ode`]), a network, a dfdx module | [`dynamics`] |
//! | a way to integrate | [`Solver`], [`Controller`] | about 50 methods; [`Fixed`] steps, [`Pid`] | [`solver`], [`control`] |
//! | a solve | – | [`solve`], [`solve_ivp`], [`Ivp`] with [`Event`]s and outputs | [`solution`] |
//! | a way to differentiate a solve | [`Adjoint`] | [`DiscreteAdjoint`], [`ReversibleAdjoint`], [`BacksolveAdjoint`] | [`adjoint`] |
//! | a network, written once | [`Formula`] | cells and fields, with [`formula!`] | [`formula`](mod@formula), [`nn`] |
//! | a step of a sequence model | [`Block`] | recurrent, residual and ODE blocks | [`nn`] |
//!
//! A method without an error estimate under an adaptive controller, an adjoint of a field without a derivative, or a state of
//! the wrong dimension do not compile; the compiler names the remedy. Time and coefficients are `f64`; only the state
//! knows its element type.
//!
//! The names below, also in [`prelude`], are the names of a first program. Everything else is in its module.
//!
//! # Solving
//!
//! See [`solver`] for choosing a method.
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
//! A [`Curve`](solution::Curve) is the whole solution. A [`Stepper`](solution::Stepper) is driven from outside, and can be
//! paused, written down (feature `serde`) and resumed. A [`Failure`] keeps the reason, the last good state, the states
//! saved so far and the statistics.
//!
//! # Differentiating
//!
//! [`Ivp::forward`] solves and records; [`Run::backward`] turns the derivative of a loss with respect to the outputs into the
//! gradient with respect to the initial state, the parameters and every time:
//!
//! ```
//! use nalgebra::vector;
//! use rheos::dynamics::problems::LotkaVolterra;
//! use rheos::train::mean_squared_error;
//! use rheos::{DiscreteAdjoint, Dopri5, Ivp, Pid};
//!
//! let (model, y0) = LotkaVolterra::problem();
//! let (times, targets) = ([1.0, 2.0], [vector![2.5, 1.5], vector![4.0, 3.5]]);
//! let problem = Ivp::new(&model, y0, 0.0..2.0).save_at(&times);
//! let run = problem.forward(Dopri5, Pid::tolerance(1e-8), DiscreteAdjoint::new())?;
//! let (loss, cotangents) = mean_squared_error(&run.y, &targets)?;
//! let found = run.backward(&cotangents)?;
//! assert!(loss > 0.0 && found.params.len() == 4 && found.times.len() == 2);
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! [`adjoint::choosing`] compares the adjoints. [`DifferentiableEvent`]s carry the gradient across resets; declared
//! [jumps](Ivp::jumps_at) of the field have derivatives too. [`sensitivities`] goes forwards,
//! [`hessian_vector`](adjoint::hessian_vector) gives second derivatives, [`SteadyState`](adjoint::SteadyState) differentiates
//! fixed points, and [`running_cost`](dynamics::running_cost) adds an integral to the state.
//!
//! # Networks
//!
//! [`formula!`] declares a network; its pullback, its batches and the names of its tensors follow.
//! [`nn::networks`] is the guide. [`nn`] reads one network as a recurrent cell, a residual block or a neural ODE, and
//! trains sequences of any of them, and [`train::guide`] is the way from data to a saved model. The module `weights` (feature `safetensors`) exchanges them with PyTorch.
//!
//! # Fitting
//!
//! [`fit`] finds the parameters of a model from measurements, with intervals; [`fit::guide`] is the guide. It also has multiple
//! shooting for physical models and networks, and sparse regression of the terms that a network has learned.
//!
//! # Checking your own model
//!
//! [`verify`] measures the order of a method on your model, compares your pullback and any adjoint with central
//! differences, and checks the laws of a state of your own. Call it from your tests.
//!
//! # Features
//!
//! * `dfdx` (default): tensors are states, formulas are modules, modules are fields, and an ODE block is a layer of a larger
//!   dfdx network. Without it the crate needs libm, nalgebra, num-dual, num-traits, pulp, rand_pcg, statrs and thiserror only.
//! * `plot`: the module `plot` draws solutions over time, phase portraits, learning curves, work–precision diagrams and
//!   forecasts, as SVG or PNG.
//! * `safetensors`: the module `weights` reads and writes the weights of a model in the format of PyTorch.
//! * `checkpoint`: a [`Trainer`](train::Trainer) writes files from which an interrupted training goes on, bit for bit.
//! * `mpi`: trainings and ensembles over processes of MPI, see [`distributed`]. To build it, MPI with `mpicc` and libclang must
//!   be installed. These pages are built without it.
//! * `progress`: a progress bar for trainings in a terminal.
//! * `rayon`: matrix products of more than four million multiplications, and activations of more than 65 000 entries, run
//!   on the threads of rayon's global pool (`RAYON_NUM_THREADS`). The results have the same bits as on one thread. rayon
//!   panics if the system does not grant the threads of the pool.
//! * `sparse`: the linear solver [`Sparse`](solver::implicit), sparse LU factorisations by the library faer, and conversions from and to the matrices of nalgebra-sparse.
//! * `spectra`: the distance of power spectra, [`SpectralDistance`](analysis), by the Fourier transforms of the library realfft.
//! * `serde`: a [`Paused`](solution::Paused) solve can be serialised, with every method, and nalgebra's matrices with it.
//!   So can optimisers and schedules.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod adjoint;
pub mod analysis;
pub mod control;
#[cfg(any(feature = "safetensors", feature = "checkpoint"))]
mod disk;
pub mod distributed;
pub mod dynamics;
pub mod error;
pub mod fit;
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
#[cfg(feature = "safetensors")]
pub mod weights;

#[cfg(feature = "dfdx")]
pub use dfdx;
#[cfg(feature = "mpi")]
pub use mpi;
#[doc(inline)]
pub use prelude::*;

/// The examples of the README are tested with the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
