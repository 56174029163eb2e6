//! Multistep methods: what is known of the solution at earlier points, instead of stages.
//!
//! All of them remember differences of earlier slopes (the methods of Adams) or states (the methods of backward
//! differentiation), divided for the grid as it is: their coefficients follow the steps, which may change from one to the
//! next, and a rejected step leaves the history alone.

mod adams;
mod adams_bashforth;
mod adams_moulton;
mod adams_order;
mod backward;
mod bdf;
mod bdf_order;
mod differences;
mod fixed_bdf;
mod uniform;
mod weights;

pub use adams::{Adams, AdamsWorkspace};
pub use adams_bashforth::AdamsBashforth;
pub use adams_moulton::AdamsMoulton;
pub use bdf::{Bdf, BdfWorkspace, Ndf};
pub use fixed_bdf::{FixedBdf, FixedBdfWorkspace};
pub use uniform::UniformWorkspace;
