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
//! | [`fixed_points`](fn@fixed_points) | fixed points and slow points from many starts, as [`FixedPoints`]; the settings are a [`Search`] |
//! | [`FixedPoint`] | a point with its Jacobian, eigenvalues, [`Stability`] and [`Mode`]s; its claim is a [`PointKind`] |
//! | [`cycles`](fn@cycles) | cycles of maps, as [`Cycles`]; each is a [`Cycle`] with its multipliers |
//! | [`Starts`] | starts of a search, from visited states with noise |
//! | [`Eigen`] | eigenvalues, eigenvectors and their conditions |
//! | helper types | [`SearchFailures`](crate::error::SearchFailures) |

mod cycles;
mod eigen;
mod fixed_points;
mod schur;
mod system;

pub use cycles::{Cycle, Cycles, cycles};
pub use eigen::Eigen;
pub use fixed_points::{FixedPoint, FixedPoints, Mode, PointKind, Search, Stability, Starts, fixed_points};
pub use system::{Flow, Held, Iterated, Kind, Map, System};
