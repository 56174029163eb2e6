//! The mean absolute error.

use super::check::check_shapes;
use super::pointwise::{Pointwise, pointwise};
use super::traits::Loss;
use crate::adjoint::check_cotangents;
use crate::error::Result;
use crate::state::State;

/// The mean of `|output − target|` over all entries. Its derivative is 0 if they are equal.
///
/// ```
/// use rheos::train::{AbsoluteError, Loss};
///
/// let (loss, cotangents) = AbsoluteError.of(&[1.0, 5.0], &[1.0, 2.0])?;
/// assert_eq!((loss, &cotangents[..]), (1.5, &[0.0, 0.5][..]));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AbsoluteError;

impl Pointwise<1> for AbsoluteError {
    fn term(&self, [output]: [f64; 1], target: f64) -> (f64, [f64; 1]) {
        let error = output - target;
        (error.abs(), [if error == 0.0 { 0.0 } else { error.signum() }])
    }
}

impl<Y: State> Loss<Y> for AbsoluteError {
    type Target = Y;

    fn weighted(&self, outputs: &[Y], targets: &[Y], weights: Option<&[Vec<f64>]>) -> Result<(f64, Vec<Y>)> {
        check_cotangents("outputs", outputs, outputs.iter())?;
        check_shapes("targets", targets.iter(), outputs.iter())?;
        pointwise(self, outputs, targets, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::AbsoluteError;
    use crate::train::loss::reference::{TARGETS, check};

    /// `torch.nn.functional.l1_loss`.
    #[test]
    fn values_are_those_of_pytorch() {
        let equal = [[1.0 / 6.0, -1.0 / 6.0, 0.0], [1.0 / 6.0, -1.0 / 6.0, 1.0 / 6.0]];
        let weighted = [
            [0.148_148_148_148_148_14, -0.074_074_074_074_074_07, 0.0],
            [0.0, -0.444_444_444_444_444_4, 0.037_037_037_037_037_035],
        ];
        check(&AbsoluteError, &TARGETS, (1.208_333_333_333_333_5, equal), (0.370_370_370_370_370_35, weighted));
    }
}
