//! The trait of a loss.

use crate::error::Result;
use crate::state::State;

/// A loss: the weighted mean of its terms, with its derivative with respect to each output.
///
/// A regression loss has one term per entry, a classification loss one per sample. The mean is the weighted sum of the
/// terms, divided by the sum of their weights. Without outputs it is 0.
///
/// `weights` has one list per output:
/// * one weight per sample. The samples are equal runs of the coordinates: the columns of a matrix, the slices of a
///   tensor along its first axis;
/// * or one weight per entry, in the order of the coordinates.
///
/// A weight of 0 masks the target, which may then hold anything, even NaN. An output must always be finite.
///
/// ```
/// use nalgebra::matrix;
/// use rheos::train::{Loss, SquaredError};
///
/// // Two samples; the second is missing.
/// let (output, target) = (matrix![1.0, 5.0; 2.0, 6.0], matrix![2.0, f64::NAN; 2.0, f64::NAN]);
/// let (loss, cotangents) = SquaredError.weighted(&[output], &[target], Some(&[vec![1.0, 0.0]]))?;
/// assert_eq!(loss, 0.5);
/// assert_eq!(cotangents, [matrix![-1.0, 0.0; 0.0, 0.0]]);
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait Loss<Y: State> {
    /// The target of one output.
    type Target;

    /// The loss and its cotangents, with these weights; `None` means equal weights.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`](crate::Error::LengthMismatch) unless there are one target and one list of weights
    ///   per output;
    /// * [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) if a target does not have the shape of its output, or the
    ///   number of its weights does not divide the number of its terms;
    /// * [`Error::InvalidEntry`](crate::Error::InvalidEntry) for an output that is not finite, a target outside the
    ///   domain of the loss, and a weight that is negative or not finite;
    /// * [`Error::InvalidArgument`](crate::Error::InvalidArgument) for a sum of weights that is 0 or overflows, and for a
    ///   setting outside its domain;
    /// * [`Error::NonFiniteLoss`](crate::Error::NonFiniteLoss) and
    ///   [`Error::NonFiniteGradient`](crate::Error::NonFiniteGradient) if the loss or a cotangent overflows.
    fn weighted(&self, outputs: &[Y], targets: &[Self::Target], weights: Option<&[Vec<f64>]>) -> Result<(f64, Vec<Y>)>;

    /// The loss and its cotangents, with equal weights.
    ///
    /// # Errors
    /// The errors of [`weighted`](Self::weighted).
    fn of(&self, outputs: &[Y], targets: &[Self::Target]) -> Result<(f64, Vec<Y>)> {
        self.weighted(outputs, targets, None)
    }
}
