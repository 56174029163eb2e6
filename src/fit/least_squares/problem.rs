//! The trait of a least-squares problem.

use nalgebra::{DMatrix, DVector};

use crate::error::Result;

/// The residuals `r(x)` of a least-squares problem: [`LevenbergMarquardt`](super::LevenbergMarquardt) minimises `‖r(x)‖²`.
///
/// A point where the residuals are undefined is an error. The iteration rejects the step there.
///
/// ```
/// use nalgebra::{DMatrix, DVector, dmatrix, dvector};
/// use rheos::Result;
/// use rheos::fit::{LeastSquares, LevenbergMarquardt, Linearised};
///
/// /// The function of Rosenbrock, a sum of two squares.
/// struct Rosenbrock;
///
/// impl LeastSquares for Rosenbrock {
///     fn residuals(&self, x: &DVector<f64>) -> Result<DVector<f64>> {
///         Ok(dvector![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]])
///     }
///     fn linearise(&self, x: &DVector<f64>) -> Result<Linearised> {
///         let jacobian = dmatrix![-20.0 * x[0], 10.0; -1.0, 0.0];
///         Ok(Linearised { residuals: self.residuals(x)?, jacobian })
///     }
/// }
///
/// let minimum = LevenbergMarquardt::new().minimise(&Rosenbrock, dvector![-1.2, 1.0])?;
/// assert!((minimum.x - dvector![1.0, 1.0]).norm() < 1e-12);
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait LeastSquares {
    /// The residuals at `x`.
    ///
    /// # Errors
    /// Any error of the model.
    fn residuals(&self, x: &DVector<f64>) -> Result<DVector<f64>>;

    /// The residuals and their derivatives at `x`.
    ///
    /// # Errors
    /// Any error of the model.
    fn linearise(&self, x: &DVector<f64>) -> Result<Linearised>;

    /// A length of coordinate `j` at `x`, in its unit: a change is negligible if it is small in comparison. By default
    /// `|xⱼ|`; a coordinate whose zero means nothing, such as a logarithm, has another.
    fn length(&self, x: &DVector<f64>, j: usize) -> f64 {
        x[j].abs()
    }
}

/// Residuals with their derivatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Linearised {
    /// The residuals.
    pub residuals: DVector<f64>,
    /// Their derivatives: a row for each residual, a column for each coordinate.
    pub jacobian: DMatrix<f64>,
}
