//! The size of the starts, the unit of all lengths of a search.

use nalgebra::DMatrix;

use super::Search;
use super::starts::checked;
use crate::analysis::{Kind, System};
use crate::error::Result;
use crate::state::State;

/// The unit of each coordinate, and the place of the starts in these units.
#[derive(Debug)]
pub(in crate::analysis) struct Sizes {
    /// The unit of each coordinate; positive.
    pub units: Vec<f64>,
    centroid: Vec<f64>,
    /// The largest distance from the centroid of a point that is no outlier.
    reach: f64,
}

impl Sizes {
    /// The sizes of starts, which must have the same shape.
    ///
    /// # Errors
    /// No start, a start without coordinates, of another shape or not finite.
    pub fn of<S: System>(system: &S, starts: &[S::State], search: &Search) -> Result<Self> {
        let coordinates = checked("starts", starts)?;
        let mut units: Vec<f64> = (0..coordinates[0].len()).map(|i| root_mean_square(&coordinates, i)).collect();
        if units.contains(&0.0) {
            from_the_system(system, starts, &mut units);
        }
        let centroid: Vec<f64> =
            units.iter().enumerate().map(|(i, unit)| mean(coordinates.iter().map(|x| x[i] / unit))).collect();
        let spread = mean(coordinates.iter().map(|x| distance(&centroid, x, &units)));
        let coincide = spread <= (starts[0].rounding() * units.len() as f64).sqrt();
        let reach = if coincide { f64::INFINITY } else { search.outlier_factor * spread };
        Ok(Self { units, centroid, reach })
    }

    /// Whether a point is farther from the starts than the rule of outliers allows.
    pub fn is_outlier(&self, x: &[f64]) -> bool {
        distance(&self.centroid, x, &self.units) > self.reach
    }
}

/// The root of the mean square of a coordinate, without overflow.
fn root_mean_square(points: &[Vec<f64>], i: usize) -> f64 {
    let largest = points.iter().map(|x| x[i].abs()).fold(0.0, f64::max);
    if largest == 0.0 { 0.0 } else { largest * mean(points.iter().map(|x| (x[i] / largest).powi(2))).sqrt() }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn distance(centroid: &[f64], x: &[f64], units: &[f64]) -> f64 {
    let squares = centroid.iter().zip(x).zip(units).map(|((c, x), unit)| (x / unit - c).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The units of coordinates in which all starts are zero: the size of the next state of a map, or the change that would
/// cancel the residual. A coordinate that stays unknown gets the largest of the others, or 1.
fn from_the_system<S: System>(system: &S, starts: &[S::State], units: &mut [f64]) {
    let n = units.len();
    let (mut image, mut slopes) = (starts[0].zeros_like(), DMatrix::zeros(n, n));
    let mut found = units.to_vec();
    for start in starts {
        if !found.contains(&0.0) {
            break;
        }
        if system.eval(start, &mut image).is_err() || !image.all_finite() {
            continue;
        }
        let (x, mut residual) = (start.coordinates(), image.coordinates());
        let mut sizes = start.zeros_like();
        if S::KIND == Kind::Map {
            let _ = sizes.read_coordinates(&residual.iter().map(|x| x.abs()).collect::<Vec<_>>());
            found.iter_mut().zip(&residual).filter(|(unit, _)| **unit == 0.0).for_each(|(unit, x)| *unit = x.abs());
            residual.iter_mut().zip(&x).for_each(|(r, x)| *r -= x);
        }
        let largest = residual.iter().map(|x| x.abs()).fold(0.0, f64::max);
        if largest == 0.0 || system.jacobian(start, &sizes, &mut slopes).is_err() {
            continue;
        }
        for (i, unit) in found.iter_mut().enumerate().filter(|(_, unit)| **unit == 0.0) {
            let size = largest / slopes.column(i).amax();
            *unit = if size.is_finite() { size } else { 0.0 };
        }
    }
    let largest = found.iter().copied().filter(|x| x.is_finite()).fold(0.0, f64::max);
    let rest = if largest > 0.0 { largest } else { 1.0 };
    for (unit, found) in units.iter_mut().zip(found).filter(|(unit, _)| **unit == 0.0) {
        *unit = if found > 0.0 && found.is_finite() { found } else { rest };
    }
}
