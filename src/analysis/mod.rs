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
//! | [`Continuation`] | branches of fixed points in one parameter, with their bifurcations |
//! | [`Branch`], [`ContinuedPoint`], [`Part`], [`BranchEnding`], [`Bifurcation`], [`BifurcationKind`], [`Unexplained`] | its results |
//! | [`periodic_orbit`], [`forced_orbit`], [`PeriodicOrbit`], [`Displacements`], [`Displaced`], [`Neighbours`] | periodic orbits of flows, with their Floquet multipliers |
//! | [`Variational`], [`Tangents`] | the variational equation of a field: the derivatives of a solve, its monodromy matrix |

mod continuation;
mod eigen;
mod periodic;
mod system;
mod variational;

pub use continuation::{
    Bifurcation, BifurcationKind, Branch, BranchEnding, Continuation, ContinuedPoint, Part, Unexplained,
};
pub use eigen::Eigen;
pub use periodic::{Displaced, Displacements, Neighbours, PeriodicOrbit, forced_orbit, periodic_orbit};
pub use system::{Flow, Held, Iterated, Kind, Map, System};
pub use variational::{Tangents, Variational};
