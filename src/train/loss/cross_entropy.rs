//! The cross-entropy of several classes.

use super::check::{check_length, checked, shaped_like};
use super::pointwise::entries;
use super::traits::Loss;
use super::weights::Weights;
use crate::adjoint::check_cotangents;
use crate::error::{Error, Result};
use crate::state::State;
use crate::train::check::check_fraction;

/// The mean over all samples of `−ln p[label]`, where the probabilities `p` are the softmax of the logits.
///
/// The logits of a sample are a run of coordinates: a column of a matrix, a row of a tensor of shape
/// (samples, classes). A target has one label per sample, from 0. For weights of the classes, weight each sample by the
/// weight of its label.
///
/// ```
/// use nalgebra::matrix;
/// use rheos::train::{CrossEntropy, Loss};
///
/// // Three classes, two samples.
/// let logits = matrix![0.0, 1000.0; 0.0, 0.0; 0.0, 0.0];
/// let (loss, cotangents) = CrossEntropy::new(3).of(&[logits], &[vec![1, 0]])?;
/// assert!((loss - 0.5 * 3.0_f64.ln()).abs() < 1e-15);
/// assert!((cotangents[0] - matrix![1.0, 0.0; -2.0, 0.0; 1.0, 0.0] / 6.0).norm() < 1e-15);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossEntropy {
    classes: usize,
    smoothing: f64,
}

impl CrossEntropy {
    /// With the number of classes.
    #[must_use]
    pub const fn new(classes: usize) -> Self {
        Self { classes, smoothing: 0.0 }
    }

    /// Replaces the distribution of each label by its mean with the uniform distribution, of weight `smoothing` in
    /// `[0, 1]`: Szegedy et al., *Rethinking the Inception architecture for computer vision* (2016), section 7.
    #[must_use]
    pub const fn label_smoothing(mut self, smoothing: f64) -> Self {
        self.smoothing = smoothing;
        self
    }

    /// Checks the settings.
    fn check(self) -> Result<()> {
        if self.classes == 0 {
            return Err(Error::InvalidArgument { name: "classes", value: 0.0, expected: "positive" });
        }
        check_fraction("label_smoothing", self.smoothing)
    }

    /// The number of samples in each output, which is the number of its labels.
    fn samples<Y: State>(self, outputs: &[Y], targets: &[Vec<usize>]) -> Result<Vec<usize>> {
        let mut counts = entries(outputs);
        for (index, (count, labels)) in counts.iter_mut().zip(targets).enumerate() {
            let (found, expected) = (labels.len().saturating_mul(self.classes), *count);
            if found != expected {
                return Err(Error::ShapeMismatch { name: "targets", index, found, expected });
            }
            *count = labels.len();
        }
        Ok(counts)
    }

    /// The term of one sample; writes its derivatives with respect to the logits to `slopes`.
    fn term(self, logits: &[f64], label: usize, slopes: &mut [f64]) -> f64 {
        let top = (0..logits.len()).fold(0, |top, j| if logits[j] > logits[top] { j } else { top });
        // The sum of the other exponentials, so that a probability near 1 keeps the digits of its complement.
        let (mut others, mut rest) = (0.0, 0.0);
        for (j, slope) in slopes.iter_mut().enumerate() {
            *slope = (logits[j] - logits[top]).exp();
            others += if j == top { 0.0 } else { *slope };
            rest += if j == label { 0.0 } else { *slope };
        }
        let (total, log) = (1.0 + others, others.ln_1p());
        let uniform = self.smoothing / logits.len() as f64;
        for slope in slopes.iter_mut() {
            *slope = *slope / total - uniform;
        }
        slopes[label] = self.smoothing - uniform - rest / total;
        let surprise = |logit: f64| logits[top] - logit + log;
        if self.smoothing == 0.0 {
            return surprise(logits[label]);
        }
        let mean: f64 = logits.iter().map(|&logit| uniform * surprise(logit)).sum();
        (1.0 - self.smoothing) * surprise(logits[label]) + mean
    }
}

impl<Y: State> Loss<Y> for CrossEntropy {
    /// The labels of the samples.
    type Target = Vec<usize>;

    /// # Errors
    /// Also [`Error::InvalidLabel`] for a label of a sample of positive weight that is not below the number of classes.
    fn weighted(&self, outputs: &[Y], targets: &[Vec<usize>], weights: Option<&[Vec<f64>]>) -> Result<(f64, Vec<Y>)> {
        const { assert!(!Y::IS_DUAL, "a loss ignores the derivatives in dual numbers; use `SquaredError.of`") }
        self.check()?;
        check_cotangents("outputs", outputs, outputs.iter())?;
        check_length("targets", targets.len(), outputs.len())?;
        let samples = self.samples(outputs, targets)?;
        let weights = Weights::new(weights, &samples)?;
        let classes = self.classes;
        let (mut logits, mut derivative) = (Vec::new(), Vec::new());
        let mut mean = 0.0;
        let mut cotangents = Vec::with_capacity(outputs.len());
        for (index, (output, labels)) in outputs.iter().zip(targets).enumerate() {
            logits.clear();
            output.write_coordinates(&mut logits);
            derivative.clear();
            derivative.resize(logits.len(), 0.0);
            for (weight, sample) in weights.runs(index, labels.len()).flat_map(|(w, run)| run.map(move |i| (w, i))) {
                let label = labels[sample];
                if label >= classes {
                    return Err(Error::InvalidLabel { output: index, sample, label, classes });
                }
                let run = sample * classes..(sample + 1) * classes;
                let slopes = &mut derivative[run.clone()];
                mean += weight * self.term(&logits[run], label, slopes);
                slopes.iter_mut().for_each(|slope| *slope *= weight);
            }
            cotangents.push(shaped_like(output, &derivative)?);
        }
        checked(mean, cotangents)
    }
}

#[cfg(test)]
mod tests {
    use super::CrossEntropy;
    use crate::error::Error;
    use crate::train::loss::Loss;
    use crate::train::loss::reference::assert_close;
    use nalgebra::{SMatrix, matrix};

    type Batch = SMatrix<f64, 3, 2>;

    fn outputs() -> [Batch; 2] {
        [matrix![0.5, 2.0; -1.25, -0.75; 3.0, 40.0], matrix![0.1, -4.0; 0.2, 5.0; 0.3, 5.0]]
    }

    /// The cotangents of the four samples.
    fn batches(samples: [[f64; 3]; 4]) -> [Batch; 2] {
        let [a, b, c, d] = samples.map(nalgebra::Vector3::from);
        [Batch::from_columns(&[a, b]), Batch::from_columns(&[c, d])]
    }

    /// `torch.nn.functional.cross_entropy` of a tensor of four rows, and its weighted mean.
    #[test]
    fn values_are_those_of_pytorch() {
        let equal = batches([
            [-0.231_282_196_359_489_93, 0.003_252_666_551_342_531_5, 0.228_029_529_808_147_4],
            [7.847_831_980_120_074e-18, 5.016_951_135_986_772e-19, 0.0],
            [0.075_152_401_338_931_83, -0.166_943_751_616_663_17, 0.091_791_350_277_731_37],
            [-0.249_984_574_726_304_17, 0.124_992_287_363_152_06, 0.124_992_287_363_152_06],
        ]);
        let labels = [vec![0, 2], vec![1, 0]];
        assert_close(CrossEntropy::new(3).of(&outputs(), &labels).unwrap(), 3.346_784_378_094_883_4, &equal);
        let smooth = batches([
            [-0.245_274_891_077_512_3, -0.005_806_476_322_275_201, 0.251_081_367_399_787_54],
            [-0.004_761_904_761_904_757, -0.004_761_904_761_904_761_5, 0.009_523_809_523_809_518],
            [0.0, 0.0, 0.0],
            [-0.533_298_075_564_885_7, 0.266_649_037_782_442_87, 0.266_649_037_782_442_87],
        ]);
        let loss = CrossEntropy::new(3).label_smoothing(0.1);
        let (labels, weights) = ([vec![0, 2], vec![usize::MAX, 0]], [vec![1.0, 0.5], vec![0.0, 2.0]]);
        let found = loss.weighted(&outputs(), &labels, Some(&weights)).unwrap();
        assert_close(found, 6.304_543_870_773_888, &smooth);
    }

    /// The samples of a tensor are its rows.
    #[cfg(feature = "dfdx")]
    #[test]
    fn tensors_have_the_same_loss() {
        use dfdx::prelude::*;
        let device: Cpu = Cpu::default();
        let tensors = outputs().map(|y| device.tensor([[y[0], y[1], y[2]], [y[3], y[4], y[5]]]));
        let labels = [vec![0, 2], vec![1, 0]];
        let (loss, cotangents) = CrossEntropy::new(3).of(&tensors, &labels).unwrap();
        let (expected, matrices) = CrossEntropy::new(3).of(&outputs(), &labels).unwrap();
        assert_eq!(loss, expected);
        for (found, expected) in cotangents.iter().zip(&matrices) {
            assert_eq!(found.as_vec(), expected.as_slice());
        }
    }

    /// Where PyTorch rounds to 0: with a difference of 40, `ln(1 + e⁻⁴⁰)` and its derivatives, in 40 digits.
    #[test]
    fn small_values_keep_their_digits() {
        let (loss, cotangents) = CrossEntropy::new(2).of(&[[1040.0, 1000.0]], &[vec![0]]).unwrap();
        let [a, b] = cotangents[0];
        for found in [loss, -a, b] {
            assert!((found / 4.248_354_255_291_589e-18 - 1.0).abs() < 1e-15, "{found:e}");
        }
        let (loss, _) = CrossEntropy::new(2).of(&[[1e305, -1e305]], &[vec![1]]).unwrap();
        assert_eq!(loss, 2e305);
        let huge = CrossEntropy::new(2).of(&[[f64::MAX, -f64::MAX]], &[vec![1]]);
        assert_eq!(huge, Err(Error::NonFiniteLoss { value: f64::INFINITY }));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let (loss, y) = (CrossEntropy::new(3), outputs());
        let refused = loss.of(&y, &[vec![0, 1], vec![2, 3]]);
        assert_eq!(refused, Err(Error::InvalidLabel { output: 1, sample: 1, label: 3, classes: 3 }));
        for (labels, found) in [(vec![0], 3), (vec![0; 3], 9), (vec![], 0)] {
            let refused = loss.of(&y, &[vec![0, 1], labels]);
            assert_eq!(refused, Err(Error::ShapeMismatch { name: "targets", index: 1, found, expected: 6 }));
        }
        for classes in [2, 4, usize::MAX] {
            assert!(matches!(
                CrossEntropy::new(classes).of(&y, &[vec![0, 1], vec![0, 1]]),
                Err(Error::ShapeMismatch { .. })
            ));
        }
        let refused = CrossEntropy::new(0).of(&y, &[vec![], vec![]]);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "classes", .. })), "{refused:?}");
        for smoothing in [-0.1, 1.1, f64::NAN] {
            let refused = loss.label_smoothing(smoothing).of(&y, &[vec![0, 1], vec![0, 1]]);
            assert!(matches!(refused, Err(Error::InvalidArgument { name: "label_smoothing", .. })), "{refused:?}");
        }
        assert_eq!(loss.of(&y, &[]), Err(Error::LengthMismatch { name: "targets", found: 0, expected: 2 }));
        assert_eq!(CrossEntropy::new(3).of(&[] as &[Batch], &[]), Ok((0.0, vec![])));
        let refused = loss.weighted(&y, &[vec![0, 1], vec![0, 1]], Some(&[vec![1.0; 2], vec![1.0; 6]]));
        assert_eq!(refused, Err(Error::ShapeMismatch { name: "weights", index: 1, found: 6, expected: 2 }));
    }
}
