//! The cross-entropy of two classes.

use super::check::check_shapes;
use super::pointwise::{Pointwise, pointwise};
use super::traits::Loss;
use crate::adjoint::check_cotangents;
use crate::error::Result;
use crate::state::State;

/// The mean over all entries of `−t ln σ(x) − (1 − t) ln(1 − σ(x))`, for logits `x` and targets `t` in `[0, 1]`, the
/// probabilities of the first class; `σ` is the logistic function.
///
/// ```
/// use rheos::train::{BinaryCrossEntropy, Loss};
///
/// let (loss, cotangents) = BinaryCrossEntropy.of(&[[0.0, 1000.0]], &[[1.0, 1.0]])?;
/// assert!((loss - 0.5 * 2.0_f64.ln()).abs() < 1e-15);
/// assert_eq!(cotangents, [[-0.25, 0.0]]);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinaryCrossEntropy;

impl Pointwise<1> for BinaryCrossEntropy {
    const TARGETS: &'static str = "between 0 and 1";

    fn accepts(&self, target: f64) -> bool {
        (0.0..=1.0).contains(&target)
    }

    fn term(&self, [x]: [f64; 1], t: f64) -> (f64, [f64; 1]) {
        // Sums of terms of equal sign, so small values and derivatives keep their digits.
        let e = (-x.abs()).exp();
        let softplus = |x: f64| x.max(0.0) + e.ln_1p();
        let sigmoid = |x: f64| if x < 0.0 { e } else { 1.0 } / (1.0 + e);
        ((1.0 - t) * softplus(x) + t * softplus(-x), [(1.0 - t) * sigmoid(x) - t * sigmoid(-x)])
    }
}

impl<Y: State> Loss<Y> for BinaryCrossEntropy {
    type Target = Y;

    fn weighted(&self, outputs: &[Y], targets: &[Y], weights: Option<&[Vec<f64>]>) -> Result<(f64, Vec<Y>)> {
        check_cotangents("outputs", outputs, outputs.iter())?;
        check_shapes("targets", targets.iter(), outputs.iter())?;
        pointwise(self, outputs, targets, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::BinaryCrossEntropy;
    use crate::error::Error;
    use crate::train::loss::Loss;
    use crate::train::loss::reference::check;

    const TARGETS: [[f64; 3]; 2] = [[0.25, 1.0, 0.0], [1.0, 0.5, 1.0]];

    /// `torch.nn.functional.binary_cross_entropy_with_logits`.
    #[test]
    fn values_are_those_of_pytorch() {
        let equal = [
            [0.062_076_555_200_309_094, -0.129_549_976_862_448_5, 0.158_762_354_470_405_54],
            [-0.019_867_153_670_352_945, -0.029_863_116_529_232_16, 0.0],
        ];
        let weighted = [
            [0.055_179_160_178_052_53, -0.057_577_767_494_421_57, 0.282_244_185_725_165_4],
            [0.0, -0.079_634_977_411_285_77, 0.0],
        ];
        check(&BinaryCrossEntropy, &TARGETS, (1.048_065_405_709_515_8, equal), (1.478_937_666_125_181_8, weighted));
    }

    /// Where PyTorch rounds to 0: `ln(1 + e⁻⁴⁰)` and its derivative `−1 / (1 + e⁴⁰)`, in 40 digits.
    #[test]
    fn small_values_keep_their_digits() {
        let (loss, cotangents) = BinaryCrossEntropy.of(&[40.0], &[1.0]).unwrap();
        assert!((loss / 4.248_354_255_291_589e-18 - 1.0).abs() < 1e-15, "{loss:e}");
        assert!((cotangents[0] / -4.248_354_255_291_589e-18 - 1.0_f64).abs() < 1e-15, "{:e}", cotangents[0]);
        let (loss, cotangents) = BinaryCrossEntropy.of(&[-1e308], &[1.0]).unwrap();
        assert_eq!((loss, cotangents[0]), (1e308, -1.0));
    }

    #[test]
    fn a_target_that_is_no_probability_is_refused() {
        for value in [-1e-3, 1.001] {
            let refused = BinaryCrossEntropy.of(&[1.0, 2.0], &[1.0, value]);
            let expected = Error::InvalidEntry { name: "targets", index: 1, value, expected: "between 0 and 1" };
            assert_eq!(refused, Err(expected));
        }
    }
}
