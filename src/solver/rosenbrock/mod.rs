//! Linearly implicit methods, for stiff problems: an implicit step without an iteration.
//!
//! A Rosenbrock method replaces the equations of a diagonally implicit Runge–Kutta method by one iteration of Newton's
//! for each stage, and chooses its coefficients so that nothing is lost by it. A stage costs one solution of a linear
//! system, all with the same matrix `I − h γ J`, and one evaluation of the field at most. In return the Jacobian must be
//! that of the current state, to the accuracy the solve asks for, and it is taken anew at every step. That suits systems
//! of moderate size.
//!
//! The error estimate looks at the ends of a step. In the limit of stiffness the ends of a stiffly accurate method are
//! exact whatever the step, and then output inside a step is no better than its length allows: limit it with
//! [`max_step`](crate::control::Pid::max_step) where such output matters.
//!
//! [`Rodas5P`](type@Rodas5P) is a good first choice; [`Rodas4`](type@Rodas4) costs less per step.
//!
//! Any [`LinearSolver`](crate::solver::implicit::LinearSolver) can be used with them, `method.with(..)`, but what an iterative one leaves of
//! a linear system is an error of the step: there is no iteration of Newton's that would remove it. The derivative in
//! time is a part of the method too, and asked of the field at every step.
//!
//! A step contains the Jacobian, so that its transpose takes second derivatives of the field, one product for each stage:
//! [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint) asks for a field with [`SecondOrderVjp`](crate::dynamics::SecondOrderVjp). Its gradient is exact where the
//! Jacobian is.
//!
//! ```
//! use nalgebra::vector;
//! use rheos::dynamics::problems::stiff::Robertson;
//! use rheos::{DiscreteAdjoint, Ivp, Pid, Rodas5P};
//!
//! let (model, y0) = Robertson::problem();
//! let run = Ivp::new(&model, y0, 0.0..40.0).forward(Rodas5P, Pid::new(1e-6, 1e-10), DiscreteAdjoint::new())?;
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
