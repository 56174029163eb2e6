//! Gustafsson's predictive law.

use super::{Accepted, Adaptive, StepLaw};
use crate::simd::smaller;
use crate::state::{Tolerance, Tolerances};

/// Gustafsson's predictive controller, for implicit methods.
///
/// Within a transient, the error of an implicit method per `h^k` changes by about the same factor from step to step.
/// This controller expects the next factor to be the same. With `εₙ` the norms of the last errors and `k` the order of
/// the estimate, the next step is `safety h` times the smaller of
///
/// `εₙ^(−1/k)` and `(hₙ / hₙ₋₁) (εₙ₋₁ / εₙ²)^(1/k)`,
///
/// kept within `[min_factor, max_factor]`: Hairer & Wanner, *Solving Ordinary Differential Equations II*, section IV.8,
/// equations (8.19) and (8.20). As in the code RADAU5, `εₙ₋₁` is at least 0.01. The source is Gustafsson,
/// *Control-theoretic techniques for stepsize selection in implicit Runge–Kutta methods*, ACM TOMS 20 (1994),
/// doi:10.1145/198429.198437.
///
/// ```
/// use rheos::{Dopri5, ode, solve};
/// use rheos::control::Predictive;
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = solve(&decay, 1.0, 0.0..1.0, Dopri5, Predictive::tolerance(1e-8))?;
/// assert!((solution.last() - (-1.0_f64).exp()).abs() < 1e-7);
/// # Ok::<(), rheos::Error>(())
/// ```
pub type Predictive<W = Tolerance> = Adaptive<Gustafsson, W>;

/// The [`StepLaw`] of [`Predictive`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gustafsson;

impl Adaptive<Gustafsson, Tolerance> {
    /// The controller with the relative tolerance and the absolute tolerance `tolerance > 0`.
    ///
    /// [`atol`](Self::atol) sets another absolute tolerance, in units of the state.
    pub const fn tolerance(tolerance: f64) -> Self {
        Self::with_law(Gustafsson, Tolerance { rtol: tolerance, atol: tolerance })
    }
}

impl<Y> Adaptive<Gustafsson, Tolerances<Y>> {
    /// The controller with relative and absolute tolerances for each coordinate, given as states.
    pub const fn tolerances(tolerances: Tolerances<Y>) -> Self {
        Self::with_law(Gustafsson, tolerances)
    }
}

impl<W> Adaptive<Gustafsson, W> {
    /// The controller with an error norm of your own.
    pub const fn with_norm(norm: W) -> Self {
        Self::with_law(Gustafsson, norm)
    }
}

/// The last accepted step; its length is zero if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LastStep {
    h: f64,
    log_sq: f32,
}

/// The binary logarithm of the square of 0.01, the least error in the history.
const LEAST: f32 = -13.287_712;

impl StepLaw for Gustafsson {
    type Past = LastStep;

    fn factor(&self, last: &LastStep, step: Accepted) -> f64 {
        // From the square of an error to its k-th root.
        let power = |log_sq: f32| (0.5 * f64::from(log_sq) / step.order).exp2();
        let elementary = power(-step.log_sq);
        if last.h == 0.0 {
            return elementary;
        }
        smaller(elementary, step.h / last.h * power(last.log_sq - 2.0 * step.log_sq))
    }

    fn remember(&self, last: &mut LastStep, step: Accepted) {
        let log_sq = if step.log_sq > LEAST { step.log_sq } else { LEAST };
        *last = LastStep { h: step.h, log_sq };
    }
}
