//! The settings of L-BFGS.

use crate::error::{Error, Result};
use crate::train::check::check_below_one;

/// The limited-memory quasi-Newton method L-BFGS of Nocedal, for a loss without noise, such as the loss of all data.
///
/// A step along the direction of Nocedal & Wright, *Numerical optimization* (2006), algorithm 7.4, fulfils the strong
/// Wolfe conditions (algorithms 3.5 and 3.6). If the rounding errors of the loss hide its decrease, its slope decides
/// alone: Hager & Zhang, *A new conjugate gradient method with guaranteed descent and an efficient line search* (2005).
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::train::Lbfgs;
/// use rheos::{Error, Parametric};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// let found = Lbfgs::new().minimise(&mut model, |model| {
///     let mu = model.params()[0];
///     Ok::<_, Error>(((mu - 5.0).powi(2), nalgebra::vector![2.0 * (mu - 5.0)]))
/// })?;
/// assert!(found.converged());
/// assert!((model.params()[0] - 5.0).abs() < 1e-7);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lbfgs {
    pub(super) memory: usize,
    pub(super) tolerance: f64,
    pub(super) max_iterations: u64,
}

impl Lbfgs {
    /// With a memory of 10 steps, the tolerance 1e-6 and at most 1000 iterations.
    #[must_use]
    pub const fn new() -> Self {
        Self { memory: 10, tolerance: 1e-6, max_iterations: 1000 }
    }

    /// With the curvature of this many steps, at least 1.
    #[must_use]
    pub const fn memory(mut self, steps: usize) -> Self {
        self.memory = steps;
        self
    }

    /// With this tolerance `τ` in `[0, 1)`. The minimisation has converged when
    /// * the norm of the gradient is at most `τ` times the largest one on the way, and
    /// * the decrease of the loss that its quadratic model predicts is at most `τ²` times the decrease so far, or below
    ///   the rounding errors of the loss.
    ///
    /// So the units of loss and parameters do not matter. A gradient of 0 has converged in any case.
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

    /// Checks the settings.
    pub(super) fn check(self) -> Result<()> {
        if self.memory == 0 {
            return Err(Error::InvalidArgument { name: "memory", value: 0.0, expected: "positive" });
        }
        check_below_one("tolerance", self.tolerance)
    }
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self::new()
    }
}
