//! The variational equation: a field with tangent vectors.

mod field;
mod vectors;

pub(crate) use field::pullback_along;
pub use field::{Tangents, Variational};
pub use vectors::TangentVectors;
