//! LU factorisation of a band matrix with partial pivoting.

use nalgebra::ComplexField;

/// The factors of a band matrix: G. H. Golub & C. F. Van Loan, *Matrix Computations* (4th ed. 2013), section 4.3.5.
///
/// A row exchange fills in at most as many diagonals above the band as there are below. Every column has room for them.
#[derive(Debug, Clone)]
pub struct BandLu<T> {
    dimension: usize,
    band: Band,
    /// The factors by columns, see [`Band::place`].
    factors: Vec<T>,
    /// The reciprocals of the diagonal of the upper factor.
    reciprocals: Vec<T>,
    /// The distance of every row from the row that it was exchanged with.
    exchanges: Vec<usize>,
    /// The diagonals above the main one of the upper factor: more than in the matrix if rows were exchanged.
    above: usize,
    is_exchanged: bool,
}

/// The shape of a band with room for its upper factor.
#[derive(Debug, Clone, Copy)]
pub struct Band {
    /// The diagonals below the main one.
    lower: usize,
    /// The diagonals above the main one, of the matrix.
    upper: usize,
    /// The entries of a column: `lower` of them are below the diagonal.
    height: usize,
}

impl Band {
    /// The position of the entry `(row, column)`.
    #[inline]
    pub const fn place(self, row: usize, column: usize) -> usize {
        (self.height - 1) * column + self.height - 1 - self.lower + row
    }
}

impl<T: ComplexField + Copy> BandLu<T> {
    /// Room for matrices of this dimension and these bandwidths.
    pub fn new(dimension: usize, (lower, upper): (usize, usize)) -> Self {
        let last = dimension.saturating_sub(1);
        let (lower, upper) = (lower.min(last), upper.min(last));
        let height = lower + (lower + upper).min(last) + 1;
        Self {
            dimension,
            band: Band { lower, upper, height },
            factors: vec![T::zero(); dimension * height],
            reciprocals: vec![T::zero(); dimension],
            exchanges: vec![0; dimension],
            above: 0,
            is_exchanged: false,
        }
    }

    /// Clears the matrix, and lets `write` fill it in.
    pub fn fill(&mut self, write: impl FnOnce(&mut [T], Band)) {
        self.factors.fill(T::zero());
        write(&mut self.factors, self.band);
    }

    /// Factorises the matrix. False if it is singular or not finite.
    pub fn factor(&mut self) -> bool {
        (self.above, self.is_exchanged) = (self.band.upper, false);
        // The loops over a short column have a constant length.
        match self.band.lower {
            1 => self.factor_with::<1>(),
            2 => self.factor_with::<2>(),
            3 => self.factor_with::<3>(),
            4 => self.factor_with::<4>(),
            _ => self.factor_from(0, 0),
        }
    }

    /// [`factor`](Self::factor) with `L` diagonals below the main one.
    fn factor_with<const L: usize>(&mut self) -> bool {
        let Band { upper, height, .. } = self.band;
        let mut reach = 0;
        for j in 0..self.dimension.saturating_sub(L) {
            let diagonal = self.band.place(j, j);
            let exchange = largest(&self.factors[diagonal..=diagonal + L]);
            reach = reach.max((j + exchange + upper).min(self.dimension - 1));
            if !self.exchange(j, exchange, reach) {
                return false;
            }
            let reciprocal = self.reciprocals[j];
            let Some(below) = self.factors[diagonal + 1..].first_chunk_mut::<L>() else { return false };
            below.iter_mut().for_each(|x| *x *= reciprocal);
            let below = *below;
            for c in 1..=reach - j {
                let place = diagonal + c * (height - 1);
                let x = self.factors[place];
                if let Some(column) = self.factors[place + 1..].first_chunk_mut::<L>() {
                    for (y, factor) in column.iter_mut().zip(below) {
                        *y -= factor * x;
                    }
                }
            }
        }
        self.factor_from(self.dimension.saturating_sub(L), reach)
    }

    /// Factorises from the column `first` on; earlier rows reach the column `reach`.
    fn factor_from(&mut self, first: usize, mut reach: usize) -> bool {
        let Band { lower, upper, height } = self.band;
        for j in first..self.dimension {
            let diagonal = self.band.place(j, j);
            let below = lower.min(self.dimension - 1 - j);
            let exchange = largest(&self.factors[diagonal..=diagonal + below]);
            reach = reach.max((j + exchange + upper).min(self.dimension - 1));
            if !self.exchange(j, exchange, reach) {
                return false;
            }
            let reciprocal = self.reciprocals[j];
            self.factors[diagonal + 1..=diagonal + below].iter_mut().for_each(|x| *x *= reciprocal);
            for c in 1..=reach - j {
                let place = diagonal + c * (height - 1);
                let (left, right) = self.factors.split_at_mut(place);
                let (x, column) = (right[0], &mut right[1..=below]);
                for (y, &factor) in column.iter_mut().zip(&left[diagonal + 1..]) {
                    *y -= factor * x;
                }
            }
        }
        true
    }

    /// Exchanges the rows `j` and `j + exchange` up to the column `reach`. False if the pivot has no reciprocal.
    #[inline]
    fn exchange(&mut self, j: usize, exchange: usize, reach: usize) -> bool {
        let diagonal = self.band.place(j, j);
        self.exchanges[j] = exchange;
        if exchange > 0 {
            (self.above, self.is_exchanged) = (self.above.max(reach - j), true);
            for c in 0..=reach - j {
                let place = diagonal + c * (self.band.height - 1);
                self.factors.swap(place, place + exchange);
            }
        }
        self.reciprocals[j] = T::one() / self.factors[diagonal];
        self.factors[diagonal].is_finite() && self.reciprocals[j].is_finite()
    }

    /// `x ← A⁻¹ x`.
    pub fn solve(&self, x: &mut [T]) {
        // Few diagonals without exchanges: the entries of `x` that a column changes stay in registers.
        match self.band.lower {
            1 if !self.is_exchanged => self.lower_with::<1>(x),
            2 if !self.is_exchanged => self.lower_with::<2>(x),
            3 if !self.is_exchanged => self.lower_with::<3>(x),
            4 if !self.is_exchanged => self.lower_with::<4>(x),
            _ => self.lower_from(0, x),
        }
        match self.above {
            1 => self.upper_with::<1>(x),
            2 => self.upper_with::<2>(x),
            3 => self.upper_with::<3>(x),
            4 => self.upper_with::<4>(x),
            _ => self.upper_to(self.dimension, x),
        }
    }

    /// `x ← L⁻¹ x` with `N` diagonals below the main one, and without exchanges.
    fn lower_with<const N: usize>(&self, x: &mut [T]) {
        let last = self.dimension.saturating_sub(N);
        if let Some(&first) = x.first_chunk::<N>() {
            let mut window = first;
            for j in 0..last {
                let Some(column) = self.factors[self.band.place(j, j) + 1..].first_chunk::<N>() else { return };
                let head = window[0];
                for k in 1..N {
                    window[k - 1] = window[k] - column[k - 1] * head;
                }
                window[N - 1] = x[j + N] - column[N - 1] * head;
                x[j] = head;
            }
            x[last..].copy_from_slice(&window);
        }
        self.lower_from(last, x);
    }

    /// The columns from `first` on of `x ← L⁻¹ x`.
    fn lower_from(&self, first: usize, x: &mut [T]) {
        for j in first..self.dimension {
            let diagonal = self.band.place(j, j);
            x.swap(j, j + self.exchanges[j]);
            let (head, tail) = x[j..].split_at_mut(1);
            let below = self.band.lower.min(tail.len());
            for (y, &factor) in tail[..below].iter_mut().zip(&self.factors[diagonal + 1..=diagonal + below]) {
                *y -= factor * head[0];
            }
        }
    }

    /// `x ← U⁻¹ x` with `N` diagonals above the main one.
    fn upper_with<const N: usize>(&self, x: &mut [T]) {
        if let Some(&last) = x.last_chunk::<N>() {
            let mut window = last;
            for j in (N..self.dimension).rev() {
                let Some(column) = self.factors[..self.band.place(j, j)].last_chunk::<N>() else { return };
                let tail = window[N - 1] * self.reciprocals[j];
                for k in (1..N).rev() {
                    window[k] = window[k - 1] - column[k] * tail;
                }
                window[0] = x[j - N] - column[0] * tail;
                x[j] = tail;
            }
            x[..N].copy_from_slice(&window);
        }
        self.upper_to(self.dimension.min(N), x);
    }

    /// The columns before `end` of `x ← U⁻¹ x`.
    fn upper_to(&self, end: usize, x: &mut [T]) {
        for j in (0..end).rev() {
            let diagonal = self.band.place(j, j);
            let above = self.above.min(j);
            let (head, tail) = x.split_at_mut(j);
            tail[0] *= self.reciprocals[j];
            for (y, &factor) in head[j - above..].iter_mut().zip(&self.factors[diagonal - above..diagonal]) {
                *y -= factor * tail[0];
            }
        }
    }

    /// `x ← A⁻ᵀ x`, without complex conjugation.
    pub fn solve_transposed(&self, x: &mut [T]) {
        let lower = self.band.lower;
        for j in 0..self.dimension {
            let diagonal = self.band.place(j, j);
            let above = self.above.min(j);
            let product = dot(&x[j - above..j], &self.factors[diagonal - above..diagonal]);
            x[j] = (x[j] - product) * self.reciprocals[j];
        }
        for j in (0..self.dimension).rev() {
            let diagonal = self.band.place(j, j);
            let below = lower.min(self.dimension - 1 - j);
            let product = dot(&x[j + 1..=j + below], &self.factors[diagonal + 1..=diagonal + below]);
            x[j] -= product;
            x.swap(j, j + self.exchanges[j]);
        }
    }
}

/// The index of the entry of the largest size.
#[inline]
fn largest<T: ComplexField + Copy>(column: &[T]) -> usize {
    let (mut best, mut size) = (0, column[0].norm1());
    for (i, x) in column.iter().enumerate().skip(1) {
        let other = x.norm1();
        if other > size {
            (best, size) = (i, other);
        }
    }
    best
}

fn dot<T: ComplexField + Copy>(x: &[T], y: &[T]) -> T {
    x.iter().zip(y).fold(T::zero(), |sum, (&x, &y)| sum + x * y)
}

#[cfg(test)]
mod tests {
    use nalgebra::{Complex, DMatrix, DVector};

    use super::*;

    /// A number in (-1, 1) for an index.
    fn number(k: usize) -> f64 {
        (12.9898 * (k as f64 + 1.0)).sin() * 0.97
    }

    fn factored<T: ComplexField + Copy>(matrix: &DMatrix<T>, band: (usize, usize)) -> BandLu<T> {
        let n = matrix.nrows();
        let mut lu = BandLu::new(n, band);
        lu.fill(|entries, places| {
            for j in 0..n {
                for i in j.saturating_sub(band.1)..(j + band.0 + 1).min(n) {
                    entries[places.place(i, j)] = matrix[(i, j)];
                }
            }
        });
        assert!(lu.factor());
        lu
    }

    /// The backward error of a solution.
    fn residual<T: ComplexField<RealField = f64> + Copy>(matrix: &DMatrix<T>, x: &DVector<T>, rhs: &DVector<T>) -> f64 {
        (matrix * x - rhs).norm() / (matrix.norm() * x.norm() + rhs.norm())
    }

    fn check<T: ComplexField<RealField = f64> + Copy>(matrix: &DMatrix<T>, band: (usize, usize), rhs: &DVector<T>) {
        let lu = factored(matrix, band);
        let (mut x, mut y) = (rhs.clone(), rhs.clone());
        lu.solve(x.as_mut_slice());
        lu.solve_transposed(y.as_mut_slice());
        assert!(residual(matrix, &x, rhs) < 1e-14, "{} {band:?}", rhs.len());
        assert!(residual(&matrix.transpose(), &y, rhs) < 1e-14, "{} {band:?}, transposed", rhs.len());
    }

    #[test]
    fn solutions_have_a_small_residual() {
        // With a weak diagonal most rows are exchanged, with a strong one none.
        for (n, diagonal) in [1, 2, 3, 5, 20].into_iter().flat_map(|n| [(n, 0.1), (n, 30.0)]) {
            for (lower, upper) in (0..7).flat_map(|lower| (0..7).map(move |upper| (lower, upper))) {
                let entry = |i: usize, j: usize| match (j + lower >= i && i + upper >= j, i == j) {
                    (true, true) => number(31 * i + j) * diagonal,
                    (true, false) => number(31 * i + j),
                    _ => 0.0,
                };
                let rhs = DVector::from_fn(n, |i, _| number(100 + i));
                check(&DMatrix::from_fn(n, n, entry), (lower, upper), &rhs);
                let rotated = DMatrix::from_fn(n, n, |i, j| Complex::from_polar(entry(i, j), (i + 3 * j) as f64));
                check(&rotated, (lower, upper), &rhs.map(|x| Complex::new(x, 1.0 - x)));
            }
        }
    }

    #[test]
    fn a_singular_matrix_is_refused() {
        for entry in [0.0, f64::NAN, f64::INFINITY] {
            let mut lu = BandLu::new(3, (1, 1));
            lu.fill(|entries, band| {
                for i in [0, 2] {
                    entries[band.place(i, i)] = 1.0;
                }
                entries[band.place(1, 1)] = entry;
            });
            assert!(!lu.factor(), "{entry}");
        }
    }
}
