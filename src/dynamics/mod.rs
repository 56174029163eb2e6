//! Vector fields `dz/dt = f(t, z, θ)` and their pullbacks.
//!
//! A model implements [`Dynamics`] to be solved and [`Differentiable`] to be trained. Two wrappers implement them for
//! you: [`ode`] makes dynamics from a closure, and [`Autodiff`] differentiates a field written once over a generic
//! scalar.

mod autodiff;
mod closure;
mod counted;
mod differences;
mod field;
mod jacobian;
mod jvp;
mod memoized;
pub mod problems;
mod running_cost;
mod second_order;
mod separable;
mod separable_ode;
mod split;
pub(crate) mod tangent;

pub use autodiff::{Autodiff, GenericDynamics, Scalar};
pub use closure::{Ode, OdeWithVjp, ode};
pub use counted::Counted;
pub use differences::{Neighbourhood, differences};
pub(crate) use differences::{TOLERANCES, difference_in_time};
pub(crate) use field::check_shape;
pub use field::{Bars, Differentiable, Dynamics, Parametric};
pub use jacobian::Jacobian;
pub(crate) use jacobian::{rows_by_pullback, time_derivative_by_pullback};
pub use jvp::Jvp;
pub use memoized::Memoized;
pub use num_dual::DualNum;
pub use running_cost::{Cost, CostWithVjp, RunningCost, running_cost};
pub use second_order::SecondOrderVjp;
pub use separable::{Separable, SeparableVjp};
pub use separable_ode::{SeparableOde, SeparableOdeWithVjp, separable};
pub use split::{GenericSplit, Split, SplitVjp};
pub use tangent::{Dual, Tangent};
