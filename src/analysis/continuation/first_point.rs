//! The fixed point from which a branch starts.

use nalgebra::{DMatrix, DVector};

use super::corrector::{Miss, floor, right_side};
use super::equations::{Equations, Linearised};
use super::metric::Metric;
use crate::analysis::eigen::Eigen;
use crate::analysis::system::Kind;

/// The most iterations from a start of the user.
const START_ITERATIONS: usize = 100;

/// The shortest fraction of a Newton step.
const SHORTEST: f64 = 1e-4;

/// The most steps of the relaxation.
const RELAXATIONS: usize = 200;

/// The damping at which its steps become Newton's, in units of the first.
const RELAXED: f64 = 1e-4;

/// The fixed point at the parameter of `guess`: by Newton's method, or by Newton's method after a relaxation towards an
/// attracting fixed point.
pub(super) fn correct_start(
    equations: &dyn Equations,
    metric: &Metric,
    guess: DVector<f64>,
) -> Result<DVector<f64>, Miss> {
    let miss = match newton(equations, metric, guess.clone()) {
        Ok(u) => return Ok(u),
        Err(miss) => miss,
    };
    relaxed(equations, metric, guess).and_then(|u| newton(equations, metric, u)).map_err(|_| miss)
}

/// The fixed point at the parameter of `guess`, by Newton's method with a line search on the natural level function
/// (Deuflhard, *Newton Methods for Nonlinear Problems*, section 3.3): it does not depend on units.
fn newton(equations: &dyn Equations, metric: &Metric, guess: DVector<f64>) -> Result<DVector<f64>, Miss> {
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

/// A point near an attracting fixed point, by pseudo-transient continuation (Kelley & Keyes, SIAM J. Numer. Anal. 35
/// (1998)): steps of linearly implicit Euler for `dx/dt = G(x, p)`, which grow as `G` shrinks.
fn relaxed(equations: &dyn Equations, metric: &Metric, guess: DVector<f64>) -> Result<DVector<f64>, Miss> {
    let n = guess.len() - 1;
    let size = |value: &DVector<f64>| value.component_div(&metric.coordinates()).norm();
    let rate = match equations.kind() {
        Kind::Map => 1.0,
        Kind::Flow => {
            let eigen = Eigen::of(&equations.jacobian(&guess, metric.coordinates().as_slice())?)?;
            eigen.values.iter().map(|x| x.norm()).fold(0.0, f64::max)
        }
    };
    let mut u = guess;
    let mut value = equations.value(&u)?;
    let mut damping = rate;
    for _ in 0..RELAXATIONS {
        let mut matrix = -equations.jacobian(&u, metric.coordinates().as_slice())?;
        let shift = damping + if equations.kind() == Kind::Map { 1.0 } else { 0.0 };
        matrix += DMatrix::from_diagonal_element(n, n, shift);
        let step = matrix.lu().solve(&value).ok_or(Miss::Newton)?;
        let before = size(&value);
        u.rows_mut(0, n).zip_apply(&step, |x, step| *x += step);
        value = equations.value(&u)?;
        let ratio = size(&value) / before;
        if !ratio.is_finite() || ratio == 0.0 || damping * ratio < RELAXED * rate {
            break;
        }
        damping *= ratio;
    }
    Ok(u)
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
