//! Orthonormal frames: the QR factorisation of tangent vectors.

use nalgebra::DMatrix;

use crate::state::Element;
use crate::train::uniform;

/// Columns of this number are orthonormalised against each other, after matrix products have made them orthogonal to all
/// earlier ones.
const BLOCK: usize = 16;

/// A pass that shrinks a column below this fraction is repeated: its rounding errors have grown. "Twice is enough", unless
/// the column depends on the earlier ones up to rounding.
const KEPT: f64 = 0.5;

/// `k` tangent vectors of `n` coordinates, column by column.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    n: usize,
    /// The vectors: orthonormal after [`orthonormalise`](Self::orthonormalise).
    pub(super) vectors: Vec<f64>,
    /// `ln Rₖₖ` of the last factorisation; minus infinity for a column that depends on the earlier ones.
    pub(super) logs: Vec<f64>,
    /// `Rₖₖ` itself, which may underflow.
    pub(super) entries: Vec<f64>,
    /// The Euclidean length of each column before it.
    pub(super) lengths: Vec<f64>,
    transposed: Vec<f64>,
    components: Vec<f64>,
    negative: Vec<f64>,
}

impl Frame {
    /// An orthonormal frame in general position, always the same: no direction of it belongs to a subspace that the
    /// coordinates suggest.
    pub(super) fn generic(n: usize, k: usize) -> Self {
        let mut draw = uniform(1);
        let vectors = (0..n * k).map(|_| draw() - 0.5);
        let mut frame = Self::from_columns(n, vectors.collect());
        frame.orthonormalise();
        frame
    }

    pub(super) fn from_columns(n: usize, vectors: Vec<f64>) -> Self {
        let k = vectors.len() / n.max(1);
        let [logs, entries, lengths] = std::array::from_fn(|_| vec![0.0; k]);
        let [transposed, components, negative] = [(); 3].map(|()| Vec::new());
        Self { n, vectors, logs, entries, lengths, transposed, components, negative }
    }

    pub(super) fn dimension(&self) -> usize {
        self.n
    }

    /// The number of vectors.
    pub(super) fn count(&self) -> usize {
        self.logs.len()
    }

    /// The vectors as a matrix.
    pub(super) fn matrix(&self) -> DMatrix<f64> {
        DMatrix::from_column_slice(self.n, self.count(), &self.vectors)
    }

    pub(super) fn column(&self, k: usize) -> &[f64] {
        &self.vectors[k * self.n..(k + 1) * self.n]
    }

    /// Replaces the columns by the factor `Q` of their QR factorisation with a positive diagonal of `R`, of which it keeps
    /// the logarithms: the block form of Gram and Schmidt's method, repeated until nothing changes.
    ///
    /// A column that is zero after its projections becomes a unit vector orthogonal to all others.
    pub(super) fn orthonormalise(&mut self) {
        self.normalise_lengths();
        for start in (0..self.count()).step_by(BLOCK) {
            let end = (start + BLOCK).min(self.count());
            for pass in 0..6 {
                self.project(start, end);
                let least = self.within(start, end);
                if pass > 0 && least > KEPT {
                    break;
                }
            }
        }
        for (log, entry) in self.logs.iter_mut().zip(&mut self.entries) {
            let scale = *log;
            *log += entry.ln();
            if scale != 0.0 {
                *entry = log.exp();
            }
        }
    }

    /// Brings every column to the size of one by a power of two, so that no square overflows.
    fn normalise_lengths(&mut self) {
        for (k, column) in self.vectors.chunks_exact_mut(self.n).enumerate() {
            let largest = column.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
            // Until the end, the logarithm of the scale.
            self.logs[k] = 0.0;
            self.entries[k] = 1.0;
            // Two factors, since the reciprocal of a tiny number overflows.
            let mut half = 1.0;
            if largest > 0.0 && !(1e-100..1e100).contains(&largest) {
                half = (-0.5 * largest.log2()).floor().exp2();
                column.iter_mut().for_each(|x| *x = *x * half * half);
                self.logs[k] = -2.0 * half.ln();
            }
            self.lengths[k] = dot(column, column).sqrt() / half / half;
        }
    }

    /// Subtracts the components of the columns from `start` to `end` along all columns before them.
    fn project(&mut self, start: usize, end: usize) {
        if start == 0 {
            return;
        }
        let (n, columns) = (self.n, end - start);
        let (before, block) = self.vectors.split_at_mut(start * n);
        let block = &mut block[..columns * n];
        // Contiguous operands: the components are computed as the transpose of themselves.
        let Self { transposed, components, negative, .. } = self;
        transpose(block, n, transposed, |x| x);
        components.clear();
        components.resize(columns * start, 0.0);
        f64::add_product(components, columns, None, transposed, before);
        transpose(components, columns, negative, |x| -x);
        f64::add_product(block, n, None, before, negative);
    }

    /// Gram and Schmidt's method for the columns from `start` to `end`. Returns the least fraction of a length that was left.
    fn within(&mut self, start: usize, end: usize) -> f64 {
        let n = self.n;
        let mut least = f64::INFINITY;
        for k in start..end {
            let (before, column) = self.vectors.split_at_mut(k * n);
            let column = &mut column[..n];
            for q in before[start * n..].chunks_exact(n) {
                let component = dot(q, column);
                column.iter_mut().zip(q).for_each(|(x, q)| *x -= component * q);
            }
            let length = dot(column, column).sqrt();
            if length > 0.0 {
                column.iter_mut().for_each(|x| *x /= length);
                self.entries[k] *= length;
                least = least.min(length);
            } else if length == 0.0 {
                self.entries[k] = 0.0;
                self.replace(k);
                least = 0.0;
            }
        }
        least
    }

    /// Replaces the column `k` by the unit vector with the smallest components along the columns before it; the passes to
    /// come make it orthogonal.
    fn replace(&mut self, k: usize) {
        let n = self.n;
        let share = |i: &usize| (0..k).map(|j| self.vectors[j * n + i] * self.vectors[j * n + i]).sum::<f64>();
        let best = (0..n).min_by(|i, j| share(i).total_cmp(&share(j))).unwrap_or(0);
        let column = &mut self.vectors[k * n..(k + 1) * n];
        column.fill(0.0);
        column[best] = 1.0;
    }
}

/// The transpose of a matrix of `rows` rows, entry by entry through `f`.
fn transpose(a: &[f64], rows: usize, out: &mut Vec<f64>, f: impl Fn(f64) -> f64) {
    let columns = a.len() / rows;
    out.resize(a.len(), 0.0);
    for (j, column) in a.chunks_exact(rows).enumerate() {
        column.iter().enumerate().for_each(|(i, &x)| out[i * columns + j] = f(x));
    }
}

/// `Σ aᵢ bᵢ`. Long sums have several parts, so that they do not wait for the latency of additions.
#[inline]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    if a.len() < 8 {
        return a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
    }
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(n: usize, k: usize) -> Vec<f64> {
        (0..n * k).map(|i| (12.9898 * i as f64 + (i * i % 17) as f64 + 0.5).sin() * 43.7 % 1.0).collect()
    }

    fn check(n: usize, k: usize, columns: Vec<f64>) -> Frame {
        let mut frame = Frame::from_columns(n, columns);
        frame.orthonormalise();
        let q = frame.matrix();
        let gap = (q.tr_mul(&q) - DMatrix::identity(k, k)).amax();
        assert!(gap < 1e-14 * n as f64, "{n} x {k}: {gap:e}");
        frame
    }

    #[test]
    fn the_factors_of_random_matrices_are_those_of_householder() {
        for (n, k) in [(1, 1), (3, 3), (3, 2), (17, 17), (40, 33), (100, 100)] {
            let columns = draws(n, k);
            let frame = check(n, k, columns.clone());
            let expected = DMatrix::from_column_slice(n, k, &columns).qr().r();
            for i in 0..k {
                assert!((frame.logs[i] - expected[(i, i)].abs().ln()).abs() < 1e-11, "{n} x {k}, {i}");
            }
        }
    }

    #[test]
    fn dependent_and_zero_columns_get_a_direction_of_their_own() {
        for n in [4, 40] {
            let mut columns = draws(n, n);
            let first = columns[..n].to_vec();
            columns[n..2 * n].copy_from_slice(&first);
            columns[(n - 1) * n..].fill(0.0);
            let frame = check(n, n, columns);
            // Rounding may leave something of the second column.
            assert!(frame.logs[1] < -30.0 && frame.logs[n - 1] == f64::NEG_INFINITY);
        }
    }

    #[test]
    fn nearly_dependent_columns() {
        // Vandermonde matrix: condition 1e18.
        let (n, k) = (60, 24);
        let columns = (0..n * k).map(|i| ((i % n) as f64 / n as f64).powi((i / n) as i32)).collect();
        check(n, k, columns);
    }

    #[test]
    fn lengths_near_the_ends_of_the_range() {
        for scale in [1e-300, 1e-160, 1.0, 1e160, 1e300] {
            let frame = check(3, 3, draws(3, 3).iter().map(|x| x * scale).collect());
            let plain = check(3, 3, draws(3, 3));
            for (found, expected) in frame.logs.iter().zip(&plain.logs) {
                assert!((found - expected - f64::ln(scale)).abs() < 1e-12, "{scale:e}");
            }
        }
    }
}
