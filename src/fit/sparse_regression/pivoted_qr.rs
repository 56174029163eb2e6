//! Least squares by a QR factorisation with column pivoting.

use nalgebra::{DMatrix, DVector};

/// A column that depends on the others up to rounding, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DependentColumn(pub(super) usize);

/// The minimiser of `‖A x − b‖`, for `A` with at least as many rows as columns.
///
/// Householder reflections with the pivoting of P. Businger & G. H. Golub, *Linear least squares solutions by Householder
/// transformations* (1965). A pivot below `max(rows, columns) ε` times the largest one counts as zero. Columns should have similar norms.
pub(super) fn least_squares(mut a: DMatrix<f64>, mut b: DVector<f64>) -> Result<DVector<f64>, DependentColumn> {
    let (m, n) = a.shape();
    let mut order: Vec<usize> = (0..n).collect();
    let tolerance = m.max(n) as f64 * f64::EPSILON;
    let mut largest = 0.0_f64;
    for k in 0..n {
        let rest = |j: usize| a.column(j).rows_range(k..).norm();
        let norms: Vec<f64> = (k..n).map(rest).collect();
        let pivot = (0..norms.len()).max_by(|i, j| norms[*i].total_cmp(&norms[*j])).map_or(k, |i| k + i);
        let norm = norms[pivot - k];
        largest = largest.max(norm);
        // Also for columns of zeros.
        if norm <= tolerance * largest {
            return Err(DependentColumn(order[pivot]));
        }
        a.swap_columns(k, pivot);
        order.swap(k, pivot);
        // The reflection that maps the rest of the column to a multiple of the first unit vector, without cancellation.
        let mut v: DVector<f64> = a.column(k).rows_range(k..).into_owned();
        v[0] += norm.copysign(v[0]);
        let factor = 2.0 / v.norm_squared();
        for j in k..n {
            let mut column = a.column_mut(j);
            let mut column = column.rows_range_mut(k..);
            let along = factor * v.dot(&column);
            column.axpy(-along, &v, 1.0);
        }
        let mut rest = b.rows_range_mut(k..);
        let along = factor * v.dot(&rest);
        rest.axpy(-along, &v, 1.0);
    }
    let mut x = DVector::zeros(n);
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[(k, j)] * x[order[j]]).sum();
        x[order[k]] = (b[k] - known) / a[(k, k)];
    }
    Ok(x)
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector, dmatrix, dvector};

    use super::{DependentColumn, least_squares};

    /// The normal equations are `[14.25, 5; 5, 25] x = [16.5, 20]`.
    #[test]
    fn an_overdetermined_system() {
        let a = dmatrix![1.0, 2.0; 3.0, -1.0; 0.5, 4.0; 2.0, 2.0];
        let x = least_squares(a, dvector![1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((x[0] - 312.5 / 331.25).abs() < 1e-14, "{x}");
        assert!((x[1] - 202.5 / 331.25).abs() < 1e-14, "{x}");
    }

    #[test]
    fn dependent_columns_are_found() {
        let column = |f: fn(f64) -> f64| DVector::from_fn(9, |i, _| f(i as f64));
        let a = DMatrix::from_columns(&[column(|x| x), column(|x| x * x), column(|x| 3.0 * x * x - 0.1 * x)]);
        let found = least_squares(a, column(|x| x));
        assert!(matches!(found, Err(DependentColumn(_))), "{found:?}");
        assert_eq!(least_squares(DMatrix::zeros(4, 2), DVector::zeros(4)), Err(DependentColumn(1)));
    }
}
