//! Continuation of fixed points in one parameter, with their bifurcations.
//!
//! | item | |
//! |---|---|
//! | [`Continuation`] | the family, the range of its parameter, and the control of the steps |
//! | [`Branch`], [`ContinuedPoint`] | a curve of fixed points, with their stability |
//! | [`BranchEnding`] | why a branch ends |
//! | [`Bifurcation`], [`BifurcationKind`], [`Unexplained`] | the located changes of stability |

mod bifurcation;
mod branch;
mod branch_point;
mod corrector;
mod equations;
mod first_point;
mod locate;
mod metric;
mod node;
mod refine;
mod report;
mod segment;
mod settings;
mod slope_in_p;
mod start;
mod switch;
mod walk;

pub use bifurcation::{Bifurcation, BifurcationKind, Unexplained};
pub use branch::{Branch, BranchEnding, ContinuedPoint, Part};
pub use settings::Continuation;
