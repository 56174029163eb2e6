//! Multistep methods, which use the history of the solution instead of stages.
//!
//! | method | order | evaluations per step | for |
//! |---|---|---|---|
//! | [`Adams`] | 1 to 12, variable | 2 | nonstiff problems with an expensive field |
//! | [`AdamsMoulton`] | 1 to 6 | 2 | the same, with fixed steps |
//! | [`AdamsBashforth`] | 1 to 6 | 1 | the same, with fixed steps |
//! | [`Bdf`](type@Bdf), [`Ndf`] | 1 to 5, variable | one nonlinear system | stiff problems with an expensive field |
//! | [`FixedBdf`] | 1 to 6 | one nonlinear system | stiff problems with fixed steps |
//! | helper types | | | [`AdamsTape`], [`AdamsWorkspace`], [`BackwardTape`], [`BdfWorkspace`], [`FixedBdfWorkspace`], [`UniformWorkspace`] |
//!
//! Use these methods if evaluations are expensive relative to the arithmetic of a step, at tight tolerances or over
//! long smooth stretches. If the field is cheap, or the solve short or often interrupted, a Runge–Kutta method is
//! faster: it has no history to build up, and a history is worthless after a jump of the slope. For weakly damped
//! oscillations, use [`Adams`] or a Runge–Kutta method, not BDF of a high order.
//!
//! All of them store divided differences of earlier slopes (Adams) or states (BDF) on the actual grid. Their
//! coefficients follow the steps, which may change at any time. A rejected step does not change the history.
//!
//! A step is a map of the states at the last points, so [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint)
//! differentiates these methods as exactly as any other, with orders and steps held fixed. A backward step costs one
//! pullback, two if the method corrects, or one linear system.

mod adams;
mod bdf;
mod differences;
mod lagrange;
mod weights;

pub use adams::{Adams, AdamsBashforth, AdamsMoulton, AdamsTape, AdamsWorkspace, UniformWorkspace};
pub use bdf::{BackwardTape, Bdf, BdfWorkspace, FixedBdf, FixedBdfWorkspace, Ndf};
