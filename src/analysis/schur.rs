//! The real Schur form.

use nalgebra::DMatrix;
use nalgebra::linalg::Hessenberg;

/// The budget of QR sweeps for each eigenvalue; LAPACK has 30.
const SWEEPS: usize = 60;

/// Every so many sweeps without a result the shifts are exceptional, for matrices with symmetries that ordinary shifts
/// keep.
const EXCEPTIONAL: usize = 10;

/// The real Schur form `A = Q T Qᵀ`, with 1 × 1 and 2 × 2 blocks on the diagonal of `T`; a 2 × 2 block may have real
/// eigenvalues.
/// `None` if the iteration does not converge.
///
/// The QR algorithm of J. G. F. Francis with implicit double shifts; G. H. Golub & C. F. Van Loan, *Matrix
/// Computations*, section 7.5. The first column of a sweep is written with differences from the diagonal, so that
/// eigenvalues converge that agree in most digits, as those of a matrix near the identity do.
pub(super) fn schur(a: &DMatrix<f64>) -> Option<(DMatrix<f64>, DMatrix<f64>)> {
    let n = a.nrows();
    if n < 3 {
        return Some((DMatrix::identity(n, n), a.clone()));
    }
    let (mut q, mut h) = Hessenberg::new(a.clone()).unpack();
    let size = h.norm();
    let (mut high, mut sweeps) = (n - 1, 0);
    while high > 0 {
        let low = deflated(&mut h, high, size);
        if low + 1 >= high {
            sweeps = 0;
            let block = high - low + 1;
            if high < block {
                break;
            }
            high -= block;
            continue;
        }
        sweeps += 1;
        if sweeps > SWEEPS {
            return None;
        }
        let shifts = Shifts::of(&h, high, sweeps);
        sweep(&mut h, &mut q, low..=high, shifts);
    }
    for j in 0..n {
        h.view_mut(((j + 2).min(n), j), (n - (j + 2).min(n), 1)).fill(0.0);
    }
    Some((q, h))
}

/// The first row of the last block that has not split; the entry to its left is set to zero.
fn deflated(h: &mut DMatrix<f64>, high: usize, size: f64) -> usize {
    let mut low = high;
    while low > 0 {
        let neighbours = h[(low - 1, low - 1)].abs() + h[(low, low)].abs();
        let scale = if neighbours == 0.0 { size } else { neighbours };
        if h[(low, low - 1)].abs() <= f64::EPSILON * scale {
            h[(low, low - 1)] = 0.0;
            break;
        }
        low -= 1;
    }
    low
}

/// Two shifts: the eigenvalues of `[[first, ·], [·, second]]` with the product `off` of the other two entries.
#[derive(Debug, Clone, Copy)]
struct Shifts {
    first: f64,
    second: f64,
    off: f64,
}

impl Shifts {
    fn of(h: &DMatrix<f64>, high: usize, sweeps: usize) -> Self {
        if sweeps.is_multiple_of(EXCEPTIONAL) {
            let size = h[(high, high - 1)].abs() + h[(high - 1, high - 2)].abs();
            let shift = h[(high, high)] + 0.75 * size;
            return Self { first: shift, second: shift, off: -0.4375 * size * size };
        }
        let off = h[(high, high - 1)] * h[(high - 1, high)];
        Self { first: h[(high, high)], second: h[(high - 1, high - 1)], off }
    }

    /// The direction of the first column of `(H − σ₁) (H − σ₂)` from row `m` on.
    fn column(self, h: &DMatrix<f64>, m: usize) -> [f64; 3] {
        let corner = h[(m, m)];
        let (first, second) = (self.first - corner, self.second - corner);
        let below = h[(m + 1, m)];
        let column = [
            (first * second - self.off) / below + h[(m, m + 1)],
            h[(m + 1, m + 1)] - corner - first - second,
            h[(m + 2, m + 1)],
        ];
        let size: f64 = column.iter().map(|x| x.abs()).sum();
        if size > 0.0 && size.is_finite() { column.map(|x| x / size) } else { column }
    }
}

/// A sweep over the block of `rows`, from the last place where two small entries below the diagonal let it begin.
fn sweep(h: &mut DMatrix<f64>, q: &mut DMatrix<f64>, rows: std::ops::RangeInclusive<usize>, shifts: Shifts) {
    let (n, low, high) = (h.nrows(), *rows.start(), *rows.end());
    let mut begin = high - 2;
    let mut column = shifts.column(h, begin);
    while begin > low {
        let entering = h[(begin, begin - 1)].abs() * (column[1].abs() + column[2].abs());
        let diagonal = h[(begin - 1, begin - 1)].abs() + h[(begin, begin)].abs() + h[(begin + 1, begin + 1)].abs();
        if entering <= f64::EPSILON * column[0].abs() * diagonal {
            break;
        }
        begin -= 1;
        column = shifts.column(h, begin);
    }
    for k in begin..high {
        let width = if k + 1 == high { 2 } else { 3 };
        if k > begin {
            column = [0, 1, 2].map(|i| if i < width { h[(k + i, k - 1)] } else { 0.0 });
        }
        let x = if width == 2 { [column[0], column[1], 0.0] } else { column };
        let Some(reflection) = Reflection::of(x) else { continue };
        if k > begin {
            h[(k, k - 1)] = reflection.image;
            (1..width).for_each(|i| h[(k + i, k - 1)] = 0.0);
        } else if begin > low {
            // What enters the two rows below is negligible, by the choice of the place.
            h[(k, k - 1)] *= 1.0 - reflection.factor * reflection.v[0] * reflection.v[0];
        }
        for j in k..n {
            reflection.apply(width, |i| (k + i, j), h);
        }
        for i in 0..=high.min(k + 3) {
            reflection.apply(width, |j| (i, k + j), h);
        }
        for i in 0..n {
            reflection.apply(width, |j| (i, k + j), q);
        }
    }
}

/// The reflection `I − factor · v vᵀ` that maps a vector to a multiple `image` of the first axis.
#[derive(Debug, Clone, Copy)]
struct Reflection {
    v: [f64; 3],
    factor: f64,
    image: f64,
}

impl Reflection {
    /// `None` for the zero vector.
    fn of(x: [f64; 3]) -> Option<Self> {
        let largest = x.iter().map(|x| x.abs()).fold(0.0, f64::max);
        if largest == 0.0 {
            return None;
        }
        let scaled = x.map(|x| x / largest);
        let norm = scaled.iter().map(|x| x * x).sum::<f64>().sqrt().copysign(scaled[0]);
        let v = [scaled[0] + norm, scaled[1], scaled[2]];
        Some(Self { v, factor: 2.0 / v.iter().map(|x| x * x).sum::<f64>(), image: -norm * largest })
    }

    /// Reflects the first `width` of three entries.
    fn apply(&self, width: usize, at: impl Fn(usize) -> (usize, usize), matrix: &mut DMatrix<f64>) {
        let sum: f64 = (0..width).map(|i| self.v[i] * matrix[at(i)]).sum();
        (0..width).for_each(|i| matrix[at(i)] -= self.factor * sum * self.v[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_similar_and_triangular() {
        for n in 1..30 {
            let a = DMatrix::from_fn(n, n, |i, j| ((3 * i + 7 * j + n) as f64 * 12.9898).sin());
            let (q, t) = schur(&a).unwrap();
            assert!((&q * &t * q.transpose() - &a).amax() < 1e-13 * n as f64);
            assert!((&q * q.transpose() - DMatrix::identity(n, n)).amax() < 1e-14 * n as f64);
            for j in 0..n {
                assert!((j + 2..n).all(|i| t[(i, j)] == 0.0));
                assert!(j + 2 >= n || t[(j + 1, j)] == 0.0 || t[(j + 2, j + 1)] == 0.0);
            }
        }
    }
}
