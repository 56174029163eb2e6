//! Stable, unstable, or too near the border to tell.

use nalgebra::{Complex, DMatrix};

use crate::analysis::{Eigen, Kind};

/// The stability of a point, a cycle or one of its directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stability {
    /// Perturbations decay.
    Stable,
    /// Perturbations grow.
    Unstable,
    /// An eigenvalue is nearer to the border than its uncertainty: to the unit circle of a map, or to the imaginary
    /// axis of a flow.
    Undecided,
}

impl Stability {
    /// The stability along each eigenvector.
    pub(in crate::analysis) fn of_each(eigen: &Eigen, uncertainties: &[f64], kind: Kind) -> Vec<Self> {
        let side = |(value, uncertainty): (&Complex<f64>, &f64)| {
            let growth = if kind == Kind::Map { value.norm() - 1.0 } else { value.re };
            if growth < -uncertainty {
                Self::Stable
            } else if growth > *uncertainty {
                Self::Unstable
            } else {
                Self::Undecided
            }
        };
        eigen.values.iter().zip(uncertainties).map(side).collect()
    }

    /// The stability of a point with these directions.
    pub(in crate::analysis) fn of_all(directions: &[Self]) -> Self {
        if directions.contains(&Self::Unstable) {
            Self::Unstable
        } else if directions.contains(&Self::Undecided) {
            Self::Undecided
        } else {
            Self::Stable
        }
    }

    /// `Some(true)` if stable, `Some(false)` if unstable, `None` if undecided.
    #[must_use]
    pub const fn is_stable(self) -> Option<bool> {
        match self {
            Self::Stable => Some(true),
            Self::Unstable => Some(false),
            Self::Undecided => None,
        }
    }
}

/// The largest error of each eigenvalue of `matrix` if the matrix has the error `perturbation` in the Euclidean norm.
///
/// It is the smaller of `condition · perturbation`, of first order, and of the bound `(2‖A‖ + ‖E‖)^(1 − 1/n) ‖E‖^(1/n)`
/// of L. Elsner, *An optimal bound for the spectral variation of two matrices*, Linear Algebra Appl. 71 (1985), which
/// holds for defective matrices too.
pub(in crate::analysis) fn uncertainties(matrix: &DMatrix<f64>, eigen: &Eigen, perturbation: f64) -> Vec<f64> {
    let n = matrix.nrows() as f64;
    let elsner = (2.0 * matrix.norm() + perturbation).powf(1.0 - 1.0 / n) * perturbation.powf(1.0 / n);
    let bound = |condition: &f64| {
        let first = condition * perturbation;
        // NaN: an infinite condition without a perturbation.
        if first < elsner { first } else { elsner }
    };
    eigen.conditions.iter().map(bound).collect()
}
