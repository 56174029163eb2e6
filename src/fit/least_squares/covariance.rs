//! The covariance of the parameters at a minimum.

use nalgebra::{DMatrix, DVector, linalg::ColPivQR};

use super::linear::{norm, rank};
use crate::error::{Error, Result};

/// The rounding error of a triangular factor, relative to its largest entry and for each row.
const ROUNDING: f64 = f64::EPSILON;

/// `(JᵀJ)⁻¹` at a minimum: the inverse of the information matrix, for residuals of variance 1.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::fit) struct Information {
    inverse: DMatrix<f64>,
}

impl Information {
    /// From the derivatives of the residuals. `name` names a coordinate.
    ///
    /// # Errors
    /// [`Error::NotIdentifiable`] if the columns of the Jacobian are linearly dependent up to rounding.
    pub(in crate::fit) fn new(jacobian: &DMatrix<f64>, name: impl Fn(usize) -> String) -> Result<Self> {
        let columns = jacobian.ncols();
        let scale = DVector::from_iterator(columns, jacobian.column_iter().map(|column| norm(column.as_slice())));
        if let Some(j) = scale.iter().position(|scale| *scale == 0.0 || !scale.is_finite()) {
            return Err(Error::NotIdentifiable { parameter: name(j) });
        }
        let mut scaled = jacobian.clone();
        for (mut column, scale) in scaled.column_iter_mut().zip(&scale) {
            column /= *scale;
        }
        let factors = ColPivQR::new(scaled);
        let r = factors.r();
        let found = rank(&r, ROUNDING * jacobian.nrows().max(columns) as f64);
        if found < columns {
            // The column that depends on those before it in the order of the pivots.
            let mut order = DVector::from_iterator(columns, 0..columns);
            factors.p().permute_rows(&mut order);
            return Err(Error::NotIdentifiable { parameter: name(order[found]) });
        }
        // The root of the inverse is P R⁻¹ in the order of the coordinates.
        let mut root = DMatrix::identity(columns, columns);
        r.view((0, 0), (columns, columns)).solve_upper_triangular_mut(&mut root);
        factors.p().inv_permute_rows(&mut root);
        for (mut row, scale) in root.row_iter_mut().zip(&scale) {
            row /= *scale;
        }
        let inverse = &root * root.transpose();
        Ok(Self { inverse })
    }

    /// The inverse matrix.
    pub(in crate::fit) const fn inverse(&self) -> &DMatrix<f64> {
        &self.inverse
    }
}
