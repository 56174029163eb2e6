//! Multistep methods: what is known of the solution at earlier points, instead of stages.
//!
//! | problem | steps by an error estimate | fixed steps |
//! |---|---|---|
//! | not stiff | [`Adams`], orders 1 to 12 | [`AdamsMoulton`], [`AdamsBashforth`] |
//! | stiff | [`Bdf`](type@Bdf), [`Ndf`], orders 1 to 5 | [`FixedBdf`] |
//!
//! A step costs one or two evaluations, or one nonlinear system, whatever the order: the methods to use where evaluations are
//! expensive beside the arithmetic of a step, at tight tolerances or over long smooth stretches. Where the field is cheap, or
//! a solve short or often interrupted, a Runge–Kutta method is faster, since it has nothing to build up and nothing to lose:
//! at a jump of the slope a history is worthless. On oscillations that are hardly damped, use [`Adams`] or a Runge–Kutta
//! method, and not BDF of a high order.
//!
//! All of them remember differences of earlier slopes (the methods of Adams) or states (the methods of backward
//! differentiation), divided for the grid as it is: their coefficients follow the steps, which may change from one to the
//! next, and a rejected step leaves the history alone.
//!
//! A step is a map of the states at the last points, so that [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint) differentiates these methods as
//! exactly as any other, with the orders held fixed as the steps are: for the price of one pulled back evaluation a step, two
//! where the method corrects, or one linear system.

mod adams;
mod bdf;
mod differences;
mod lagrange;
mod weights;

pub use adams::{Adams, AdamsBashforth, AdamsMoulton, AdamsTape, AdamsWorkspace, UniformWorkspace};
pub use bdf::{BackwardTape, Bdf, BdfWorkspace, FixedBdf, FixedBdfWorkspace, Ndf};
