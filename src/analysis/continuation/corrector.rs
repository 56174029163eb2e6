//! Newton's method back to the branch.

use nalgebra::{DMatrix, DVector};

use super::equations::{Equations, Linearised};
use super::metric::Metric;
use crate::error::Error;

/// The most iterations from a predicted point. With an inexact derivative each may gain less than a digit.
const ITERATIONS: usize = 25;

/// The most iterations from a start of the user.
const START_ITERATIONS: usize = 100;

/// The shortest fraction of a Newton step.
const SHORTEST: f64 = 1e-4;

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
fn floor(equations: &dyn Equations) -> f64 {
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
        // Near a branch point the correction has errors far above those of the residual, and does not shrink.
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
fn right_side(linearised: &Linearised, value: &DVector<f64>) -> DVector<f64> {
    let n = value.len();
    DVector::from_fn(n + 1, |i, _| if i == n { 0.0 } else { -value[i] * linearised.rows[i] })
}

/// The fixed point at the parameter of `guess`, by Newton's method with a line search on the natural level function
/// (Deuflhard, *Newton Methods for Nonlinear Problems*, section 3.3): it does not depend on units.
pub(super) fn correct_start(
    equations: &dyn Equations,
    metric: &Metric,
    guess: DVector<f64>,
) -> Result<DVector<f64>, Miss> {
    let n = guess.len() - 1;
    let normal = DVector::from_fn(n + 1, |i, _| if i == n { 1.0 } else { 0.0 });
    let mut u = guess;
    let mut before = f64::INFINITY;
    for _ in 0..START_ITERATIONS {
        let value = equations.value(&u)?;
        if value.iter().all(|&x| x == 0.0) {
            return Ok(u);
        }
        let linearised = Linearised::at(equations, metric, &u)?;
        let inverse = Inverse::of(linearised.bordered(&normal));
        let step = inverse.solve(&right_side(&linearised, &value)).ok_or(Miss::Newton)?;
        let size = step.norm();
        if !size.is_finite() {
            return Err(Miss::Newton);
        }
        if size <= 4.0 * equations.rounding() || size <= floor(equations) && size > 0.5 * before {
            // A singular Jacobian leaves a residual that no step can remove.
            let left = right_side(&linearised, &value).norm();
            return if left <= floor(equations) { Ok(u + metric.raw(&step)) } else { Err(Miss::Newton) };
        }
        let mut fraction = 1.0;
        loop {
            let trial = &u + metric.raw(&step) * fraction;
            if let Ok(value) = equations.value(&trial) {
                let next = inverse.solve(&right_side(&linearised, &value)).map_or(f64::INFINITY, |step| step.norm());
                if next <= (1.0 - 0.25 * fraction) * size || size <= floor(equations) {
                    u = trial;
                    break;
                }
            }
            fraction *= 0.5;
            if fraction < SHORTEST {
                return Err(Miss::Newton);
            }
        }
        before = size;
    }
    Err(Miss::Newton)
}

/// A factorised matrix; a singular one has its pseudo-inverse.
enum Inverse {
    Regular(nalgebra::LU<f64, nalgebra::Dyn, nalgebra::Dyn>),
    Singular(Box<nalgebra::SVD<f64, nalgebra::Dyn, nalgebra::Dyn>>),
}

impl Inverse {
    fn of(matrix: DMatrix<f64>) -> Self {
        let lu = matrix.clone().lu();
        if lu.is_invertible() { Self::Regular(lu) } else { Self::Singular(Box::new(matrix.svd(true, true))) }
    }

    fn solve(&self, right: &DVector<f64>) -> Option<DVector<f64>> {
        match self {
            Self::Regular(lu) => lu.solve(right),
            Self::Singular(svd) => svd.solve(right, 1e-12 * svd.singular_values.max()).ok(),
        }
    }
}
