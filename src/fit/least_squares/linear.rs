//! The linear least-squares problem of one step.

use nalgebra::{DMatrix, DVector, Dyn, linalg::ColPivQR};

/// `min ‖J δ + r‖`, reduced to a triangular matrix: after the factorisation `J D⁻¹ P = Q R`, all that a damped step needs is
/// `R`, `P` and `Qᵀ r`.
pub(super) struct Reduced {
    r: DMatrix<f64>,
    /// `Qᵀ r` in the range of `R`.
    right: DVector<f64>,
    scale: DVector<f64>,
    factors: ColPivQR<f64, Dyn, Dyn>,
    rank: usize,
}

/// A step, and the decrease of the sum of squares that the linear model predicts.
pub(super) struct Predicted {
    pub step: DVector<f64>,
    pub decrease: f64,
}

impl Reduced {
    /// `scale` has the diagonal of `D`.
    pub(super) fn new(jacobian: &DMatrix<f64>, residuals: &DVector<f64>, scale: DVector<f64>) -> Self {
        let mut scaled = jacobian.clone();
        for (mut column, d) in scaled.column_iter_mut().zip(&scale) {
            column /= *d;
        }
        let (rows, columns) = scaled.shape();
        let factors = ColPivQR::new(scaled);
        let r = factors.r();
        let mut right = residuals.clone();
        factors.q_tr_mul(&mut right);
        let right = right.rows(0, rows.min(columns)).into_owned();
        let rank = rank(&r, NO_EFFECT);
        Self { r, right, scale, factors, rank }
    }

    /// The decrease of an undamped step: the squared length of the part of the residuals in the range of `J`.
    pub(super) fn largest_decrease(&self) -> f64 {
        self.right.rows(0, self.rank).norm_squared()
    }

    /// The undamped step, of least scaled length in the first `rank` columns of the pivoted matrix.
    pub(super) fn undamped(&self) -> Option<DVector<f64>> {
        let square = self.r.view((0, 0), (self.rank, self.rank));
        let found = square.solve_upper_triangular(&self.right.rows(0, self.rank))?;
        let mut step = DVector::zeros(self.scale.len());
        step.rows_mut(0, self.rank).copy_from(&-found);
        Some(self.unscaled(step))
    }

    /// The step with damping `lambda`, by a factorisation of `[R; √λ I]`.
    pub(super) fn damped(&self, lambda: f64) -> Option<Predicted> {
        let (rows, columns) = self.r.shape();
        let mut stacked = DMatrix::zeros(rows + columns, columns);
        stacked.view_mut((0, 0), (rows, columns)).copy_from(&self.r);
        for j in 0..columns {
            stacked[(rows + j, j)] = lambda.sqrt();
        }
        let mut right = DVector::zeros(rows + columns);
        right.rows_mut(0, rows).copy_from(&self.right);
        let factors = stacked.qr();
        factors.q_tr_mul(&mut right);
        let step = -factors.unpack_r().solve_upper_triangular(&right.rows(0, columns))?;
        // ‖r‖² − ‖J δ + r‖² = ‖J δ‖² + 2 λ ‖D δ‖², by the normal equations.
        let decrease = (&self.r * &step).norm_squared() + 2.0 * lambda * step.norm_squared();
        let step = self.unscaled(step);
        (decrease.is_finite() && step.iter().all(|x| x.is_finite())).then_some(Predicted { step, decrease })
    }

    /// In the order and the units of the coordinates.
    fn unscaled(&self, mut step: DVector<f64>) -> DVector<f64> {
        self.factors.p().inv_permute_rows(&mut step);
        step.component_div(&self.scale)
    }
}

/// The effect of a direction that an undamped step leaves out, relative to the largest: less than the errors of derivatives
/// that a solver computes.
const NO_EFFECT: f64 = 1e-10;

/// The number of diagonal entries of a pivoted triangular matrix that are larger than this part of the largest.
pub(super) fn rank(r: &DMatrix<f64>, negligible: f64) -> usize {
    let diagonal = || (0..r.nrows().min(r.ncols())).map(|k| r[(k, k)].abs());
    let largest = diagonal().fold(0.0, f64::max);
    diagonal().take_while(|x| *x > negligible * largest).count()
}

#[cfg(test)]
mod tests {
    use nalgebra::{dmatrix, dvector};

    use super::Reduced;

    /// The normal equations, and the decrease by its definition.
    #[test]
    fn a_damped_step_solves_its_equations() {
        let jacobian = dmatrix![1.0, 2.0, 0.5; -1.0, 0.3, 2.0; 0.2, 0.1, 4.0; 3.0, -1.0, 1.0];
        let residuals = dvector![0.3, -1.2, 2.0, 0.7];
        let scale = dvector![2.0, 0.1, 5.0];
        let reduced = Reduced::new(&jacobian, &residuals, scale.clone());
        for lambda in [1e-6, 0.1, 10.0] {
            let found = reduced.damped(lambda).unwrap();
            let damping = lambda * scale.map(|d| d * d).component_mul(&found.step);
            let gradient = jacobian.tr_mul(&(&jacobian * &found.step + &residuals)) + damping;
            assert!(gradient.norm() < 1e-13, "{gradient}");
            let decrease = residuals.norm_squared() - (&jacobian * &found.step + &residuals).norm_squared();
            assert!((decrease - found.decrease).abs() < 1e-13);
        }
        let step = reduced.undamped().unwrap();
        let left = &jacobian * &step + &residuals;
        assert!(jacobian.tr_mul(&left).norm() < 1e-13);
        assert!((residuals.norm_squared() - left.norm_squared() - reduced.largest_decrease()).abs() < 1e-13);
    }

    /// Two equal columns, and fewer residuals than coordinates.
    #[test]
    fn a_deficient_matrix_has_a_step() {
        let residuals = dvector![1.0, 2.0];
        for jacobian in [dmatrix![1.0, 1.0; 0.5, 0.5], dmatrix![1.0, 2.0, 1.0; 0.0, 1.0, -1.0]] {
            let reduced = Reduced::new(&jacobian, &residuals, nalgebra::DVector::from_element(jacobian.ncols(), 1.0));
            let left = &jacobian * reduced.undamped().unwrap() + &residuals;
            assert!(jacobian.tr_mul(&left).norm() < 1e-13);
            let damped = &jacobian * reduced.damped(1e-12).unwrap().step + &residuals;
            assert!((damped.norm() - left.norm()).abs() < 1e-9);
        }
    }
}
