//! Solves symmetric positive definite systems in place.

use nalgebra::DMatrix;

/// Solves `(A + μ I) x = b` in place of `x`, which holds `b`; `a` has at least the lower triangle of `A`, and `factor`
/// is a buffer. `false` if the matrix is not positive definite.
pub(super) fn solve_shifted(a: &DMatrix<f64>, shift: f64, factor: &mut DMatrix<f64>, x: &mut [f64]) -> bool {
    let n = x.len();
    factor.copy_from(a);
    let l = factor.as_mut_slice();
    for j in 0..n {
        l[j * n + j] += shift;
        // The columns to the left, of which entries from row `j` on are needed.
        let (left, column) = l.split_at_mut(j * n);
        let column = &mut column[j..n];
        for previous in left.chunks_exact(n) {
            let previous = &previous[j..];
            let factor = previous[0];
            column.iter_mut().zip(previous).for_each(|(entry, y)| *entry -= factor * y);
        }
        let pivot = column[0];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        let scale = 1.0 / pivot.sqrt();
        column.iter_mut().for_each(|entry| *entry *= scale);
    }
    for j in 0..n {
        let column = &l[j * n..(j + 1) * n];
        x[j] /= column[j];
        let value = x[j];
        x[j + 1..].iter_mut().zip(&column[j + 1..]).for_each(|(x, entry)| *x -= value * entry);
    }
    for j in (0..n).rev() {
        let column = &l[j * n..(j + 1) * n];
        let sum: f64 = x[j + 1..].iter().zip(&column[j + 1..]).map(|(x, entry)| x * entry).sum();
        x[j] = (x[j] - sum) / column[j];
    }
    x.iter().all(|x| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DVector, dmatrix};

    #[test]
    fn the_solution_solves() {
        let a = dmatrix![4.0, 1.0, -2.0; 1.0, 3.0, 0.5; -2.0, 0.5, 6.0];
        let (b, mut factor) = ([1.0, -2.0, 0.5], DMatrix::zeros(3, 3));
        let mut x = b;
        assert!(solve_shifted(&a, 0.25, &mut factor, &mut x));
        let product = (a + DMatrix::identity(3, 3) * 0.25) * DVector::from_row_slice(&x);
        assert!((product - DVector::from_row_slice(&b)).amax() < 1e-15);
        assert!(!solve_shifted(&dmatrix![1.0, 2.0; 2.0, 1.0], 0.0, &mut DMatrix::zeros(2, 2), &mut [1.0, 1.0]));
    }
}
