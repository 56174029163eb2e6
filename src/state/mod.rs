//! States: the points of a state space.
//!
//! | state | |
//! |---|---|
//! | `f64`, `f32` | a number |
//! | `[Y; N]`, `Vec<Y>`, `(Y, Z)` to four parts, `()` | a product of states: `Vec<f64>` is a vector of run-time length |
//! | every owned nalgebra matrix | static, dynamic or mixed; the columns of a matrix are a batch |
//! | [`Passive`] | a quadrature variable, excluded from the error norm |
//! | structures of [`parameters!`](crate::parameters!) and [`formula!`](crate::formula!) | parameters and their gradients |
//! | dfdx tensors, weights of modules | with the feature `dfdx` |
//!
//! | trait or tolerance | |
//! |---|---|
//! | [`State`] | a finite-dimensional real vector space with an inner product; implement it for a type of your own |
//! | [`MatrixSpace`] | a state whose Jacobian is a matrix, for implicit methods |
//! | [`Element`] | an entry of a matrix: `f64`, `f32` or a dual number |
//! | [`SparseMatrix`], [`Pattern`], [`Colouring`] | a sparse matrix, the places of its entries, and groups of its columns |
//! | [`Span`] | the interval of integration; a range converts into one |
//! | [`Tolerance`], [`Tolerances`] | error tolerances: the same for every coordinate, or one for each |
//! | [`ErrorNorm`] | the trait of both; [`error_norm`] and [`error_sq`] are functions of [`Tolerance`] |
//! | helper types | [`ElementOf`], [`MatrixOf`], [`SquareDim`], [`StoredNorm`], [`WorstSample`], `TensorElement` (feature `dfdx`) |
//!
//! Solvers do not depend on the element type: coefficients and time are `f64`, and only the state converts them.
//!
//! ```
//! use rheos::{Fixed, Rk4, ode, solve};
//!
//! let decay = ode(|_t, y: &Vec<f64>, dy: &mut Vec<f64>| dy.iter_mut().zip(y).for_each(|(dy, y)| *dy = -y));
//! let end = solve(&decay, vec![1.0, 2.0], 0.0..1.0, Rk4, Fixed::steps(20))?;
//! assert!((end.last()[1] - 2.0 * (-1.0_f64).exp()).abs() < 1e-7);
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! # States of implicit methods
//!
//! Implicit methods factorise the Jacobian of a [`MatrixSpace`]: a number, an array of numbers, a static vector of up
//! to 127 entries, or a `DVector`. nalgebra compares static dimensions by type only up to 127. So longer static vectors
//! and arrays have no matrices, and [`Autodiff`](crate::dynamics::Autodiff) has no Jacobian there: use `DVector`. For
//! any other state, such as `Vec<f64>`, a matrix or a tensor, solve without a matrix: `method.with(Krylov::new())`
//! ([`Krylov`](crate::solver::implicit::Krylov)).

mod activations;
mod combine;
mod dual;
mod euclidean;
mod forward;
mod gemm;
mod matrix;
mod matrix_space;
mod norm;
mod passive;
mod product;
mod products;
mod scalar;
mod space;
mod span;
mod sparse;
#[cfg(feature = "dfdx")]
mod tensor;
mod threads;
mod worst_sample;

pub(crate) use euclidean::euclidean_norm;
pub(crate) use forward::{norm_of_field, space_of_field};
pub use matrix_space::{ElementOf, MatrixOf, MatrixSpace, SquareDim};
pub use norm::{ErrorNorm, StoredNorm, Tolerances};
pub use passive::Passive;
pub use scalar::Element;
pub use space::{State, Tolerance, error_norm, error_sq};
pub use span::Span;
pub(crate) use sparse::BandLu;
pub use sparse::{Colouring, Pattern, SparseMatrix};
#[cfg(feature = "dfdx")]
pub use tensor::TensorElement;
#[cfg(feature = "dfdx")]
pub(crate) use tensor::{add_elements, fresh, is_row_major, read};
pub use worst_sample::WorstSample;
