//! Nonlinear dynamical systems, taken apart: networks, cells and physical models alike.
//!
//! | system | |
//! |---|---|
//! | [`Held`] | the map of a cell or another block, with its input held |
//! | [`Map`], [`Flow`] | a field read as a map, or as a flow |
//! | [`Iterated`] | the `k`-th iterate of a map |
//! | [`System`], [`Kind`] | the trait of all: a map or a flow |
//!
//! | tool | |
//! |---|---|
//! | [`Eigen`] | eigenvalues, eigenvectors and their conditions |
//! | [`Lyapunov`] | Lyapunov exponents of maps and flows: a [`Spectrum`] with errors, or a [`LyapunovFailure`]; [`Local`] ones |
//! | [`CovariantVectors`] | the directions that grow at the rate of one exponent each |
//! | [`LyapunovGradient`], [`TangentVjp`], [`TangentsAt`] | gradients of Lyapunov exponents |
//! | [`Variational`], [`Tangents`], [`TangentVectors`] | the variational equation of a field: the derivatives of a solve, its monodromy matrix |

mod eigen;
mod lyapunov;
mod system;
mod variational;

pub use eigen::Eigen;
pub use lyapunov::{
    CovariantVectors, Local, Lyapunov, LyapunovFailure, LyapunovGradient, Spectrum, TangentVjp, TangentsAt,
};
pub use system::{Flow, Held, Iterated, Kind, Map, System};
pub use variational::{TangentVectors, Tangents, Variational};
