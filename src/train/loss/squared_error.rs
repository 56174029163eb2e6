//! The mean squared error.

use super::check::{check_shapes, checked};
use super::pointwise::{Pointwise, entries, pointwise};
use super::traits::Loss;
use crate::adjoint::check_cotangents;
use crate::error::Result;
use crate::state::State;

/// The mean of `(output − target)²` over all entries.
///
/// ```
/// use rheos::train::{Loss, SquaredError};
///
/// let (loss, cotangents) = SquaredError.weighted(&[[1.0, 3.0]], &[[2.0, 1.0]], Some(&[vec![1.0, 3.0]]))?;
/// assert_eq!((loss, cotangents[0]), (0.25 * (1.0 + 3.0 * 4.0), [-0.5, 3.0]));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SquaredError;

impl Pointwise<1> for SquaredError {
    fn term(&self, [output]: [f64; 1], target: f64) -> (f64, [f64; 1]) {
        let error = output - target;
        (error * error, [2.0 * error])
    }
}

impl<Y: State> Loss<Y> for SquaredError {
    type Target = Y;

    fn weighted(&self, outputs: &[Y], targets: &[Y], weights: Option<&[Vec<f64>]>) -> Result<(f64, Vec<Y>)> {
        if weights.is_none() {
            return self.of(outputs, targets);
        }
        check_cotangents("outputs", outputs, outputs.iter())?;
        check_shapes("targets", targets.iter(), outputs.iter())?;
        pointwise(self, outputs, targets, weights)
    }

    /// Without weights, the operations of the state suffice, which copy less.
    fn of(&self, outputs: &[Y], targets: &[Y]) -> Result<(f64, Vec<Y>)> {
        check_cotangents("outputs", outputs, outputs.iter())?;
        check_cotangents("targets", targets, outputs.iter())?;
        let mean = 1.0 / entries(outputs).iter().sum::<usize>().max(1) as f64;
        let mut loss = 0.0;
        let mut cotangents = Vec::with_capacity(outputs.len());
        for (output, target) in outputs.iter().zip(targets) {
            let mut difference = output.clone();
            difference.add_scaled(-1.0, target);
            loss += difference.inner(&difference) * mean;
            difference.scale_by(2.0 * mean);
            cotangents.push(difference);
        }
        checked(loss, cotangents)
    }
}

/// The mean square of `outputs − targets` over all entries, and its derivative with respect to each output: a shorthand
/// of [`SquaredError`]. Without outputs it is 0.
///
/// ```
/// let (loss, cotangents) = rheos::train::mean_squared_error(&[1.0, 3.0], &[1.0, 2.0])?;
/// assert_eq!(loss, 0.5);
/// assert_eq!(cotangents, [0.0, 1.0]);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch) unless there is one target per output,
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) if a target does not have the shape of its output,
/// [`Error::InvalidEntry`](crate::Error::InvalidEntry) for an output or a target that is not finite, and
/// [`Error::NonFiniteLoss`](crate::Error::NonFiniteLoss) or
/// [`Error::NonFiniteGradient`](crate::Error::NonFiniteGradient) if the loss or a cotangent overflows.
pub fn mean_squared_error<Y: State>(outputs: &[Y], targets: &[Y]) -> Result<(f64, Vec<Y>)> {
    SquaredError.of(outputs, targets)
}

#[cfg(test)]
mod tests {
    use super::{SquaredError, mean_squared_error};
    use crate::error::Error;
    use crate::state::Passive;
    use crate::train::loss::Loss;
    use crate::train::loss::reference::{TARGETS, check};

    /// `torch.nn.functional.mse_loss`.
    #[test]
    fn values_are_those_of_pytorch() {
        let equal = [[1.0 / 12.0, -0.75, 0.0], [1.0, -1.0 / 12.0, 0.5]];
        let weighted = [
            [0.074_074_074_074_074_07, -0.333_333_333_333_333_3, 0.0],
            [0.0, -0.222_222_222_222_222_2, 0.111_111_111_111_111_1],
        ];
        check(&SquaredError, &TARGETS, (2.739_583_333_333_333_5, equal), (0.495_370_370_370_370_35, weighted));
    }

    /// Equal weights change nothing, also for entries that the error norm of a solve excludes.
    #[test]
    fn the_mean_is_over_all_entries() {
        let outputs = [(1.0_f64, Passive(vec![2.0, 5.0]))];
        let targets = [(0.0, Passive(vec![4.0, 4.0]))];
        let (loss, cotangents) = mean_squared_error(&outputs, &targets).unwrap();
        assert!((loss - 2.0).abs() < 1e-15, "{loss}");
        let found = SquaredError.weighted(&outputs, &targets, Some(&[vec![7.0]])).unwrap();
        assert!((found.0 - loss).abs() < 1e-15 && (found.1[0].0 - cotangents[0].0).abs() < 1e-15);
        assert!((cotangents[0].1.0[1] - 2.0 / 3.0_f64).abs() < 1e-15);
    }

    /// The loss fits into `f64`, but its derivative does not fit into `f32`.
    #[test]
    fn a_cotangent_that_overflows_is_refused() {
        for weights in [None, Some(&[vec![1.0]][..])] {
            let refused = SquaredError.weighted(&[3e38_f32], &[0.0], weights);
            assert!(matches!(refused, Err(Error::NonFiniteGradient { name: "outputs", index: 0, .. })), "{refused:?}");
        }
    }

    #[test]
    fn a_loss_is_a_number_or_an_error() {
        let spoilt = mean_squared_error(&[[1.0, f64::NAN]], &[[1.0, 2.0]]);
        assert!(matches!(spoilt, Err(Error::InvalidEntry { name: "outputs", index: 0, .. })), "{spoilt:?}");
        let spoilt = mean_squared_error(&[1.0, 2.0], &[1.0, f64::INFINITY]);
        assert!(matches!(spoilt, Err(Error::InvalidEntry { name: "targets", index: 1, .. })), "{spoilt:?}");
        let huge = mean_squared_error(&[1e200], &[0.0]);
        assert_eq!(huge, Err(Error::NonFiniteLoss { value: f64::INFINITY }));
        let uneven = mean_squared_error(&[vec![1.0, 2.0], vec![1.0, 2.0, 3.0]], &[vec![1.0, 2.0], vec![1.0, 2.0]]);
        assert_eq!(uneven, Err(Error::ShapeMismatch { name: "targets", index: 1, found: 2, expected: 3 }));
        let short = mean_squared_error(&[1.0, 2.0], &[1.0]);
        assert_eq!(short, Err(Error::LengthMismatch { name: "targets", found: 1, expected: 2 }));
    }
}
