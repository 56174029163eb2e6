//! The claim about a point with a small residual.

use nalgebra::DMatrix;

use super::PointKind;
use super::descend::Buffers;
use super::residual::Residual;
use crate::analysis::System;

/// A residual is at the rounding level if it is at most this many times its rounding errors.
const AT_ROUNDING: f64 = 16.0;

/// The largest change of the Jacobian over the error, relative to the Jacobian, of an isolated zero. The theorem of
/// Newton and Kantorovich needs one half.
const CONTRACTION: f64 = 0.25;

/// The number of points at which the rounding errors are measured.
const PROBES: usize = 6;

/// Errors count up to this fraction of the size of the starts.
pub(in crate::analysis) const FAR: f64 = 1e-3;

/// A point, and the claim about it.
#[derive(Debug, Clone)]
pub(in crate::analysis) struct Candidate {
    pub at: Vec<f64>,
    pub kind: PointKind,
    /// The residual, in units.
    pub norm: f64,
    /// The bound of the error of each coordinate, in units; infinite if the Jacobian is singular.
    pub error: Vec<f64>,
}

impl Candidate {
    /// The error to first order in the rounding, for the comparison with other points: at most [`FAR`].
    pub fn radius(&self) -> f64 {
        let error = self.error.iter().map(|x| x * x).sum::<f64>().sqrt();
        if error < FAR { error } else { FAR }
    }

    /// The coordinates of the two ends of the error, or of a distance of [`FAR`] if that is shorter.
    pub fn ends(&self, units: &[f64]) -> [Vec<f64>; 2] {
        let radius = self.radius();
        let length = self.error.iter().map(|x| x * x).sum::<f64>().sqrt();
        let even = 1.0 / (self.at.len() as f64).sqrt();
        let share = |error: f64| if length.is_finite() && length > 0.0 { error / length } else { even };
        [-1.0, 1.0].map(|side| {
            let parts = self.at.iter().zip(&self.error).zip(units);
            parts.map(|((x, &error), unit)| x + side * radius * share(error) * unit).collect()
        })
    }
}

/// The claim about the place in the buffers: an isolated zero, a degenerate one, or none.
/// [`fixed_points`](super::fixed_points) states the rules.
pub(in crate::analysis) fn claim<S: System>(residual: &Residual<S>, b: &mut Buffers<S::State>) -> Option<Candidate> {
    if !b.here.norm.is_finite() {
        return None;
    }
    let n = b.here.at.len();
    let inverse = b.slopes.matrix.clone().try_inverse().filter(|m| m.iter().all(|x| x.is_finite()));
    let mut error = vec![f64::INFINITY; n];
    if let Some(inverse) = &inverse {
        let noise = measured_noise(residual, b);
        for (i, error) in error.iter_mut().enumerate() {
            let terms = b.here.residual.iter().zip(&noise);
            *error = terms.enumerate().map(|(j, (r, noise))| inverse[(i, j)].abs() * (r.abs() + noise)).sum();
        }
    }
    let limit = residual.rounding.sqrt();
    let sizes = b.here.at.iter().zip(residual.units).map(|(x, unit)| (x / unit).abs().max(1.0));
    let small = error.iter().zip(sizes).all(|(error, size)| *error <= limit * size);
    let isolated = small && inverse.is_some_and(|inverse| contracts(residual, b, &inverse, &error));
    let kind = if isolated {
        PointKind::Isolated
    } else if b.here.norm <= AT_ROUNDING * b.slopes.noise_norm() {
        PointKind::Degenerate
    } else {
        return None;
    };
    Some(Candidate { at: b.here.at.clone(), kind, norm: b.here.norm, error })
}

/// The rounding errors of the residual: the estimate from the Jacobian, or the scatter of the residual a few units of
/// rounding away, if that is larger. Terms that cancel inside the system show only there.
fn measured_noise<S: System>(residual: &Residual<S>, b: &mut Buffers<S::State>) -> Vec<f64> {
    let n = b.here.at.len();
    let mut noise = b.slopes.noise.clone();
    for probe in 0..PROBES {
        // Both sides, at distances that differ by coordinate.
        let side = if probe % 2 == 0 { 1.0 } else { -1.0 };
        let target: Vec<f64> = (0..n)
            .map(|i| {
                let size = b.here.at[i].abs().max(residual.units[i]);
                b.here.at[i] + side * (1 + (probe + i) % PROBES) as f64 * 2.0 * residual.rounding * size
            })
            .collect();
        if residual.move_to(&mut b.trial, &target).is_err() || !b.trial.norm.is_finite() {
            continue;
        }
        let moves = (0..n).map(|j| (b.trial.at[j] - b.here.at[j]) / residual.units[j]);
        let linear = &b.slopes.matrix * nalgebra::DVector::from_iterator(n, moves);
        for (i, noise) in noise.iter_mut().enumerate() {
            *noise = noise.max((b.trial.residual[i] - b.here.residual[i] - linear[i]).abs());
        }
    }
    noise
}

/// Whether the Jacobian is known well enough and changes little over the error, on both sides. One by differences may be the
/// slope of a jump, or of a third power, which depends on the increments.
fn contracts<S: System>(
    residual: &Residual<S>,
    b: &mut Buffers<S::State>,
    inverse: &DMatrix<f64>,
    error: &[f64],
) -> bool {
    let differs = residual.change_with_increments(&b.here, &b.slopes).map(|change| (inverse * change).norm());
    // Wider increments may leave the domain.
    if differs.is_ok_and(|differs| differs > CONTRACTION) {
        return false;
    }
    let newton = inverse * nalgebra::DVector::from_column_slice(&b.here.residual);
    [-1.0, 1.0].into_iter().all(|side| {
        let target: Vec<f64> =
            (0..error.len()).map(|i| b.here.at[i] + side * error[i].copysign(newton[i]) * residual.units[i]).collect();
        residual.linearise_at(&mut b.trial, &target, &mut b.other)
            && (inverse * (&b.other.matrix - &b.slopes.matrix)).norm() <= CONTRACTION
    })
}
