//! The result of a minimisation, and its failure.

use std::fmt;

use nalgebra::{DMatrix, DVector};

use crate::error::Error;

/// A point of a least-squares problem.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquaresMinimum {
    /// The coordinates.
    pub x: DVector<f64>,
    /// The residuals there.
    pub residuals: DVector<f64>,
    /// The derivatives of the residuals.
    pub jacobian: DMatrix<f64>,
    /// The sum of the squares of the residuals.
    pub sum_of_squares: f64,
    /// The number of accepted steps.
    pub iterations: u64,
    /// The number of evaluations of the residuals, without evaluations of the derivatives.
    pub evaluations: u64,
    /// The number of points at which the residuals failed or were not finite.
    pub failed: u64,
}

/// A minimisation that did not converge: the reason, and the best point so far.
///
/// It converts into [`Error`] with `?`, dropping the point.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquaresFailure {
    /// The reason.
    pub error: Error,
    /// The best point; `None` if the residuals failed at the start.
    pub partial: Option<LeastSquaresMinimum>,
}

impl fmt::Display for LeastSquaresFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        match &self.partial {
            Some(point) => write!(f, "\n(the sum of squares is {:e} at the best point)", point.sum_of_squares),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LeastSquaresFailure {}

impl From<Error> for Box<LeastSquaresFailure> {
    fn from(error: Error) -> Self {
        Self::new(LeastSquaresFailure { error, partial: None })
    }
}

impl From<Box<LeastSquaresFailure>> for Error {
    fn from(failure: Box<LeastSquaresFailure>) -> Self {
        failure.error
    }
}
