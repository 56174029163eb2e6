//! Nonlinear dynamical systems, taken apart: networks, cells and physical models alike. See [`guide`] for one read.
//!
//! | system | |
//! |---|---|
//! | [`Held`] | the map of a cell or another block, with its input held |
//! | [`Map`], [`Flow`] | a field read as a map, or as a flow |
//! | [`Iterated`] | the `k`-th iterate of a map |
//! | [`TimeMap`] | the map of a field over a span of time, by a solver |
//! | [`System`], [`Kind`] | the trait of all: a map or a flow |
//!
//! | question | answered by |
//! |---|---|
//! | where does it rest, and is it stable there? | [`fixed_points`](fn@fixed_points) from [`Starts`], with the settings of a [`Search`]: [`FixedPoints`], each [`FixedPoint`] with its [`Stability`] and [`Mode`]s |
//! | which cycles does a map have? | [`cycles`](fn@cycles): [`Cycles`], each a [`Cycle`] with its multipliers |
//! | is it chaotic? | [`Lyapunov`] exponents: a [`Spectrum`] with errors; a [`LyapunovGradient`] of them; [`CovariantVectors`] |
//! | how do its fixed points depend on a parameter? | [`Continuation`]: a [`Branch`] with its [`Bifurcation`]s |
//! | does a flow oscillate? | [`periodic_orbit`](fn@periodic_orbit), [`forced_orbit`](fn@forced_orbit): a [`PeriodicOrbit`] with its Floquet multipliers |
//! | which blocks of a residual network matter? | [`lesions`](fn@lesions): the measures of [`Lesions`], without each block and with neighbours swapped |
//! | does a model rebuild the system of a series? | [`BinnedDivergence`], [`MixtureDivergence`], `SpectralDistance` (feature `spectra`) of two series; [`prediction_errors`](fn@prediction_errors). See [`reconstruction_guide`] |
//! | where do trajectories go? | [`basins`](fn@basins) on a [`PlaneGrid`], with the settings of a [`BasinSearch`]: [`Basins`] of [`Fate`]s |
//!
//! | tool | |
//! |---|---|
//! | [`Eigen`] | eigenvalues, eigenvectors and their conditions |
//! | [`PrincipalComponents`] | the directions in which states vary most |
//! | [`delay_embedding`](fn@delay_embedding) | states from delays of one observable |
//! | [`Variational`], [`Tangents`] | the variational equation of a field: the derivatives of a solve, its monodromy matrix |
//! | helper types | [`BifurcationKind`], [`BranchEnding`], [`ContinuedPoint`], [`Local`], [`LyapunovFailure`], [`MonteCarlo`], [`Part`], [`PointKind`], [`SearchFailures`](crate::error::SearchFailures), [`TangentVectors`], [`TangentVjp`], [`TangentsAt`], [`Unexplained`] |

mod basins;
mod continuation;
mod cycles;
mod eigen;
mod fixed_points;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod lesions;
mod lyapunov;
mod periodic;
mod principal_components;
mod reconstruction;
#[doc = include_str!("reconstruction/guide.md")]
pub mod reconstruction_guide {}
mod system;
mod variational;

pub use basins::{BasinSearch, Basins, Fate, PlaneGrid, basins};
pub use continuation::{
    Bifurcation, BifurcationKind, Branch, BranchEnding, Continuation, ContinuedPoint, Part, Unexplained,
};
pub use cycles::{Cycle, Cycles, cycles};
pub use eigen::Eigen;
pub use fixed_points::{FixedPoint, FixedPoints, Mode, PointKind, Search, Stability, Starts, fixed_points};
pub use lesions::{Lesions, lesions};
pub use lyapunov::{
    CovariantVectors, Local, Lyapunov, LyapunovFailure, LyapunovGradient, Spectrum, TangentVjp, TangentsAt,
};
pub use periodic::{PeriodicOrbit, forced_orbit, periodic_orbit};
pub use principal_components::PrincipalComponents;
#[cfg(feature = "spectra")]
pub use reconstruction::SpectralDistance;
pub use reconstruction::{BinnedDivergence, MixtureDivergence, MonteCarlo, delay_embedding, prediction_errors};
pub use system::{Flow, Held, Iterated, Kind, Map, System, TimeMap};
pub use variational::{TangentVectors, Tangents, Variational};
