//! States: the points of a state space.
//!
//! [`State`] is a finite-dimensional real vector space with an inner product. It is implemented for `f64` and
//! `f32`, arrays of states, tuples of states, every owned nalgebra matrix (static, dynamic or mixed; a batch is the
//! columns of a matrix) and, with the feature `dfdx`, for every dfdx tensor and for the weights of a module.
//!
//! Solvers do not depend on the element type: coefficients and time are `f64`, and only the state converts them.

mod combine;
mod dual;
mod euclidean;
mod gemm;
mod matrix;
mod matrix_space;
mod norm;
mod passive;
mod product;
mod scalar;
mod space;
mod span;
#[cfg(feature = "dfdx")]
mod tensor;

pub(crate) use euclidean::euclidean_norm;
pub use matrix_space::{MatrixOf, MatrixSpace, SquareDim};
pub use norm::{ErrorNorm, StoredNorm, Tolerances};
pub use passive::Passive;
pub use scalar::Element;
pub use space::{State, Tolerance, error_norm, error_sq};
pub use span::Span;
#[cfg(feature = "dfdx")]
pub use tensor::TensorElement;
#[cfg(feature = "dfdx")]
pub(crate) use tensor::{add_elements, fresh, is_row_major, read, row_major};
