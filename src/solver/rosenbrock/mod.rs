//! Rosenbrock methods: linearly implicit methods for stiff problems.
//!
//! | method | order | stages | evaluations | for |
//! |---|---|---|---|---|
//! | [`Rodas5P`](type@Rodas5P) | 5(4) | 8 | 8 | the first choice |
//! | [`Rodas4`](type@Rodas4) | 4(3) | 6 | 6 | cheaper steps |
//! | [`Rodas4P`](type@Rodas4P) | 4(3) | 6 | 6 | parabolic equations |
//! | [`Rodas3`](type@Rodas3) | 3(2) | 4 | 3 | low accuracy at the ends of steps; lands on its save times |
//! | [`Ros3P`](type@Ros3P) | 3(2) | 4 | 2 | parabolic equations at low accuracy |
//! | [`Ros3`](type@Ros3) | 3(2) | 3 | 2 | comparison |
//!
//! | a method of your own | |
//! |---|---|
//! | [`Rosenbrock`] | the method of a [`RosenbrockTable`], checked by [`check_rosenbrock`] |
//! | tables | [`Rodas3Table`], [`Rodas4Table`], [`Rodas4PTable`], [`Rodas5PTable`], [`Ros3Table`], [`Ros3PTable`] |
//! | helper types | [`RosenbrockTape`], [`RosenbrockWorkspace`] |
//!
//! A Rosenbrock method replaces each stage equation of a diagonally implicit Runge–Kutta method by one Newton
//! iteration, with coefficients that preserve the order. A stage costs one solution of a linear system, always with the
//! matrix `I − h γ J`, and at most one evaluation of the field. In exchange, the Jacobian must belong to the current
//! state and be as accurate as the solve, and every step computes it anew. This suits systems of moderate size.
//!
//! The error estimate measures the ends of a step. In the stiff limit the ends of a stiffly accurate method are exact
//! for any step, and output inside a step is only as accurate as its length allows. If such output matters, limit the
//! step with [`max_step`](crate::control::Pid::max_step).
//!
//! Any [`LinearSolver`](crate::solver::implicit::LinearSolver) can be used, by `method.with(..)`. The residual of an
//! iterative solver is an error of the step, since no Newton iteration removes it. The method also contains the
//! derivative of the field in time, and evaluates it at every step.
//!
//! A step contains the Jacobian, so its transpose takes second derivatives of the field, one product for each stage:
//! [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint) needs a field with
//! [`SecondOrderVjp`](crate::dynamics::SecondOrderVjp). Its gradient is exact if the Jacobian is.
//!
//! ```
//! use nalgebra::vector;
//! use rheos::dynamics::problems::stiff::Robertson;
//! use rheos::{DiscreteAdjoint, Ivp, Pid, Rodas5P};
//!
//! let (model, y0) = Robertson::problem();
//! let control = Pid::tolerance(1e-6).atol(1e-10);
//! let run = Ivp::new(&model, y0, 0.0..40.0).forward(Rodas5P, control, DiscreteAdjoint::new())?;
//! let found = run.backward(&[vector![1.0, 1.0, 1.0]])?; // of the sum of all, which is conserved
//! assert!(found.y0.iter().all(|bar| (bar - 1.0_f64).abs() < 1e-10));
//! # Ok::<(), rheos::Error>(())
//! ```

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod conditions;
mod conserve;
mod engine;
mod reverse;
mod rodas3;
mod rodas4;
mod rodas4p;
mod rodas5p;
mod ros3;
mod ros3p;
mod stiffness;
mod table;

pub use engine::{Rosenbrock, RosenbrockWorkspace};
pub use reverse::RosenbrockTape;
pub use rodas3::{Rodas3, Rodas3Table};
pub use rodas4::{Rodas4, Rodas4Table};
pub use rodas4p::{Rodas4P, Rodas4PTable};
pub use rodas5p::{Rodas5P, Rodas5PTable};
pub use ros3::{Ros3, Ros3Table};
pub use ros3p::{Ros3P, Ros3PTable};
pub use table::{RosenbrockTable, check_rosenbrock};
