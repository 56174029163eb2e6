//! Nonlinear dynamical systems, taken apart: networks, cells and physical models alike.
//!
//! | system | |
//! |---|---|
//! | [`Held`] | the map of a cell or another block, with its input held |
//! | [`Map`], [`Flow`] | a field read as a map, or as a flow |
//! | [`Iterated`] | the `k`-th iterate of a map |
//! | [`TimeMap`] | the map of a field over a span of time, by a solver |
//! | [`System`], [`Kind`] | the trait of all: a map or a flow |
//!
//! | tool | |
//! |---|---|
//! | [`fixed_points`](fn@fixed_points) | fixed points and slow points from many starts, as [`FixedPoints`]; the settings are a [`Search`] |
//! | [`FixedPoint`] | a point with its Jacobian, eigenvalues, [`Stability`] and [`Mode`]s; its claim is a [`PointKind`] |
//! | [`cycles`](fn@cycles) | cycles of maps, as [`Cycles`]; each is a [`Cycle`] with its multipliers |
//! | [`Starts`] | starts of a search, from visited states with noise |
//! | [`basins`](fn@basins) | basins of attraction on a [`PlaneGrid`], as [`Basins`] of [`Fate`]s; the settings are a [`BasinSearch`] |
//! | [`Eigen`] | eigenvalues, eigenvectors and their conditions |
//! | [`Variational`], [`Tangents`] | the variational equation of a field: the derivatives of a solve, its monodromy matrix |
//! | [`PrincipalComponents`] | the directions in which states vary most |
//! | helper types | [`SearchFailures`](crate::error::SearchFailures) |
//! | [`Continuation`] | branches of fixed points in one parameter, with their bifurcations |
//! | [`Branch`], [`ContinuedPoint`], [`Part`], [`BranchEnding`], [`Bifurcation`], [`BifurcationKind`], [`Unexplained`] | its results |

mod basins;
mod continuation;
mod cycles;
mod eigen;
mod fixed_points;
mod principal_components;
mod system;
mod variational;

pub use basins::{BasinSearch, Basins, Fate, PlaneGrid, basins};
pub use continuation::{
    Bifurcation, BifurcationKind, Branch, BranchEnding, Continuation, ContinuedPoint, Part, Unexplained,
};
pub use cycles::{Cycle, Cycles, cycles};
pub use eigen::Eigen;
pub use fixed_points::{FixedPoint, FixedPoints, Mode, PointKind, Search, Stability, Starts, fixed_points};
pub use principal_components::PrincipalComponents;
pub use system::{Flow, Held, Iterated, Kind, Map, System, TimeMap};
pub use variational::{Tangents, Variational};
