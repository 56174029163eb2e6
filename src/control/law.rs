//! The trait of step size laws.

use crate::error::Result;

/// The law by which an [`Adaptive`](super::Adaptive) controller changes its steps.
///
/// A law only proposes; the controller applies the safety factor, the bounds and the rejections.
///
/// ```
/// use rheos::control::{Accepted, Adaptive, StepLaw};
/// use rheos::{Dopri5, ode, solve};
/// use rheos::state::Tolerance;
///
/// /// The square root of the elementary factor.
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
    /// The errors and steps that the law remembers; the default is an empty history.
    type Past: Copy + Default;

    /// The proposed ratio of the next step to the step just accepted.
    fn factor(&self, past: &Self::Past, step: Accepted) -> f64;

    /// Adds an accepted step to the history.
    fn remember(&self, past: &mut Self::Past, step: Accepted);

    /// Checks the coefficients of the law.
    ///
    /// # Errors
    /// A coefficient outside its domain.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// An accepted step, as a law sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepted {
    /// Its length.
    pub h: f64,
    /// The logarithm to base 2 of the mean square of its error, in units of the tolerance: at most 0.
    ///
    /// Single precision suffices for a step size, and is fast: the next step waits for it.
    pub log_sq: f32,
    /// The order `k` of the error: its norm behaves like `h^k`.
    pub order: f64,
}
