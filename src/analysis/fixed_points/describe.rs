//! The linear system around a point.

use nalgebra::{Complex, DMatrix};

use super::FixedPoint;
use super::claim::Candidate;
use super::residual::{Residual, euclidean, in_units};
use super::stability::uncertainties;
use crate::analysis::{Eigen, System};
use crate::error::Result;

/// The point of a candidate that `starts` starts lead to, in the shape of `like`.
pub(super) fn describe<S: System>(
    residual: &Residual<S>,
    like: &S::State,
    candidate: &Candidate,
    starts: usize,
) -> Result<FixedPoint<S::State>> {
    let n = candidate.at.len();
    let (mut here, mut jacobian) = (residual.place(like), DMatrix::zeros(n, n));
    residual.move_to(&mut here, &candidate.at)?;
    residual.jacobian(&here, &mut jacobian)?;
    let mut slopes = residual.slopes();
    residual.linearise(&here, &mut slopes)?;
    let change = change_over_error(residual, like, candidate, &slopes.matrix);
    let rounding = n as f64 * residual.rounding * in_units(&jacobian, residual.units).norm();
    let error = rounding + residual.error_of_differences(&here, &slopes)?;
    let linear = Linear::of(&jacobian, residual.units, change, error)?;
    let speed = here.speed(S::KIND);
    Ok(FixedPoint {
        xstar: here.state,
        kind: candidate.kind,
        q: 0.5 * speed * speed,
        residual: speed,
        error: euclidean(candidate.error.iter().zip(residual.units).map(|(error, unit)| error * unit)),
        jacobian,
        eigen: linear.eigen,
        uncertainties: linear.uncertainties,
        condition: condition(&slopes.matrix, residual.rounding),
        starts,
        system: S::KIND,
    })
}

/// The largest change of the Jacobian, in units, between the point and the ends of its error, or of
/// [`FAR`](super::claim::FAR) if that is shorter.
fn change_over_error<S: System>(
    residual: &Residual<S>,
    like: &S::State,
    candidate: &Candidate,
    here: &DMatrix<f64>,
) -> f64 {
    let (mut there, mut slopes) = (residual.place(like), residual.slopes());
    let mut change: f64 = 0.0;
    for target in candidate.ends(residual.units) {
        // A point at the edge of the domain has its change on the inner side.
        if residual.linearise_at(&mut there, &target, &mut slopes) {
            change = change.max((&slopes.matrix - here).norm());
        }
    }
    change
}

/// The eigenvalues of a Jacobian and their uncertainties.
#[derive(Debug)]
pub(in crate::analysis) struct Linear {
    pub eigen: Eigen,
    pub uncertainties: Vec<f64>,
}

impl Linear {
    /// The eigenvalues of a Jacobian that changes by `change` over the error of its point and has the error `error`
    /// itself. Both and the conditions belong to the Jacobian with its coordinates in `units`.
    pub fn of(jacobian: &DMatrix<f64>, units: &[f64], change: f64, error: f64) -> Result<Self> {
        // Powers of two scale without rounding.
        let powers: Vec<f64> = units.iter().map(|unit| unit.log2().round().exp2()).collect();
        let scaled = in_units(jacobian, &powers);
        let mut eigen = Eigen::of(&scaled)?;
        // The error of a multiple root is up to as many times its estimate as its multiplicity.
        let perturbation = 4.0 * change + error;
        let uncertainties = uncertainties(&scaled, &eigen, perturbation);
        for mut vector in eigen.vectors.column_iter_mut() {
            vector.iter_mut().zip(&powers).for_each(|(x, power)| *x *= *power);
            let largest = vector.iter().map(|x| x.re.abs().max(x.im.abs())).fold(0.0, f64::max);
            vector.apply(|x: &mut Complex<f64>| *x /= largest);
            let norm = vector.norm();
            vector.unscale_mut(norm);
        }
        Ok(Self { eigen, uncertainties })
    }
}

/// The condition number; infinite if the matrix is singular to the rounding of its entries.
pub(in crate::analysis) fn condition(matrix: &DMatrix<f64>, rounding: f64) -> f64 {
    let n = matrix.nrows();
    let Some(svd) = nalgebra::SVD::try_new(matrix.clone(), false, false, f64::EPSILON, 100 * n) else {
        // An upper bound that needs no iteration.
        return matrix.clone().try_inverse().map_or(f64::INFINITY, |inverse| matrix.norm() * inverse.norm());
    };
    let values = svd.singular_values;
    let (largest, smallest) = (values.max(), values.min());
    if smallest <= n as f64 * rounding * largest { f64::INFINITY } else { largest / smallest }
}
