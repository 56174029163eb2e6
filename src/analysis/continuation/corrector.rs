//! Newton's method back to the branch.

use nalgebra::DVector;

use super::equations::{Equations, Linearised};
use super::metric::Metric;
use crate::error::Error;

/// The most iterations from a predicted point. With an inexact derivative each may gain less than a digit.
const ITERATIONS: usize = 25;

/// A point on the branch.
#[derive(Debug, Clone)]
pub(super) struct Corrected {
    pub u: DVector<f64>,
    /// The distance from the guess, in units of the metric.
    pub moved: f64,
}

/// Why there is no point.
#[derive(Debug, Clone)]
pub(super) enum Miss {
    /// Newton's method does not converge, or its matrix is singular.
    Newton,
    /// The system has no value.
    System(Error),
}

impl From<Error> for Miss {
    fn from(error: Error) -> Self {
        Self::System(error)
    }
}

impl Miss {
    /// The error of the system, if it is one.
    pub fn into_cause(self) -> Option<Error> {
        match self {
            Self::Newton => None,
            Self::System(error) => Some(error),
        }
    }
}

/// A correction below this that no longer shrinks is as small as rounding allows, if the residual is.
pub(super) fn floor(equations: &dyn Equations) -> f64 {
    equations.rounding().powf(0.6)
}

/// The rounding error of the equations with rows of norm 1, generously: their terms are as large as the coordinates.
fn rounding_of_residual(equations: &dyn Equations, metric: &Metric, u: &DVector<f64>) -> f64 {
    1e3 * equations.rounding() * (1.0 + metric.scaled(u).norm())
}

/// The point of the branch in the hyperplane through `guess` with this normal vector, in units of the metric.
pub(super) fn correct(
    equations: &dyn Equations,
    metric: &Metric,
    guess: DVector<f64>,
    normal: &DVector<f64>,
) -> Result<Corrected, Miss> {
    let mut u = guess.clone();
    let mut before = f64::INFINITY;
    for _ in 0..ITERATIONS {
        let value = equations.value(&u)?;
        let linearised = Linearised::at(equations, metric, &u)?;
        let right = right_side(&linearised, &value);
        let step = linearised.bordered(normal).lu().solve(&right).ok_or(Miss::Newton)?;
        let size = step.norm();
        // Near a branch point the correction has errors far above the rounding of the residual, and does not shrink.
        let stands = size > 0.5 * before;
        let small = size <= floor(equations) && right.norm() <= rounding_of_residual(equations, metric, &u);
        if !size.is_finite() || stands && !small {
            return Err(Miss::Newton);
        }
        u += metric.raw(&step);
        if size <= 4.0 * equations.rounding() || stands {
            let moved = metric.scaled(&(&u - guess)).norm();
            return Ok(Corrected { u, moved });
        }
        before = size;
    }
    Err(Miss::Newton)
}

/// `−G`, scaled, and a zero for the hyperplane.
pub(super) fn right_side(linearised: &Linearised, value: &DVector<f64>) -> DVector<f64> {
    let n = value.len();
    DVector::from_fn(n + 1, |i, _| if i == n { 0.0 } else { -value[i] * linearised.rows[i] })
}
