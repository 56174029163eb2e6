//! Fields of any size over a generic scalar, with exact sparse derivatives.

mod field;
mod jacobian;
mod linearisation;
mod model;
mod partials;
mod pullback;
mod structure;
mod tangent;

pub use field::GenericField;
pub use model::SparseAutodiff;
pub use structure::{detect_pattern, probe_pattern};
pub use tangent::SparseTangent;

#[cfg(test)]
mod tests;
