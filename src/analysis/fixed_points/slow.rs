//! Local minima of `q = ½|r|²` that are not zeros.

use nalgebra::{DMatrix, DVector};

use super::PointKind;
use super::cholesky::solve_shifted;
use super::claim::Candidate;
use super::descend::Buffers;
use super::residual::Residual;
use crate::analysis::System;

/// The budget of steps.
const STEPS: usize = 60;

/// The gradient vanishes if it is at most this fraction, or `√ε` if that is larger, of the second derivatives times the
/// size of the starts.
const FLAT: f64 = 1e-6;

/// Minimises `q`, in the units of the state, by Newton's method from the place in the buffers. Its second derivatives
/// are differences of the exact gradient `Jᵀr`. `None` unless the end is a minimum: the gradient vanishes, and no
/// second derivative is negative.
pub(super) fn minimise<S: System>(residual: &Residual<S>, b: &mut Buffers<S::State>) -> Option<Candidate> {
    let n = residual.units.len();
    // The second derivatives are differences, so a shift of this size decides nothing.
    let least = residual.rounding.sqrt();
    let (mut hessian, mut factor) = (DMatrix::zeros(n, n), DMatrix::zeros(n, n));
    let (mut objective, mut last) = (objective(residual, b)?, f64::INFINITY);
    for _ in 0..STEPS {
        let gradient = gradient(residual, b);
        if !second_derivatives(residual, b, &mut hessian) {
            return None;
        }
        let size = hessian.norm();
        if !(size > 0.0 && size.is_finite()) {
            return None;
        }
        let mut shift = least * size;
        let mut step = gradient.clone();
        while !solve_shifted(&hessian, shift, &mut factor, step.as_mut_slice()) {
            step.copy_from(&gradient);
            shift = (10.0 * shift).max(1e-3 * size);
            if shift > 1e6 * size {
                return None;
            }
        }
        let convex = shift <= least * size;
        let flat = gradient.norm() <= FLAT.max(least) * size;
        let fallen = search_along(residual, b, &step, objective);
        if flat && convex && (fallen.is_none() || step.norm() >= 0.5 * last) {
            let error = step.iter().map(|x| x.abs()).collect();
            return Some(Candidate { at: b.here.at.clone(), kind: PointKind::Slow, norm: b.here.norm, error });
        }
        objective = fallen?;
        last = step.norm();
    }
    None
}

/// `½|r|²` in the units of the state, of which the largest is 1.
fn objective<S: System>(residual: &Residual<S>, b: &Buffers<S::State>) -> Option<f64> {
    let value = weighted(residual, &b.here.residual).norm_squared() / 2.0;
    value.is_finite().then_some(value)
}

/// The residual in the units of the state, of which the largest is 1.
fn weighted<S: System>(residual: &Residual<S>, r: &[f64]) -> DVector<f64> {
    let largest = residual.units.iter().copied().fold(0.0, f64::max);
    DVector::from_iterator(r.len(), r.iter().zip(residual.units).map(|(r, unit)| r * (unit / largest)))
}

/// The gradient of the objective at `here` with respect to the coordinates in units.
fn gradient<S: System>(residual: &Residual<S>, b: &Buffers<S::State>) -> DVector<f64> {
    // The matrix has the weight of its row twice: in the residual and in its derivative.
    let twice = weighted(residual, weighted(residual, &b.here.residual).as_slice());
    b.slopes.matrix.tr_mul(&twice)
}

/// Central differences of the gradient. `false` if the system is not finite nearby.
fn second_derivatives<S: System>(residual: &Residual<S>, b: &mut Buffers<S::State>, out: &mut DMatrix<f64>) -> bool {
    let n = residual.units.len();
    for j in 0..n {
        let size = (b.here.at[j] / residual.units[j]).abs().max(1.0);
        let increment = residual.rounding.cbrt() * size * residual.units[j];
        let mut sides = Vec::with_capacity(2);
        for side in [-1.0, 1.0] {
            let mut target = b.here.at.clone();
            target[j] += side * increment;
            if !residual.linearise_at(&mut b.trial, &target, &mut b.other) {
                return false;
            }
            let twice = weighted(residual, weighted(residual, &b.trial.residual).as_slice());
            sides.push((b.trial.at[j] / residual.units[j], b.other.matrix.tr_mul(&twice)));
        }
        let column = (&sides[1].1 - &sides[0].1) / (sides[1].0 - sides[0].0);
        out.set_column(j, &column);
    }
    for j in 0..n {
        for i in 0..j {
            let mean = 0.5 * (out[(i, j)] + out[(j, i)]);
            (out[(i, j)], out[(j, i)]) = (mean, mean);
        }
    }
    out.iter().all(|x| x.is_finite())
}

/// Moves `here` against `step`, or half of it, and so on, until the objective falls. Returns the objective there.
fn search_along<S: System>(
    residual: &Residual<S>,
    b: &mut Buffers<S::State>,
    step: &DVector<f64>,
    objective_here: f64,
) -> Option<f64> {
    let mut factor = 1.0;
    for _ in 0..40 {
        let target: Vec<f64> = (0..step.len()).map(|i| b.here.at[i] - factor * step[i] * residual.units[i]).collect();
        let finite = residual.move_to(&mut b.trial, &target).is_ok() && b.trial.norm.is_finite();
        if b.trial.at == b.here.at {
            return None;
        }
        let value = weighted(residual, &b.trial.residual).norm_squared() / 2.0;
        if finite && value < objective_here && residual.linearise(&b.trial, &mut b.other).is_ok_and(|finite| finite) {
            std::mem::swap(&mut b.here, &mut b.trial);
            std::mem::swap(&mut b.slopes, &mut b.other);
            return Some(value);
        }
        factor *= 0.5;
    }
    None
}
