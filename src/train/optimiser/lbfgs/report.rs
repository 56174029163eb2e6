//! The result of a minimisation.

/// The result of [`Lbfgs::minimise`](super::Lbfgs::minimise). The model has the parameters of this loss.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::train::{Lbfgs, StopReason};
/// use rheos::{Error, Parametric};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// // A loss without a minimum.
/// let found = Lbfgs::new().max_iterations(5).minimise(&mut model, |model| {
///     Ok::<_, Error>((-model.params()[0], nalgebra::vector![-1.0]))
/// })?;
/// assert_eq!(found.stopped, StopReason::MaxIterations);
/// assert!(!found.converged() && found.loss < -1.0);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minimisation {
    /// The loss at the end.
    pub loss: f64,
    /// The Euclidean norm of its gradient.
    pub gradient_norm: f64,
    /// The number of steps.
    pub iterations: u64,
    /// The number of evaluations of the loss, with the rejected ones.
    pub evaluations: u64,
    /// The number of evaluations that failed or were not finite.
    pub rejected: u64,
    /// Why it stopped.
    pub stopped: StopReason,
}

impl Minimisation {
    /// Whether the gradient fulfils the tolerance.
    #[must_use]
    pub const fn converged(&self) -> bool {
        matches!(self.stopped, StopReason::Gradient)
    }
}

/// The reason for the end of a minimisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The gradient fulfils the [tolerance](super::Lbfgs::tolerance).
    Gradient,
    /// Even the steepest descent finds no lower loss: the tolerance is below the rounding errors of the loss, the loss has
    /// no minimum where it is defined, or the gradient is wrong.
    LineSearch,
    /// The budget of iterations is used up.
    MaxIterations,
}
