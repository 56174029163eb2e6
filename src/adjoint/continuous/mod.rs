//! The continuous adjoints, which solve the adjoint equation `da/dt = −aᵀ ∂f/∂y` to a tolerance.

mod along;
mod augmented;
mod backsolve;
mod interpolating;
mod quadrature;
mod rule;

pub use along::{AdjointEquation, Costate, CurveRecord};
pub use augmented::Augmented;
pub use backsolve::{BacksolveAdjoint, BacksolveRecord};
pub use interpolating::InterpolatingAdjoint;
pub use quadrature::QuadratureAdjoint;
