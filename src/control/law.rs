//! From the errors of the last steps to the length of the next.

use crate::error::Result;

/// A law by which an [`Adaptive`](super::Adaptive) controller changes its steps.
///
/// It only says what it would like; safety factor, bounds and rejections are the controller's.
///
/// ```
/// use rheos::control::{Accepted, Adaptive, StepLaw};
/// use rheos::{Dopri5, ode, solve};
/// use rheos::state::Tolerance;
///
/// /// The square root of what the last error allows.
/// struct Hesitant;
///
/// impl StepLaw for Hesitant {
///     type Past = ();
///     fn factor(&self, _: &(), step: Accepted) -> f64 {
///         f64::from((-0.25 * step.log_sq / step.order as f32).exp2())
///     }
///     fn remember(&self, _: &mut (), _: Accepted) {}
/// }
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let control = Adaptive::with_law(Hesitant, Tolerance { rtol: 1e-8, atol: 1e-8 });
/// let solution = solve(&decay, 1.0, 0.0..1.0, Dopri5, control)?;
/// assert!((solution.last() - (-1.0_f64).exp()).abs() < 1e-7);
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait StepLaw {
    /// What the law knows of earlier steps; the default is before any.
    type Past: Copy + Default;

    /// The factor from the step just accepted to the next.
    fn factor(&self, past: &Self::Past, step: Accepted) -> f64;

    /// Takes note of an accepted step.
    fn remember(&self, past: &mut Self::Past, step: Accepted);

    /// Whether its coefficients make sense.
    ///
    /// # Errors
    /// The coefficient that does not.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// What a law is told of an accepted step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepted {
    /// Its length.
    pub h: f64,
    /// The logarithm to base 2 of the mean square of its error, in units of the tolerance: at most 0.
    ///
    /// In single precision, which is plenty for a choice: nothing else can happen until the next step size is known.
    pub log_sq: f32,
    /// The order `k` of the error: its norm behaves like `h^k`.
    pub order: f64,
}
