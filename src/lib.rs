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
//! | a way to integrate | [`Solver`], [`Controller`] | the methods in [`solver`]: [explicit](solver::explicit), [implicit](solver::implicit), [Rosenbrock](solver::rosenbrock), [multistep](solver::multistep), [symplectic](solver::symplectic), [reversible](solver::reversible); [`Fixed`] steps, [`Pid`], [`Predictive`] |
//! | a way to differentiate a solve | [`Adjoint`] | [`Discrete`], [`ReversibleAdjoint`], [`Backsolve`], [`Interpolating`], [`Quadrature`] |
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
//!     .solve(Tsit5, Pid::new(1e-8, 1e-8))?;
//! let energy = |y: &Vector2<f64>| 0.5 * y[1] * y[1] - y[0].cos();
//! assert!((energy(solution.last()) - energy(&solution.y[0])).abs() < 1e-6);
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! An [`Ivp`] looks for [`Event`]s on the way, which may end the solve or change the state; it keeps states, values of a
//! function of them, or the whole solution as a [`Curve`]. A [`Stepper`] is driven from outside, and can be paused,
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
//! use rheos::problems::LotkaVolterra;
//! use rheos::train::mean_squared_error;
//! use rheos::{Discrete, Dopri5, Ivp, Pid};
//!
//! let (model, y0) = LotkaVolterra::problem();
//! let (times, targets) = ([1.0, 2.0], [vector![2.5, 1.5], vector![4.0, 3.5]]);
//! let run = Ivp::new(&model, y0, 0.0..2.0).save_at(&times).forward(Dopri5, Pid::new(1e-8, 1e-8), Discrete::new())?;
//! let (loss, cotangents) = mean_squared_error(&run.y, &targets)?;
//! let found = run.backward(&cotangents)?;
//! assert!(loss > 0.0 && found.params.len() == 4 && found.times.len() == 2);
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! [`Discrete`] and [`ReversibleAdjoint`] are exact, whatever the tolerance ([`ExactGradient`]); the others solve the adjoint
//! equation; [`adjoint::choosing`] says which suits what. With [`DifferentiableEvent`]s the gradient goes across resets, and
//! the times of events have derivatives; declared [jumps](Ivp::jumps_at) of the field have them too. [`sensitivities`] goes
//! forwards, [`hessian_vector`] gives second derivatives,
//! [`SteadyState`] differentiates fixed points, and [`running_cost`] puts an integral beside the state.
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
//! * `serde`: a [`Paused`] solve can be serialised, with every method, and nalgebra's matrices with it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod adjoint;
pub mod control;
mod dynamics;
mod error;
mod extrema;
pub mod formula;
pub mod integrate;
pub mod nn;
#[cfg(feature = "plot")]
pub mod plot;
mod simd;
pub mod solution;
pub mod solver;
mod span;
pub mod state;
pub mod train;
pub mod verify;

pub use adjoint::{
    Adjoint, AdjointEquation, Augmented, Backsolve, BacksolveRecord, Checkpoints, Costate, Cotangents, CotangentsRef,
    CurveRecord, Discrete, DiscreteRecord, ExactGradient, Forward, ForwardResult, Gradient, GradientOf, HessianVector,
    HitCotangent, Interpolating, Outputs, Problem, Pullback, Quadrature, ReversibleAdjoint, ReversibleRecord, Run,
    RunResult, Sensitivities, SteadyState, hessian_vector, sensitivities,
};
pub use control::{Controller, Fixed, OnGrid, Pid, Predictive};
#[cfg(feature = "dfdx")]
pub use dfdx;
pub use dynamics::{
    Autodiff, Cost, CostWithVjp, Counted, Differentiable, Dual, Dynamics, Field, Jacobian, JacobianVector,
    Neighbourhood, Ode, OdeWithVjp, Parametric, Remembered, RunningCost, Scalar, Separable, SeparableOde,
    SeparableOdeWithVjp, SeparableVjp, Split, SplitField, SplitVjp, Tangent, VjpAlong, differences, ode, problems,
    running_cost, separable,
};
pub use error::{Error, Result};
pub use integrate::{Halt, Stats};
#[cfg(feature = "dfdx")]
pub use nn::tensor::{ModuleField, OdeLayer, Taped, TensorField, Weights};
pub use num_dual::DualNum;
pub use solution::{
    Curve, DifferentiableEvent, DifferentiableEvents, Direction, Ending, Ensemble, Event, Events, Failure, Hit, Ivp,
    Paused, Solution, Solved, Stepper, Surface, solve, solve_ivp,
};
pub use solver::implicit::{
    Ars222, Ars443, Esdirk3, Esdirk4, Esdirk5, Esdirk547, GaussLegendre4, GaussLegendre6, Imex, ImexEuler, ImexTableau,
    ImplicitEuler, ImplicitMidpoint, KenCarp3, KenCarp4, KenCarp5, Krylov, Kvaerno3, RadauIIA3, RadauIIA5, RadauIIA9,
    Sdirk2, Sdirk3, Sdirk4, TrBdf2, Trapezoid,
};
pub use solver::multistep::{Adams, AdamsBashforth, AdamsMoulton, Bdf, FixedBdf, Ndf};
pub use solver::rosenbrock::{Rodas3, Rodas4, Rodas4P, Rodas5P, Ros3, Ros3P};
pub use solver::{
    Alf, Auto, AutoWorkspace, BlanesMoan4, Bosh3, CarpenterKennedy, CashKarp, Collocation, CollocationTableau,
    ComplexSolver, Coupled, DampedAlf, DefaultSolver, Dense, Dirk, DirkTableau, Dop853, Dopri5, Dopri8, Embedded,
    EmbeddedTableau, Erk, Euler, Fehlberg21, Fehlberg45, Heun, HeunEuler, Interpolant, Leapfrog, LinearSolver,
    LowStorage, LowStorageTableau, Lu, Matrices, Method, Midpoint, PositionVerlet, Ralston, Reverse, Reversible,
    ReversibleHeun, Rk4, Rk38, Rosenbrock, RosenbrockTable, Ruth3, Solver, SplittingTable, Ssp33, Stiffness,
    Symplectic, SymplecticEuler, Tableau, TransposedSolver, Tsit5, Unwind, Vern6, Vern7, Vern8, Vern9, Williamson3,
    Yoshida4, Yoshida6,
};
pub use span::Span;
#[cfg(feature = "dfdx")]
pub use state::TensorElement;
pub use state::{Element, Passive, State, Tolerance};

/// The examples of the README are tested with the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
