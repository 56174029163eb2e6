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

mod eigen;
mod system;

pub use eigen::Eigen;
pub use system::{Flow, Held, Iterated, Kind, Map, System};
