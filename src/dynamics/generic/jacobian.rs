//! Exact Jacobians of fields of any size.

use nalgebra::{DMatrix, DVector};

use super::linearisation::Point;
use super::{GenericField, SparseAutodiff};
use crate::dynamics::{Jacobian, Neighbourhood, Scalar};
use crate::state::{Element, Pattern, SparseMatrix};

/// By dual numbers over the colours of the pattern.
impl<M: GenericField> Jacobian for SparseAutodiff<M> {
    fn jacobian(&self, t: f64, y: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>) -> DMatrix<f64> {
        if !self.has_dimension_of(y.len()) {
            return DMatrix::from_element(y.len(), y.len(), f64::NAN);
        }
        let point = self.at(t, y);
        dense(&point, &self.pattern_at(&point))
    }

    fn sparse_jacobian(&self, t: f64, y: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>, out: &mut SparseMatrix) {
        if !self.has_dimension_of(y.len()) {
            return out.values_mut().fill(f64::NAN);
        }
        let point = self.at(t, y);
        sparse(&point, &self.pattern_at(&point), out);
    }

    fn time_derivative(&self, t: f64, y: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>, out: &mut DVector<f64>) {
        if !self.has_dimension_of(y.len()) {
            return out.fill(f64::NAN);
        }
        self.at(t, y).slope_in_time(out.as_mut_slice());
    }
}

pub(super) fn dense<M: GenericField, T: Scalar + Element>(point: &Point<'_, M, T>, pattern: &Pattern) -> DMatrix<T> {
    let n = point.y.len();
    let mut matrix = DMatrix::from_element(n, n, T::embed(0.0));
    point.partials(pattern, |i, j, x| matrix[(i, j)] = x);
    matrix
}

/// Writes the entries into `out`. One that is not zero and outside the pattern of `out` is recorded there as an error.
pub(super) fn sparse<M: GenericField, T: Scalar + Element>(
    point: &Point<'_, M, T>,
    pattern: &Pattern,
    out: &mut SparseMatrix<T>,
) {
    point.partials(pattern, |i, j, x| {
        // The derivatives of a dual number that is zero need not be zero.
        if T::IS_DUAL || x != T::embed(0.0) {
            out.set(i, j, x);
        }
    });
}
