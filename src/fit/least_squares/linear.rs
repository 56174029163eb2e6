//! The linear least-squares problems of one step: `min ‖J δ + r‖`, with damping and without.

use nalgebra::{DMatrix, DVector, linalg::ColPivQR};

/// The damped problem, reduced to a triangular matrix: after the factorisation `J D⁻¹ = Q R`, all that a damped step needs
/// is `R` and `Qᵀ r`.
pub(super) struct Damped {
    r: DMatrix<f64>,
    /// `Qᵀ r` in the range of `R`.
    right: DVector<f64>,
    scale: DVector<f64>,
}

/// A step, and the decrease of the sum of squares that the linear model predicts.
pub(super) struct Predicted {
    pub step: DVector<f64>,
    pub decrease: f64,
}

impl Damped {
    /// `scale` has the diagonal of `D`.
    pub(super) fn new(jacobian: &DMatrix<f64>, residuals: &DVector<f64>, scale: DVector<f64>) -> Self {
        let mut scaled = jacobian.clone();
        for (mut column, d) in scaled.column_iter_mut().zip(&scale) {
            column /= *d;
        }
        let rank = scaled.nrows().min(scaled.ncols());
        let factors = scaled.qr();
        let mut right = residuals.clone();
        factors.q_tr_mul(&mut right);
        Self { r: factors.unpack_r(), right: right.rows(0, rank).into_owned(), scale }
    }

    /// The step with damping `lambda`, by a factorisation of `[R; √λ I]`.
    pub(super) fn step(&self, lambda: f64) -> Option<Predicted> {
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
        let step = step.component_div(&self.scale);
        (decrease.is_finite() && step.iter().all(|x| x.is_finite())).then_some(Predicted { step, decrease })
    }
}

/// The undamped problem, without coordinates and directions that have no effect.
pub(super) struct Undamped {
    /// The decrease of the sum of squares: the squared length of the part of the residuals in the range of `J`.
    pub decrease: f64,
    /// The step that changes the first columns of the pivoted matrix.
    pub step: Option<DVector<f64>>,
}

/// The effect of a direction that an undamped step leaves out, relative to the largest: less than the errors of derivatives
/// that a solver computes.
pub(super) const NO_EFFECT: f64 = 1e-10;

impl Undamped {
    /// From the coordinates of these indices.
    pub(super) fn new(jacobian: &DMatrix<f64>, residuals: &DVector<f64>, coordinates: &[usize]) -> Self {
        let mut step = DVector::zeros(jacobian.ncols());
        let mut columns = jacobian.select_columns(coordinates);
        let scale: Vec<f64> = columns.column_iter().map(|column| norm(column.as_slice())).collect();
        if scale.iter().all(|scale| *scale == 0.0) {
            return Self { decrease: 0.0, step: Some(step) };
        }
        for (mut column, scale) in columns.column_iter_mut().zip(&scale).filter(|(_, scale)| **scale > 0.0) {
            column /= *scale;
        }
        let factors = ColPivQR::new(columns);
        let r = factors.r();
        let rank = rank(&r, NO_EFFECT);
        let mut right = residuals.clone();
        factors.q_tr_mul(&mut right);
        let right = right.rows(0, rank);
        let found = r.view((0, 0), (rank, rank)).solve_upper_triangular(&right).map(|found| {
            let mut scaled = DVector::zeros(coordinates.len());
            scaled.rows_mut(0, rank).copy_from(&-found);
            factors.p().inv_permute_rows(&mut scaled);
            for ((j, scale), change) in coordinates.iter().zip(&scale).zip(&scaled) {
                step[*j] = if *scale > 0.0 { change / scale } else { 0.0 };
            }
            step
        });
        Self { decrease: right.norm_squared(), step: found }
    }
}

/// The number of diagonal entries of a pivoted triangular matrix that are larger than this part of the largest.
pub(super) fn rank(r: &DMatrix<f64>, negligible: f64) -> usize {
    let diagonal = || (0..r.nrows().min(r.ncols())).map(|k| r[(k, k)].abs());
    let largest = diagonal().fold(0.0, f64::max);
    diagonal().take_while(|x| *x > negligible * largest).count()
}

/// The Euclidean norm, also where the squares of the entries overflow or vanish.
pub(super) fn norm(entries: &[f64]) -> f64 {
    let largest = entries.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * entries.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use nalgebra::{dmatrix, dvector};

    use super::{Damped, Undamped, norm};

    /// The normal equations, and the decrease by its definition.
    #[test]
    fn a_damped_step_solves_its_equations() {
        let jacobian = dmatrix![1.0, 2.0, 0.5; -1.0, 0.3, 2.0; 0.2, 0.1, 4.0; 3.0, -1.0, 1.0];
        let residuals = dvector![0.3, -1.2, 2.0, 0.7];
        let scale = dvector![2.0, 0.1, 5.0];
        let damped = Damped::new(&jacobian, &residuals, scale.clone());
        for lambda in [1e-6, 0.1, 10.0] {
            let found = damped.step(lambda).unwrap();
            let damping = lambda * scale.map(|d| d * d).component_mul(&found.step);
            let gradient = jacobian.tr_mul(&(&jacobian * &found.step + &residuals)) + damping;
            assert!(gradient.norm() < 1e-13, "{gradient}");
            let decrease = residuals.norm_squared() - (&jacobian * &found.step + &residuals).norm_squared();
            assert!((decrease - found.decrease).abs() < 1e-13);
        }
        let undamped = Undamped::new(&jacobian, &residuals, &[0, 1, 2]);
        let left = &jacobian * undamped.step.unwrap() + &residuals;
        assert!(jacobian.tr_mul(&left).norm() < 1e-13);
        assert!((residuals.norm_squared() - left.norm_squared() - undamped.decrease).abs() < 1e-13);
    }

    /// Two equal columns, and fewer residuals than coordinates.
    #[test]
    fn a_deficient_matrix_has_a_step() {
        let residuals = dvector![1.0, 2.0];
        for jacobian in [dmatrix![1.0, 1.0; 0.5, 0.5], dmatrix![1.0, 2.0, 1.0; 0.0, 1.0, -1.0]] {
            let all: Vec<usize> = (0..jacobian.ncols()).collect();
            let left = &jacobian * Undamped::new(&jacobian, &residuals, &all).step.unwrap() + &residuals;
            assert!(jacobian.tr_mul(&left).norm() < 1e-13);
            let damped = Damped::new(&jacobian, &residuals, nalgebra::DVector::from_element(all.len(), 1.0));
            let damped = &jacobian * damped.step(1e-12).unwrap().step + &residuals;
            assert!((damped.norm() - left.norm()).abs() < 1e-9);
        }
    }

    /// Left out or zero, a coordinate does not move.
    #[test]
    fn a_coordinate_without_an_effect_rests() {
        let jacobian = dmatrix![1.0, 0.0, 2.0; 3.0, 0.0, 1.0; 0.5, 0.0, 1.0];
        let residuals = dvector![1.0, 2.0, -1.0];
        let found = Undamped::new(&jacobian, &residuals, &[0, 1]);
        let expected = -jacobian.column(0).dot(&residuals) / jacobian.column(0).norm_squared();
        assert!((found.step.unwrap() - dvector![expected, 0.0, 0.0]).norm() < 1e-15);
        let none = Undamped::new(&jacobian, &residuals, &[]);
        assert!(none.decrease == 0.0 && none.step == Some(dvector![0.0, 0.0, 0.0]));
    }

    #[test]
    fn a_norm_neither_overflows_nor_vanishes() {
        for unit in [1e-200, 1.0, 1e200] {
            assert!((norm(&[3.0 * unit, -4.0 * unit]) / unit - 5.0).abs() < 1e-14);
        }
        assert!(norm(&[]) == 0.0 && norm(&[0.0]) == 0.0 && norm(&[1.0, f64::INFINITY]).is_infinite());
    }
}
