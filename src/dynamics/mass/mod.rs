//! Mass matrices: differential-algebraic systems `M y' = f(t, y)`.

mod constraints;
mod field;
mod matrix;

pub(crate) use constraints::Constraint;
pub use field::WithMass;
pub use matrix::MassMatrix;
