//! Pictures of solutions, fields, training runs and methods, as SVG or PNG (feature `plot`).
//!
//! | a picture of | from |
//! |---|---|
//! | components over time | [`trajectories`] of a [`Solution`](crate::solution::Solution), a [`Curve`](crate::solution::Curve) or named series |
//! | a planar field with nullclines and solutions | [`phase_portrait`] of a field and a solution, or [`Plane`]s |
//! | fixed points and trajectories in a plane | [`Plane::fixed_points`] of [`PointMark`]s |
//! | eigenvalues in the complex plane | [`eigenvalues`] of [fixed points](crate::analysis::FixedPoint), or named groups |
//! | branches of fixed points over a parameter | [`bifurcation_diagram`] of [`Branch`](crate::analysis::Branch)es |
//! | losses over training steps, with bands over several runs | [`learning_curves`] of [`Series::quartiles`] |
//! | the losses of one training, by epoch | [`training_curves`] of a [`Training`](crate::train::Training) |
//! | error against work of many methods | [`work_precision`] |
//! | history, truth and predictions with bands | [`forecast`] |
//! | figures, and their data | [`Trajectories`], [`PhasePortrait`], [`LearningCurves`], [`WorkPrecision`], [`Forecast`], [`EigenvaluePlot`], [`BifurcationDiagram`]; [`Components`], [`Plane`], [`PointMark`], [`PointClass`], [`Series`] |
//!
//! Each function returns a figure; methods change its words, and `save` draws it into a file whose extension chooses
//! the format. Legends stand outside the frames and cover no data. Axes contain the data; only [`forecast`] and
//! [`learning_curves`] cut off values that would flatten the others. A picture without data, or an axis without length,
//! is an error.
//!
//! ```
//! use rheos::{Dopri5, Ivp, Pid, ode, plot};
//!
//! let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
//! let solution = Ivp::new(&decay, 1.0, 0.0..5.0).dense().solve(Dopri5, Pid::tolerance(1e-6))?;
//! let file = std::env::temp_dir().join("rheos_decay.svg");
//! plot::trajectories(&solution)?.title("Decay").axes("t (s)", "mass (kg)").save(&file)?;
//! # std::fs::remove_file(&file).ok();
//! # Ok::<(), rheos::Error>(())
//! ```

mod axes;
mod bifurcation_diagram;
mod canvas;
mod chart;
mod components;
mod draw_plane;
mod eigenvalues;
mod end_labels;
mod figure;
mod fixed_points;
mod forecast;
mod learning_curves;
mod legend;
mod lines;
mod look;
mod nullclines;
mod panel;
mod phase_portrait;
mod plane;
mod png;
mod quantiles;
mod series;
mod small_panels;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod ticks;
mod training_curves;
mod trajectories;
mod work_precision;

use std::path::Path;

pub use bifurcation_diagram::{BifurcationDiagram, bifurcation_diagram};
pub use components::Components;
pub use eigenvalues::{EigenvaluePlot, eigenvalues};
pub use fixed_points::{PointClass, PointMark};
pub use forecast::{Forecast, forecast};
pub use learning_curves::{LearningCurves, learning_curves};
pub use phase_portrait::{PhasePortrait, phase_portrait};
pub use plane::Plane;
pub use series::Series;
pub use training_curves::training_curves;
pub use trajectories::{Trajectories, trajectories};
pub use work_precision::{WorkPrecision, work_precision};

use crate::error::Error;

/// The error of a library that paints.
fn painting(error: impl std::fmt::Display) -> Error {
    Error::Painting { reason: error.to_string() }
}

/// The error of a file that could not be written.
fn not_written(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::Io { action: "write", path: path.to_owned(), reason: error.to_string() }
}
