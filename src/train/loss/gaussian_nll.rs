//! The likelihood of Gaussian observations.

use super::check::check_shapes;
use super::pointwise::{Pointwise, pointwise};
use super::traits::Loss;
use crate::adjoint::check_cotangents;
use crate::error::Result;
use crate::state::State;

/// The mean over all entries of `(s + (t − μ)² e⁻ˢ) / 2`: the negative logarithm of the normal density of mean `μ` and
/// variance `eˢ` at the target `t`, without the constant `ln(2π)/2`.
///
/// An output is the pair `(μ, s)`. Weights belong to the entries or samples of the target.
///
/// ```
/// use rheos::train::{GaussianNll, Loss};
///
/// let (loss, cotangents) = GaussianNll.of(&[(1.0, 0.0)], &[3.0])?;
/// assert_eq!((loss, cotangents[0]), (2.0, (-2.0, -1.5)));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GaussianNll;

impl Pointwise<2> for GaussianNll {
    fn term(&self, [mean, log_variance]: [f64; 2], target: f64) -> (f64, [f64; 2]) {
        // Divides by the standard deviation twice, since the variance may underflow. An error of 0 stays 0.
        let root = (-0.5 * log_variance).exp();
        let divide = |x: f64| if x == 0.0 { 0.0 } else { x * root };
        let error = divide(mean - target);
        let square = error * error;
        (0.5 * (log_variance + square), [divide(error), 0.5 * (1.0 - square)])
    }
}

impl<Y: State> Loss<(Y, Y)> for GaussianNll {
    type Target = Y;

    fn weighted(&self, outputs: &[(Y, Y)], targets: &[Y], weights: Option<&[Vec<f64>]>) -> Result<(f64, Vec<(Y, Y)>)> {
        check_cotangents("outputs", outputs, outputs.iter())?;
        let means = || outputs.iter().map(|(mean, _)| mean);
        check_shapes("outputs", outputs.iter().map(|(_, log_variance)| log_variance), means())?;
        check_shapes("targets", targets.iter(), means())?;
        pointwise(self, outputs, targets, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::GaussianNll;
    use crate::error::Error;
    use crate::train::loss::Loss;
    use crate::train::loss::reference::{OUTPUTS, TARGETS, assert_close, weights};

    const LOG_VARIANCES: [[f64; 3]; 2] = [[0.3, -2.0, 0.0], [1.5, -0.1, 4.0]];

    fn outputs() -> [([f64; 3], [f64; 3]); 2] {
        [(OUTPUTS[0], LOG_VARIANCES[0]), (OUTPUTS[1], LOG_VARIANCES[1])]
    }

    /// `torch.nn.functional.gaussian_nll_loss` with `eps=0`, of the variances `torch.exp(s)`.
    #[test]
    fn values_are_those_of_pytorch() {
        let equal = [
            (
                [0.030_867_425_861_738_24, -2.770_896_037_098_993_2, 0.0],
                [0.079_474_905_100_616_04, -3.033_924_708_403_034_3, 0.083_333_333_333_333_33],
            ),
            (
                [0.111_565_080_074_214_92, -0.046_048_788_253_151_986, 0.004_578_909_722_183_545],
                [-0.084_014_286_777_989_06, 0.077_577_234_801_689_33, 0.079_899_151_041_695_68],
            ),
        ];
        assert_close(GaussianNll.of(&outputs(), &TARGETS).unwrap(), 3.605_987_704_237_022_8, &equal);
        let weighted = [
            (
                [0.027_437_711_877_100_66, -1.231_509_349_821_774_8, 0.0],
                [0.070_644_360_089_436_49, -1.348_410_981_512_459_9, 0.148_148_148_148_148_14],
            ),
            (
                [0.0, -0.122_796_768_675_071_96, 0.001_017_535_493_818_565_4],
                [0.0, 0.206_872_626_137_838_22, 0.017_755_366_898_154_59],
            ),
        ];
        let mut masked = TARGETS;
        masked[1][0] = f64::INFINITY;
        let found = GaussianNll.weighted(&outputs(), &masked, Some(&weights())).unwrap();
        assert_close(found, 1.404_990_480_238_882_4, &weighted);
    }

    /// Without an error, the loss is half the logarithm, however small the variance.
    #[test]
    fn variances_may_underflow() {
        assert_eq!(GaussianNll.of(&[(2.0, -2000.0)], &[2.0]), Ok((-1000.0, vec![(0.0, 0.5)])));
        let (loss, _) = GaussianNll.of(&[(1e-200, -900.0)], &[0.0]).unwrap();
        assert!((loss + 450.0).abs() < 1e-3, "{loss}");
        assert!(matches!(GaussianNll.of(&[(1.0, -2000.0)], &[2.0]), Err(Error::NonFiniteLoss { .. })));
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let refused = GaussianNll.of(&[(vec![1.0, 2.0], vec![1.0])], &[vec![1.0, 2.0]]);
        assert_eq!(refused, Err(Error::ShapeMismatch { name: "outputs", index: 0, found: 1, expected: 2 }));
        let refused = GaussianNll.of(&[(vec![1.0, 2.0], vec![1.0, 2.0])], &[vec![1.0]]);
        assert_eq!(refused, Err(Error::ShapeMismatch { name: "targets", index: 0, found: 1, expected: 2 }));
        let refused = GaussianNll.of(&[(1.0, f64::NAN)], &[1.0]);
        assert!(matches!(refused, Err(Error::InvalidEntry { name: "outputs", index: 0, .. })), "{refused:?}");
    }
}
