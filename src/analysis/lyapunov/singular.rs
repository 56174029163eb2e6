//! Whether a Jacobian is singular, whatever the units of the coordinates.

use nalgebra::DMatrix;
use nalgebra::linalg::balancing;

/// Whether a matrix is singular up to relative errors of `unit`, in units of the coordinates that balance its rows and columns.
pub(super) fn is_singular(a: &DMatrix<f64>, unit: f64) -> bool {
    let mut balanced = a.clone();
    balancing::balance_parlett_reinsch(&mut balanced);
    let pivots = balanced.full_piv_lu().u().diagonal().abs();
    pivots.min() <= unit * pivots.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_make_no_matrix_singular() {
        for units in [1.0, 1e9, 1e-9, 1e18, 1e-18] {
            let regular = DMatrix::from_row_slice(2, 2, &[-2.8, units, 0.3 / units, 0.0]);
            assert!(!is_singular(&regular, 1e-14), "{units:e}");
            let singular = DMatrix::from_row_slice(2, 2, &[2.0, 3.0 * units, 4.0 / units, 6.0]);
            assert!(is_singular(&singular, 1e-14), "{units:e}");
        }
        assert!(is_singular(&DMatrix::zeros(2, 2), 1e-14));
        assert!(!is_singular(&DMatrix::from_element(1, 1, 1e-300), 1e-14));
    }
}
