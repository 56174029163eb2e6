//! The settings of the method of Levenberg and Marquardt.

use crate::error::{Error, Result};

/// The method of Levenberg and Marquardt for nonlinear least squares.
///
/// A step solves `min ‖J δ + r‖² + λ ‖D δ‖²`, where `D` has the largest norms of the columns of `J` so far, as in Moré,
/// *The Levenberg–Marquardt algorithm: implementation and theory* (1978). So the units of the coordinates do not matter.
/// `λ` follows the ratio of actual and predicted decrease, by the rule of Nielsen, *Damping parameter in Marquardt's
/// method* (1999).
///
/// See [`LeastSquares`](super::LeastSquares) for a problem of your own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevenbergMarquardt {
    pub(super) tolerance: f64,
    pub(super) max_iterations: u64,
}

impl LevenbergMarquardt {
    /// Tolerance 1e-6, at most 200 iterations.
    #[must_use]
    pub const fn new() -> Self {
        Self { tolerance: 1e-6, max_iterations: 200 }
    }

    /// With this tolerance `τ` in `[0, 1)`. The minimisation has converged when
    /// * an undamped step would decrease the sum of squares by at most the part `τ²` of it: the relative offset of Bates &
    ///   Watts, *A relative offset orthogonality convergence criterion for nonlinear least squares* (1981); or
    /// * no step decreases it, however short, and an undamped one would decrease it by at most the part `τ`, or change no
    ///   coordinate by more than `τ` of its [length](super::LeastSquares::length), or the cosine between the residuals and
    ///   every column of the Jacobian is at most `τ`. So it ends at the accuracy of the solver, also if the residuals are
    ///   zero up to its errors, or if the Jacobian is singular.
    ///
    /// The undamped step leaves out directions whose effect is 10⁻¹⁰ of the largest, with the columns of the Jacobian
    /// normalised. It also leaves out a coordinate whose effect has vanished: its column is below 10⁻¹⁰ of its largest norm so
    /// far, and a change by its length would change the residuals by less than 10⁻¹⁰ of their norm. So a parameter may go to
    /// the end of its domain, where it has no effect any more.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// With this budget of iterations.
    #[must_use]
    pub const fn max_iterations(mut self, iterations: u64) -> Self {
        self.max_iterations = iterations;
        self
    }

    pub(super) fn check(self) -> Result<()> {
        if (0.0..1.0).contains(&self.tolerance) {
            return Ok(());
        }
        Err(Error::InvalidArgument { name: "tolerance", value: self.tolerance, expected: "in [0, 1)" })
    }
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self::new()
    }
}
