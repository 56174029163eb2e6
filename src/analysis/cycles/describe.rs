//! The points and multipliers of a cycle.

use nalgebra::DMatrix;

use super::Cycle;
use super::shooting::Shooting;
use crate::analysis::fixed_points::claim::Candidate;
use crate::analysis::fixed_points::describe::{Linear, condition};
use crate::analysis::fixed_points::residual::{Place, Residual, euclidean, in_units};
use crate::analysis::{Kind, System, system};
use crate::error::Result;

/// The cycle of a candidate that `searches` searches lead to, in the shape of `like`.
pub(super) fn describe<S: System>(
    map: &S,
    residual: &Residual<Shooting<S>>,
    like: &Vec<S::State>,
    candidate: &Candidate,
    searches: usize,
) -> Result<Cycle<S::State>> {
    let k = like.len();
    let n = residual.units.len() / k;
    let candidate = &first_coordinate_first(candidate, n);
    let mut here = residual.place(like);
    residual.move_to(&mut here, &candidate.at)?;
    let mut slopes = residual.slopes();
    residual.linearise(&here, &mut slopes)?;
    let sizes = system::point(&like[0], &residual.units[..n])?;
    let product = Product::along(map, &here.state, &sizes, &residual.units[..n])?;
    let change = change_over_error(map, residual, candidate, (&sizes, &product.scaled))?;
    let error =
        n as f64 * residual.rounding * product.size + error_of_differences(map, residual, &here, &product.scaled)?;
    let linear = Linear::of(&product.plain, &residual.units[..n], change, error)?;
    Ok(Cycle {
        kind: candidate.kind,
        residual: here.speed(Kind::Map),
        error: euclidean(candidate.error.iter().zip(residual.units).map(|(error, unit)| error * unit)),
        jacobian: product.plain,
        eigen: linear.eigen,
        uncertainties: linear.uncertainties,
        condition: condition(&slopes.matrix, residual.rounding),
        searches,
        points: here.state,
    })
}

/// The same cycle from the point with the smallest first coordinate on.
fn first_coordinate_first(candidate: &Candidate, n: usize) -> Candidate {
    let order = |a: &&[f64], b: &&[f64]| {
        let differences = a.iter().zip(*b).map(|(a, b)| a.total_cmp(b));
        differences.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    };
    let first = candidate.at.chunks(n).enumerate().min_by(|a, b| order(&a.1, &b.1)).map_or(0, |(j, _)| j);
    let mut rotated = candidate.clone();
    rotated.at.rotate_left(first * n);
    rotated.error.rotate_left(first * n);
    rotated
}

/// The Jacobian of the iterate.
struct Product {
    plain: DMatrix<f64>,
    /// With the coordinates in units.
    scaled: DMatrix<f64>,
    /// The size of its terms, in units: the number of factors times the product of their norms.
    size: f64,
}

impl Product {
    fn along<S: System>(map: &S, orbit: &[S::State], sizes: &S::State, units: &[f64]) -> Result<Self> {
        let n = units.len();
        let (mut factor, mut plain) = (DMatrix::zeros(n, n), DMatrix::identity(n, n));
        let mut size = orbit.len() as f64;
        for x in orbit {
            system::slopes(map, x, sizes, &mut factor)?;
            plain = &factor * plain;
            size *= in_units(&factor, units).norm();
        }
        let scaled = in_units(&plain, units);
        Ok(Self { plain, scaled, size })
    }
}

/// The largest change of the product, in units, between the cycle and the ends of its error.
fn change_over_error<S: System>(
    map: &S,
    residual: &Residual<Shooting<S>>,
    candidate: &Candidate,
    (sizes, here): (&S::State, &DMatrix<f64>),
) -> Result<f64> {
    let n = here.nrows();
    let mut change: f64 = 0.0;
    for ends in candidate.ends(residual.units) {
        let points = ends.chunks(n).map(|x| system::point(sizes, x)).collect::<Result<Vec<_>>>()?;
        // A point at the edge of the domain has its change on the inner side.
        if let Ok(there) = Product::along(map, &points, sizes, &residual.units[..n]) {
            change = change.max((there.scaled - here).norm());
        }
    }
    Ok(change)
}

/// The largest difference between products of Jacobians with increments of different sizes, in units: the error of one by
/// differences, and zero for an exact one.
fn error_of_differences<S: System>(
    map: &S,
    residual: &Residual<Shooting<S>>,
    here: &Place<Vec<S::State>>,
    product: &DMatrix<f64>,
) -> Result<f64> {
    let n = product.nrows();
    let units = &residual.units[..n];
    let largest = |i: usize| here.at.chunks(n).map(|x| x[i].abs()).fold(units[i], f64::max);
    let doubled: Vec<f64> = (0..n).map(|i| 2.0 * largest(i)).collect();
    let sizes = system::point(&here.state[0], &doubled)?;
    // Wider increments may leave the domain.
    Ok(Product::along(map, &here.state, &sizes, units).map_or(0.0, |wider| (wider.scaled - product).norm()))
}
