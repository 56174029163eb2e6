//! The first point of a branch: sizes of the coordinates, the point and its tangent.

use nalgebra::{DMatrix, DVector};

use super::equations::{Equations, Linearised};
use super::metric::{Metric, Sizes};
use super::slope_in_p::slope_in_p;
use crate::analysis::system::Kind;
use crate::error::Result;

/// A singular value below this fraction of the largest is zero.
const RANK: f64 = 1e-8;

/// The typical sizes of the coordinates at `u`, from the system alone, so that units do not matter.
///
/// The size of a coordinate is the distance over which the Jacobian changes by half: features of a branch, such as the
/// distance of another one, have this length. A coordinate in which the system is linear has its own value as size, or
/// the response to the parameter over its range, or one in proportion to the coordinates that it drives.
pub(super) fn typical_sizes(equations: &dyn Equations, u: &DVector<f64>, range: f64) -> Result<DVector<f64>> {
    let n = u.len() - 1;
    let own: Vec<f64> = (0..n).map(|i| u[i].abs()).collect();
    let jacobian = equations.jacobian(u, &own)?;
    let effect = slope_in_p(equations, u, range)? * range;
    let mut search = Search { equations, u, jacobian: &jacobian, value: equations.value(u)?, effect: &effect, last: 0 };
    let curved: Vec<Option<f64>> = (0..n).map(|i| search.length(i)).collect();
    let mut sizes: Vec<Option<f64>> = (0..n)
        .map(|i| match curved[i] {
            Some(length) => Some(length.max(1e-3 * own[i])),
            None if own[i] > 0.0 => Some(own[i]),
            None => response(&jacobian, &effect, i),
        })
        .collect();
    let rate = rate(equations.kind(), &jacobian);
    for _ in 0..n {
        let known = sizes.clone();
        for i in 0..n {
            if known[i].is_none() {
                sizes[i] = coupled(&jacobian, &known, rate, i);
            }
        }
    }
    let largest = sizes.iter().flatten().copied().fold(0.0, f64::max);
    // A linear family at zero has no length at all, so any will do.
    let fallback = if largest > 0.0 { largest } else { 1.0 };
    Ok(DVector::from_fn(n, |i, _| sizes[i].unwrap_or(fallback)))
}

/// The change of a coordinate, to first order, with the effect of the parameter over its range.
fn response(jacobian: &DMatrix<f64>, effect: &DVector<f64>, i: usize) -> Option<f64> {
    let lengths = (0..effect.len()).map(|k| (effect[k] / jacobian[(k, i)]).abs());
    lengths.filter(|x| x.is_finite() && *x > 0.0).reduce(f64::min)
}

/// The change of a coordinate with an effect of the size of a coordinate that it drives.
fn coupled(jacobian: &DMatrix<f64>, sizes: &[Option<f64>], rate: f64, i: usize) -> Option<f64> {
    let lengths =
        sizes.iter().enumerate().filter_map(|(k, size)| size.map(|size| (rate * size / jacobian[(k, i)]).abs()));
    lengths.filter(|x| x.is_finite() && *x > 0.0).reduce(f64::min)
}

/// The typical rate of change: one step of a map, or the spectral radius of a flow.
fn rate(kind: Kind, jacobian: &DMatrix<f64>) -> f64 {
    match kind {
        Kind::Map => 1.0,
        Kind::Flow => match crate::analysis::eigen::Eigen::of(jacobian) {
            Ok(eigen) => eigen.values.iter().map(|x| x.norm()).fold(0.0, f64::max),
            Err(_) => 0.0,
        },
    }
}

/// The search for the distance over which the system changes its behaviour.
struct Search<'a> {
    equations: &'a dyn Equations,
    u: &'a DVector<f64>,
    jacobian: &'a DMatrix<f64>,
    value: DVector<f64>,
    effect: &'a DVector<f64>,
    /// The binary exponent that was found last.
    last: i32,
}

/// The largest binary exponent of a length.
const LARGEST: i32 = 900;

impl Search<'_> {
    /// The least power of two over which the Jacobian changes by half; `None` if it never does.
    fn length(&mut self, i: usize) -> Option<f64> {
        // A doubling search from the last exponent, then bisection: lengths of neighbours are alike.
        let (mut low, mut high) = (self.last, self.last);
        let mut stride = 2;
        if self.changes(i, self.last) {
            loop {
                low -= stride;
                if low < -LARGEST {
                    return None;
                }
                if !self.changes(i, low) {
                    break;
                }
                high = low;
                stride *= 2;
            }
        } else {
            loop {
                high += stride;
                if high > LARGEST {
                    return None;
                }
                if self.changes(i, high) {
                    break;
                }
                low = high;
                stride *= 2;
            }
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.changes(i, middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        let length = f64::from(high).exp2();
        // Beyond this a linear system overflows.
        if self.overflows(i, length) {
            return None;
        }
        self.last = high;
        Some(length)
    }

    fn moved(&self, i: usize, length: f64) -> (DVector<f64>, Vec<f64>) {
        let mut moved = self.u.clone();
        moved[i] += length;
        let sizes = (0..self.jacobian.nrows()).map(|j| if j == i { length } else { self.u[j].abs() }).collect();
        (moved, sizes)
    }

    fn overflows(&self, i: usize, length: f64) -> bool {
        let (moved, sizes) = self.moved(i, length);
        self.equations.value(&moved).is_err() || self.equations.jacobian(&moved, &sizes).is_err()
    }

    fn changes(&self, i: usize, exponent: i32) -> bool {
        let (moved, sizes) = self.moved(i, f64::from(exponent).exp2());
        let (Ok(value), Ok(jacobian)) = (self.equations.value(&moved), self.equations.jacobian(&moved, &sizes)) else {
            return true;
        };
        let entries = jacobian.iter().zip(self.jacobian.iter());
        if entries.clone().any(|(after, &before)| before != 0.0 && (after - before).abs() >= 0.5 * before.abs()) {
            return true;
        }
        // A coordinate without any effect to first order, as at a fold.
        let flat = self.jacobian.column(i).iter().all(|&x| x == 0.0);
        let mut effects = value.iter().zip(self.value.iter()).zip(self.effect.iter());
        flat && effects.any(|((after, before), &effect)| effect != 0.0 && (after - before).abs() >= effect.abs())
    }
}

/// Right singular vectors of linearised equations, the smallest singular value first.
pub(super) struct NullSpace {
    pub vectors: Vec<DVector<f64>>,
    /// Singular values relative to the largest or, if all are smaller, to 1; of the same order.
    pub values: Vec<f64>,
}

impl NullSpace {
    pub fn of(linearised: &Linearised) -> Self {
        let n = linearised.matrix.nrows();
        let square = linearised.matrix.clone().insert_row(n, 0.0);
        let svd = square.svd(false, true);
        let mut order: Vec<usize> = (0..=n).collect();
        order.sort_by(|&a, &b| svd.singular_values[a].total_cmp(&svd.singular_values[b]));
        // The rows have the norm 1, here or at neighbouring points.
        let largest = svd.singular_values.max().max(1.0);
        let rows = svd.v_t.unwrap_or_else(|| DMatrix::identity(n + 1, n + 1));
        Self {
            vectors: order.iter().map(|&k| rows.row(k).transpose()).collect(),
            values: order.iter().map(|&k| svd.singular_values[k] / largest).collect(),
        }
    }

    /// The dimension of the null space; 1 at a regular point, 2 at a simple branch point.
    pub fn dimension(&self) -> usize {
        self.values.iter().filter(|&&value| value <= RANK).count()
    }
}

/// The direction of the branch at `u`, in units of the metric, with the parameter in the direction `towards`. `None` if
/// it is not unique, as at a branch point.
pub(super) fn first_direction(
    equations: &dyn Equations,
    metric: &Metric,
    u: &DVector<f64>,
    towards: f64,
) -> Result<Option<DVector<f64>>> {
    let space = NullSpace::of(&Linearised::at(equations, metric, u)?);
    if space.dimension() != 1 {
        return Ok(None);
    }
    let direction = space.vectors[0].clone();
    let along = direction[u.len() - 1] * towards;
    // A branch that starts without the parameter goes where its largest coordinate grows.
    let orientation = if along.abs() > 1e-10 { along } else { direction[direction.iamax()] };
    Ok(Some(if orientation < 0.0 { -direction } else { direction }))
}

/// The sizes that the user has given, or the typical ones.
pub(super) fn sizes(equations: &dyn Equations, u: &DVector<f64>, range: f64, given: Option<&[f64]>) -> Result<Sizes> {
    let x = match given {
        Some(given) => DVector::from_column_slice(given),
        None => typical_sizes(equations, u, range)?,
    };
    Ok(Sizes { x, p: range })
}
