//! Pullbacks and adjoints, compared with central differences.

use std::convert::Infallible;
use std::fmt;

use super::difference::{central, resolution, sample, weights};
use crate::adjoint::{Adjoint, Problem};
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::solution::{Outputs, check_times};
use crate::solver::Solver;
use crate::state::State;

/// A gradient compared with central differences.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientReport {
    /// The entries compared.
    pub entries: Vec<Comparison>,
    /// The largest passing error, relative to the largest entry of the same kind.
    pub tolerance: f64,
}

/// One entry of a gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The variable of the derivative: `y`, `params` or `t`.
    pub kind: &'static str,
    /// The index of the coordinate.
    pub index: usize,
    /// The derivative under test.
    pub computed: f64,
    /// Its central difference.
    pub expected: f64,
}

impl GradientReport {
    /// The largest error, relative to the largest entry of the same kind. The scale is at least 1e-3 of the largest
    /// entry of all, so that a kind without influence is not compared with its own rounding.
    #[must_use]
    pub fn error(&self) -> f64 {
        let largest = |kind: Option<&str>| {
            let kept = self.entries.iter().filter(|entry| kind.is_none_or(|kind| entry.kind == kind));
            kept.fold(0.0_f64, |max, entry| max.max(entry.expected.abs()))
        };
        let floor = 1e-3 * largest(None).max(f64::MIN_POSITIVE);
        let relative =
            |entry: &Comparison| (entry.computed - entry.expected).abs() / largest(Some(entry.kind)).max(floor);
        // NaN must not be lost in a maximum.
        self.entries.iter().map(relative).fold(0.0, |max, x| if x > max || x.is_nan() { x } else { max })
    }

    /// Whether [`error`](Self::error) is within the tolerance.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.error() <= self.tolerance
    }

    /// Sets another tolerance.
    #[must_use]
    pub fn within(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }
}

impl fmt::Display for GradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "largest relative error {:.2e}, tolerance {:.2e}", self.error(), self.tolerance)?;
        writeln!(f, "{:>12} {:>24} {:>24} {:>10}", "entry", "computed", "central difference", "error")?;
        for entry in &self.entries {
            let name = format!("{}[{}]", entry.kind, entry.index);
            let error = entry.computed - entry.expected;
            writeln!(f, "{name:>12} {:>24.15e} {:>24.15e} {error:>10.1e}", entry.computed, entry.expected)?;
        }
        Ok(())
    }
}

/// The tolerance for central differences at a given resolution.
fn tolerance(resolution: f64) -> f64 {
    100.0 * resolution.powf(2.0 / 3.0)
}

/// Compares the pullback of a field at `(t, y)` with central differences of the field, for a fixed cotangent.
///
/// Of more than 256 coordinates, an even sample is compared. The parameters of `f` are changed and restored.
pub fn vjp<F: Differentiable>(f: &mut F, t: f64, y: &F::State) -> GradientReport {
    let params = f.params();
    let w = weights(y, 1);
    let mut ybar = y.zeros_like();
    let mut pbar = params.zeros_like();
    let tbar = f.vjp(t, y, &w, &mut ybar, &mut pbar);

    let value = |f: &F, t: f64, y: &F::State| {
        let mut dy = y.zeros_like();
        f.eval(t, y, &mut dy);
        w.inner(&dy)
    };
    let resolution = resolution(y);
    let mut entries = Vec::new();
    let mut compare = |kind, index, computed, Ok(expected): Result<f64, Infallible>| {
        entries.push(Comparison { kind, index, computed, expected });
    };
    let ybar = ybar.coordinates();
    for i in sample(ybar.len()) {
        compare("y", i, ybar[i], central(y, i, resolution, |y| Ok(value(f, t, y))));
    }
    let pbar = pbar.coordinates();
    for i in sample(pbar.len()) {
        let expected = central(&params, i, resolution, |p| {
            f.set_params(p);
            Ok(value(f, t, y))
        });
        compare("params", i, pbar[i], expected);
    }
    f.set_params(&params);
    compare("t", 0, tbar, central(&t, 0, resolution, |&t| Ok(value(f, t, y))));
    GradientReport { entries, tolerance: tolerance(resolution) }
}

/// Compares the gradient of an adjoint with central differences of the solve, with respect to the initial state, the
/// parameters and every time.
///
/// The loss is linear in the states at the `outputs`; the first output is the start of the solve, the last is its end.
/// Outputs are interpolated, or landed on with [`Outputs::LandingOn`]. Differences need a solve that depends smoothly
/// on its data: use [`Fixed`](crate::control::Fixed) steps, or tolerances tighter than the error of interest. For
/// [`BacksolveAdjoint`](crate::adjoint::BacksolveAdjoint) the difference includes the discretisation error; set the
/// tolerance with [`GradientReport::within`].
///
/// # Errors
/// Unsorted times, and any error of the solves.
pub fn gradient<'t, F, S, C, A>(
    f: &mut F,
    solver: &S,
    control: &C,
    adjoint: &A,
    outputs: impl Into<Outputs<'t>>,
    y0: &F::State,
) -> Result<GradientReport>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let outputs = outputs.into();
    let times = outputs.times().to_vec();
    let span = check_times(&times)?;
    let params = f.params();
    let cotangents: Vec<F::State> = (0..times.len()).map(|i| weights(y0, i)).collect();
    let mut pbar = params.zeros_like();
    let problem = Problem::new(&*f, solver, control, span).outputs(outputs);
    let forward = adjoint.forward(&problem, y0)?;
    let pullback = adjoint.backward(&problem, &forward.record, (&cotangents).into(), &mut pbar)?;

    let loss = |f: &F, times: &[f64], y0: &F::State| -> Result<f64> {
        let span = check_times(times)?;
        let moved = if let Outputs::LandingOn(_) = outputs { Outputs::LandingOn(times) } else { Outputs::At(times) };
        let y = adjoint.forward(&Problem::new(f, solver, control, span).outputs(moved), y0)?.y;
        Ok(y.iter().zip(&cotangents).map(|(y, w)| w.inner(y)).sum())
    };
    let resolution = resolution(y0);
    let mut entries = Vec::new();
    let mut compare = |kind, index, computed, expected| entries.push(Comparison { kind, index, computed, expected });
    let ybar = pullback.y0.coordinates();
    for i in sample(ybar.len()) {
        compare("y", i, ybar[i], central(y0, i, resolution, |y0| loss(f, &times, y0))?);
    }
    let pbar = pbar.coordinates();
    for i in sample(pbar.len()) {
        let expected = central(&params, i, resolution, |p| {
            f.set_params(p);
            loss(f, &times, y0)
        });
        f.set_params(&params);
        compare("params", i, pbar[i], expected?);
    }
    for i in sample(times.len()) {
        compare("t", i, pullback.times[i], central(&times, i, resolution, |times| loss(f, times, y0))?);
    }
    Ok(GradientReport { entries, tolerance: tolerance(resolution) })
}
