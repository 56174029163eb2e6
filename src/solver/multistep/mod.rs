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
//! A step is a map of the states at the last points, so that [`Discrete`](crate::Discrete) differentiates these methods as
//! exactly as any other, with the orders held fixed as the steps are: for the price of one pulled back evaluation a step, two
//! where the method corrects, or one linear system.

mod adams;
mod adams_bashforth;
mod adams_moulton;
mod adams_order;
mod adams_reverse;
mod adams_tape;
mod backward;
mod backward_reverse;
mod backward_tape;
mod bdf;
mod bdf_order;
mod differences;
mod fixed_bdf;
mod lagrange;
mod uniform;
mod weights;

pub use adams::{Adams, AdamsWorkspace};
pub use adams_bashforth::AdamsBashforth;
pub use adams_moulton::AdamsMoulton;
pub use adams_tape::AdamsTape;
pub use backward_tape::BackwardTape;
pub use bdf::{Bdf, BdfWorkspace, Ndf};
pub use fixed_bdf::{FixedBdf, FixedBdfWorkspace};
pub use uniform::UniformWorkspace;
