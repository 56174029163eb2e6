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
/// the response to the parameter over its range, the distance over which the eigenvalues change (entries of the Jacobian that
/// are zero have no half), or one in proportion to the coordinates that it drives.
pub(super) fn typical_sizes(equations: &dyn Equations, u: &DVector<f64>, range: f64) -> Result<DVector<f64>> {
    let n = u.len() - 1;
    let own: Vec<f64> = (0..n).map(|i| u[i].abs()).collect();
    let jacobian = equations.jacobian(u, &own)?;
    let effect = slope_in_p(equations, u, range)? * range;
    let rate = rate(equations.kind(), &jacobian);
    let value = equations.value(u)?;
    let mut search = Search { equations, u, jacobian: &jacobian, value, effect: &effect, rate, last: 0 };
    let curved: Vec<Option<f64>> = (0..n).map(|i| search.length(i, Search::changes)).collect();
    let mut sizes: Vec<Option<f64>> = (0..n)
        .map(|i| match curved[i] {
            Some(length) => Some(length.max(1e-3 * own[i])),
            None if own[i] > 0.0 => Some(own[i]),
            None => response(&jacobian, &effect, i).or_else(|| search.length(i, Search::changes_spectrum)),
        })
        .collect();
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
    /// The typical rate of change.
    rate: f64,
    /// The binary exponent that was found last.
    last: i32,
}

/// The largest binary exponent of a length.
const LARGEST: i32 = 900;

impl Search<'_> {
    /// The least power of two over which the system changes; `None` if it never does.
    fn length(&mut self, i: usize, changes: impl Fn(&Self, usize, i32) -> bool) -> Option<f64> {
        // A doubling search from the last exponent, then bisection: lengths of neighbours are alike.
        let (mut low, mut high) = (self.last, self.last);
        let mut stride = 2;
        if changes(self, i, self.last) {
            loop {
                low -= stride;
                if low < -LARGEST {
                    return None;
                }
                if !changes(self, i, low) {
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
                if changes(self, i, high) {
                    break;
                }
                low = high;
                stride *= 2;
            }
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if changes(self, i, middle) {
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

    /// The rounding errors of the rows of a Jacobian by differences at a point, times the size of the coordinate that is
    /// varied; far above the errors of an exact one.
    fn noise(&self, moved: &DVector<f64>, value: &DVector<f64>, jacobian: &DMatrix<f64>) -> DVector<f64> {
        let n = value.len();
        let terms = jacobian.abs() * moved.rows(0, n).abs() + value.abs();
        terms * (16.0 * self.equations.rounding().powf(2.0 / 3.0))
    }

    /// Whether an entry of the Jacobian changes by half.
    fn changes(&self, i: usize, exponent: i32) -> bool {
        let (moved, sizes) = self.moved(i, f64::from(exponent).exp2());
        let (Ok(value), Ok(jacobian)) = (self.equations.value(&moved), self.equations.jacobian(&moved, &sizes)) else {
            return true;
        };
        let noise = self.noise(&moved, &value, &jacobian);
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        for (j, size) in sizes.iter().enumerate() {
            let size = if *size > 0.0 { *size } else { largest };
            for (k, noise) in noise.iter().enumerate() {
                let (after, before) = (jacobian[(k, j)], self.jacobian[(k, j)]);
                let change = (after - before).abs();
                if before != 0.0 && change >= 0.5 * before.abs() && change > noise / size {
                    return true;
                }
            }
        }
        // A coordinate without any effect to first order, as at a fold.
        let flat = self.jacobian.column(i).iter().all(|&x| x == 0.0);
        let mut effects = value.iter().zip(self.value.iter()).zip(self.effect.iter());
        flat && effects.any(|((after, before), &effect)| effect != 0.0 && (after - before).abs() >= effect.abs())
    }

    /// Whether the sum of the eigenvalues changes by half of the typical rate, or the sum of their squares by half of its square:
    /// numbers that do not depend on units.
    fn changes_spectrum(&self, i: usize, exponent: i32) -> bool {
        let (moved, sizes) = self.moved(i, f64::from(exponent).exp2());
        let (Ok(value), Ok(jacobian)) = (self.equations.value(&moved), self.equations.jacobian(&moved, &sizes)) else {
            return true;
        };
        let noise = self.noise(&moved, &value, &jacobian);
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        let error = |k: usize, j: usize| noise[k] / if sizes[j] > 0.0 { sizes[j] } else { largest };
        let n = sizes.len();
        let mut changes = [jacobian.trace() - self.jacobian.trace(), 0.0];
        let mut errors = [(0..n).map(|k| error(k, k)).sum::<f64>(), 0.0];
        for (k, j) in (0..n).flat_map(|k| (0..n).map(move |j| (k, j))) {
            changes[1] += jacobian[(k, j)] * jacobian[(j, k)] - self.jacobian[(k, j)] * self.jacobian[(j, k)];
            errors[1] += 2.0 * jacobian[(j, k)].abs() * error(k, j);
        }
        let scales = [self.rate, self.rate * self.rate];
        (0..2).any(|power| changes[power].abs() >= 0.5 * scales[power] && changes[power].abs() > errors[power])
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
