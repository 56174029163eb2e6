//! The real Schur form, by the QR iteration with double shifts.

use nalgebra::linalg::Hessenberg;
use nalgebra::{DMatrix, Vector3};

use crate::error::{Error, Result};

/// The budget of sweeps for each of the eigenvalues, of which there count at least ten, as in LAPACK; two or three are common.
const SWEEPS: usize = 30;

/// `A = Q T Qᵀ` with an orthogonal `Q` and an upper triangular `T`, up to blocks of two rows for complex pairs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RealSchur {
    pub(super) q: DMatrix<f64>,
    pub(super) t: DMatrix<f64>,
}

/// The real Schur form of a finite matrix of at least one row.
///
/// Francis' implicit double-shift iteration on a Hessenberg matrix: Golub & Van Loan, *Matrix Computations*, section 7.5.
/// The shifts enter as differences from the diagonal, so that nothing cancels where the diagonal is large compared with the
/// rest, as for a saturated network, which hardly moves. Exceptional shifts end the stagnation on symmetric matrices such as
/// cyclic permutations. (The Schur form of nalgebra 0.35 does neither, and does not converge there.)
///
/// # Errors
/// [`Error::EigenvaluesNotFound`] if the eigenvalues need more than 30 sweeps each, in the mean.
pub(super) fn real_schur(a: &DMatrix<f64>) -> Result<RealSchur> {
    let n = a.nrows();
    if n == 1 {
        return Ok(RealSchur { q: DMatrix::identity(1, 1), t: a.clone() });
    }
    let (q, t) = Hessenberg::new(a.clone()).unpack();
    let norm = t.norm();
    let mut schur = RealSchur { q, t };
    let mut budget = SWEEPS * n.max(10);
    // The rows above `end` are to be reduced.
    let (mut end, mut sweeps) = (n, 0);
    while end > 0 {
        let last = end - 1;
        let start = schur.start_of_block(last, norm);
        match last - start {
            0 => (end, sweeps) = (end - 1, 0),
            1 => {
                schur.split_pair(start);
                (end, sweeps) = (end - 2, 0);
            }
            _ if budget == 0 => return Err(Error::EigenvaluesNotFound { dimension: n }),
            _ => {
                (budget, sweeps) = (budget - 1, sweeps + 1);
                let shifts = schur.shifts(start, last, sweeps);
                schur.sweep(start, last, shifts);
            }
        }
    }
    Ok(schur)
}

/// Two shifts, by the sum and the product of their differences from a number: `(σ₁ − z)(σ₂ − z) = (x − z)(y − z) − w`.
#[derive(Debug, Clone, Copy)]
struct Shifts {
    x: f64,
    y: f64,
    w: f64,
}

impl RealSchur {
    /// The first row of the unreduced block that ends in row `last`. A negligible entry below the diagonal becomes zero.
    fn start_of_block(&mut self, last: usize, norm: f64) -> usize {
        for row in (1..=last).rev() {
            let neighbours = self.t[(row - 1, row - 1)].abs() + self.t[(row, row)].abs();
            let size = if neighbours == 0.0 { norm } else { neighbours };
            if self.t[(row, row - 1)].abs() <= f64::EPSILON * size {
                self.t[(row, row - 1)] = 0.0;
                return row;
            }
        }
        0
    }

    /// The eigenvalues of the last two rows, or twice the one nearer to the last entry if they are real: two real ones can
    /// stagnate. After each tenth sweep exceptional shifts, from both ends of the block in turn. All as in LAPACK's `dlahqr`.
    fn shifts(&self, start: usize, last: usize, sweep: usize) -> Shifts {
        let t = &self.t;
        if sweep.is_multiple_of(10) {
            let (at, size) = if sweep.is_multiple_of(20) {
                (last, t[(last, last - 1)].abs() + t[(last - 1, last - 2)].abs())
            } else {
                (start, t[(start + 1, start)].abs() + t[(start + 2, start + 1)].abs())
            };
            let x = t[(at, at)] + 0.75 * size;
            return Shifts { x, y: x, w: -0.4375 * size * size };
        }
        let block = Block::of(t, last - 1);
        if block.discriminant < 0.0 {
            let w = t[(last, last - 1)] * t[(last - 1, last)];
            return Shifts { x: t[(last, last)], y: t[(last - 1, last - 1)], w };
        }
        // The eigenvalues are d + far and d − b c / far.
        let far = block.far();
        let near = if far == 0.0 { 0.0 } else { t[(last, last - 1)] * (t[(last - 1, last)] / far) };
        let x = t[(last, last)] - near;
        Shifts { x, y: x, w: 0.0 }
    }

    /// The first column of `(T − σ₁)(T − σ₂)` from row `m` on, up to a factor.
    fn first_column(&self, m: usize, Shifts { x, y, w }: Shifts) -> Vector3<f64> {
        let t = &self.t;
        let z = t[(m, m)];
        let (r, s) = (x - z, y - z);
        let column =
            Vector3::new((r * s - w) / t[(m + 1, m)] + t[(m, m + 1)], t[(m + 1, m + 1)] - z - r - s, t[(m + 2, m + 1)]);
        let size = column.abs().sum();
        if size > 0.0 { column / size } else { column }
    }

    /// A double step on the block of the rows from `start` to `last`, at least three.
    fn sweep(&mut self, start: usize, last: usize, shifts: Shifts) {
        // Two small entries in succession below the diagonal decouple the rows above.
        let mut m = last - 2;
        let mut column = self.first_column(m, shifts);
        while m > start {
            let t = &self.t;
            let small = t[(m, m - 1)].abs() * (column.y.abs() + column.z.abs());
            let size = t[(m - 1, m - 1)].abs() + t[(m, m)].abs() + t[(m + 1, m + 1)].abs();
            if small <= f64::EPSILON * column.x.abs() * size {
                break;
            }
            m -= 1;
            column = self.first_column(m, shifts);
        }
        for k in m..last {
            let rows = if k + 2 <= last { 3 } else { 2 };
            if k > m {
                column = Vector3::new(self.t[(k, k - 1)], self.t[(k + 1, k - 1)], 0.0);
                if rows == 3 {
                    column.z = self.t[(k + 2, k - 1)];
                }
            }
            let Some(reflection) = Reflection::onto_first(column) else { continue };
            if k > m {
                self.t[(k, k - 1)] = reflection.length;
                for row in k + 1..k + rows {
                    self.t[(row, k - 1)] = 0.0;
                }
            } else if k > start {
                // The entries below this one stay negligible.
                self.t[(k, k - 1)] *= 1.0 - reflection.v.x * reflection.u.x;
            }
            reflection.rows(&mut self.t, k, rows, k);
            reflection.columns(&mut self.t, k, rows, (k + 3).min(last) + 1);
            let n = self.q.nrows();
            reflection.columns(&mut self.q, k, rows, n);
        }
    }

    /// Makes a block of two rows triangular if its eigenvalues are real.
    fn split_pair(&mut self, k: usize) {
        let (block, c) = (Block::of(&self.t, k), self.t[(k + 1, k)]);
        if block.discriminant < 0.0 {
            return;
        }
        // The eigenvector (λ − d, c) of the eigenvalue farther from d, without cancellation.
        let shift = block.far();
        let size = shift.hypot(c);
        if size == 0.0 {
            return;
        }
        let (cos, sin) = (shift / size, c / size);
        let n = self.t.nrows();
        for j in k..n {
            let (upper, lower) = (self.t[(k, j)], self.t[(k + 1, j)]);
            self.t[(k, j)] = cos * upper + sin * lower;
            self.t[(k + 1, j)] = cos * lower - sin * upper;
        }
        for matrix in [&mut self.t, &mut self.q] {
            for i in 0..n {
                let (left, right) = (matrix[(i, k)], matrix[(i, k + 1)]);
                matrix[(i, k)] = cos * left + sin * right;
                matrix[(i, k + 1)] = cos * right - sin * left;
            }
        }
        self.t[(k + 1, k)] = 0.0;
    }
}

/// A diagonal block of two rows, `a b; c d`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// `(a + d) / 2`.
    pub(super) mean: f64,
    /// `(a − d) / 2`.
    pub(super) half: f64,
    /// A power of two of the size of the half and of `√|b c|`.
    pub(super) size: f64,
    /// The square of half the difference of the eigenvalues, `((a − d)² / 4 + b c) / size²`, which neither overflows nor
    /// vanishes.
    pub(super) discriminant: f64,
}

impl Block {
    /// The block of the rows `k` and `k + 1`.
    pub(super) fn of(t: &DMatrix<f64>, k: usize) -> Self {
        let (a, b, c, d) = (t[(k, k)], t[(k, k + 1)], t[(k + 1, k)], t[(k + 1, k + 1)]);
        let half = 0.5 * (a - d);
        let largest = half.abs().max(b.abs().sqrt() * c.abs().sqrt());
        let size = if largest == 0.0 { 1.0 } else { libm::scalbn(1.0, libm::ilogb(largest)) };
        let discriminant = (half / size).powi(2) + (b / size) * (c / size);
        Self { mean: 0.5 * (a + d), half, size, discriminant }
    }

    /// The difference `λ − d` of the eigenvalue farther from `d`, if they are real.
    fn far(&self) -> f64 {
        let root = self.discriminant.max(0.0).sqrt() * self.size;
        if self.half < 0.0 { self.half - root } else { self.half + root }
    }
}

/// The reflection `I − v uᵀ` that maps a vector of two or three entries to a multiple of the first unit vector.
struct Reflection {
    u: Vector3<f64>,
    v: Vector3<f64>,
    /// The first entry of the image.
    length: f64,
}

impl Reflection {
    /// `None` for the zero vector.
    fn onto_first(x: Vector3<f64>) -> Option<Self> {
        let size = x.amax();
        if size == 0.0 {
            return None;
        }
        let scaled = x / size;
        let norm = if scaled.x < 0.0 { -scaled.norm() } else { scaled.norm() };
        let mut u = scaled;
        u.x += norm;
        let v = u / (norm * u.x);
        Some(Self { u, v, length: -norm * size })
    }

    /// Applies it to the rows from `k` on, in the columns from `first` on.
    fn rows(&self, matrix: &mut DMatrix<f64>, k: usize, rows: usize, first: usize) {
        for j in first..matrix.ncols() {
            let sum: f64 = (0..rows).map(|i| self.u[i] * matrix[(k + i, j)]).sum();
            for i in 0..rows {
                matrix[(k + i, j)] -= self.v[i] * sum;
            }
        }
    }

    /// Applies it to the columns from `k` on, in the rows above `end`.
    fn columns(&self, matrix: &mut DMatrix<f64>, k: usize, columns: usize, end: usize) {
        for i in 0..end {
            let sum: f64 = (0..columns).map(|j| self.u[j] * matrix[(i, k + j)]).sum();
            for j in 0..columns {
                matrix[(i, k + j)] -= self.v[j] * sum;
            }
        }
    }
}
