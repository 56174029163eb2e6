//! Fitting models to data. See [`guide`] for the way from data to intervals.
//!
//! | a fit | |
//! |---|---|
//! | [`Fit`] | a model with its parameters and experiments; minimises the sum of squares, or another loss |
//! | [`Parameter`] | a name, a start, a [`Domain`]; free or fixed |
//! | [`Experiment`], [`Series`] | a start with measurements |
//! | [`Fitted`], [`FitFailure`] | the minimum with standard errors, intervals and correlations, and a fit without one |
//! | [`Profile`] | the profile likelihood of a parameter |
//!
//! | a start, without solves | |
//! |---|---|
//! | [`Fit::collocation_start`] | smooths the measurements and fits the slopes of the model |
//! | [`LocalQuadratic`] | smooths irregular measurements: states and slopes |
//! | [`GradientMatching`] | the loss of a field, a network or a physical model, on [`SlopeSamples`] |
//!
//! | least squares | |
//! |---|---|
//! | [`LevenbergMarquardt`] | the method, for any problem |
//! | [`LeastSquares`] | the trait of a problem |
//!
//! | networks | |
//! |---|---|
//! | [`MultipleShooting`] | the loss of a trajectory in [`Segments`], by an adjoint; its solution is a [`ShootingTrajectory`] |
//! | [`SparseRegression`] | the terms of a [`Library`] that a learned function consists of, as a [`SparseModel`] |
//!
//! | tool | |
//! |---|---|
//! | [`Simulation`] | a model that a fit can solve and differentiate: [`Forward`] for few unknowns, [`Backward`] for many |
//! | helper types | [`Estimate`], [`FitResult`], [`Functions`], [`Interval`], [`LeastSquaresFailure`], [`LeastSquaresMinimum`], [`Linearised`], [`Minimised`], [`OutputCotangent`], [`ProfileEnd`], [`ProfilePoint`], [`Scenario`], [`Sensitive`], [`Slope`], [`SlopeAt`], [`Smoothed`] |

mod case;
mod compiled;
mod experiment;
mod fitted;
#[doc = concat!(include_str!("guide.md"), "\n", include_str!("networks.md"))]
pub mod guide {}
mod least_squares;
mod minimise;
mod multiple_shooting;
mod observable;
mod parameter;
mod predictions;
mod problem;
mod profile;
mod quantile;
mod series;
mod shooting;
mod simulation;
mod smoothing;
mod sparse_regression;
mod table;
mod unknowns;

pub use experiment::Experiment;
pub use fitted::{Estimate, FitFailure, FitResult, Fitted, Interval};
pub use least_squares::{LeastSquares, LeastSquaresFailure, LeastSquaresMinimum, LevenbergMarquardt, Linearised};
pub use minimise::Minimised;
pub use parameter::{Domain, Parameter};
pub use problem::Fit;
pub use profile::{Profile, ProfileEnd, ProfilePoint};
pub use series::Series;
pub use shooting::{MultipleShooting, Segments, ShootingTrajectory};
pub use simulation::{Backward, Forward, Functions, OutputCotangent, Scenario, Sensitive, Simulation, Slope, SlopeAt};
pub use smoothing::{GradientMatching, LocalQuadratic, SlopeSamples, Smoothed};
pub use sparse_regression::{Library, SparseModel, SparseRegression};
