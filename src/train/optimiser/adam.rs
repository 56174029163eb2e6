//! Adam.

use super::moments::Moments;
use super::traits::{Optimiser, apply};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::simd::vectorized;
use crate::train::check::{check_not_negative, check_positive};

/// The optimiser Adam of Kingma & Ba, *Adam: a method for stochastic optimization* (2015), algorithm 1.
///
/// ```
/// use rheos::train::{Adam, Optimiser};
/// use rheos::{Autodiff, Parametric};
/// use rheos::dynamics::problems::VanDerPol;
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// let mut adam = Adam::new(0.1);
/// adam.step(&mut model, &nalgebra::vector![20.0])?;
/// assert!((model.params()[0] - 0.9).abs() < 1e-9); // the first step has the length of the learning rate
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Adam {
    learning_rate: f64,
    epsilon: f64,
    moments: Moments,
}

impl Adam {
    /// With `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Self { learning_rate, epsilon: 1e-8, moments: Moments::new() }
    }

    /// With these rates of decay of the averages of gradient and square, each in `[0, 1)`.
    #[must_use]
    pub const fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.moments.beta1 = beta1;
        self.moments.beta2 = beta2;
        self
    }

    /// With the term `ε > 0` added to the root of the second moment.
    #[must_use]
    pub const fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// Updates the parameters. The moments stay until [`commit`](Self::commit).
    pub(super) fn try_update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        let Self { learning_rate, epsilon, .. } = *self;
        check_not_negative("learning_rate", learning_rate)?;
        check_positive("epsilon", epsilon)?;
        self.moments.advance(gradient)?;
        let [bias1, bias2] = self.moments.powers().map(|power| 1.0 - power);
        let moments = self.moments.next();
        vectorized(
            #[inline(always)]
            || {
                for (x, (m, v)) in params.iter_mut().zip(moments) {
                    *x -= learning_rate * (m / bias1) / ((v / bias2).sqrt() + epsilon);
                }
            },
        );
        Ok(())
    }

    /// Completes an update.
    pub(super) fn commit(&mut self) {
        self.moments.commit();
    }
}

impl Optimiser for Adam {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        self.try_update(params, gradient)?;
        self.commit();
        Ok(())
    }

    fn step<M: Parametric>(&mut self, model: &mut M, gradient: &M::Params) -> Result<()> {
        apply(model, gradient, |params, gradient| self.try_update(params, gradient))?;
        self.commit();
        Ok(())
    }

    fn map_memory(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        self.moments.map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::Adam;
    use crate::error::{Error, Result};
    use crate::train::optimiser::Optimiser;
    use crate::train::optimiser::reference::{Bare, assert_invalid, check};

    #[test]
    fn values_are_those_of_pytorch() {
        check(&Adam::new(0.1), &DEFAULT);
        check(&Adam::new(0.1).betas(0.8, 0.95).epsilon(1e-4), &SETTINGS);
    }

    /// The parameter after each step from 0 along these gradients.
    fn path(rate: f64, gradients: &[f64]) -> Vec<f64> {
        let (mut model, mut adam) = (Bare(vec![0.0]), Adam::new(rate));
        let step = |g: &f64| adam.step(&mut model, &vec![*g]).map(|()| model.0[0]);
        gradients.iter().map(step).collect::<Result<_>>().unwrap()
    }

    /// Algorithm 1 of Kingma & Ba in 40 decimal digits.
    #[test]
    fn steps_are_those_of_the_paper() {
        let expected = [-0.099_999_999_666_666_67, -0.140_021_856_683_090_4, -0.180_564_396_813_669_3];
        for (found, expected) in path(0.1, &[3.0, -1.0, 0.5]).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }

    /// A gradient as small as `ε` makes half a step, so `ε` is added outside the root.
    #[test]
    fn epsilon_is_added_to_the_root() {
        assert!((path(0.1, &[1e-8])[0] + 0.05).abs() < 1e-12);
    }

    #[test]
    fn a_new_learning_rate_is_used() {
        let (mut model, mut adam) = (Bare(vec![0.0]), Adam::new(0.1));
        adam.step(&mut model, &vec![2.0]).unwrap();
        adam.set_learning_rate(0.03);
        adam.step(&mut model, &vec![2.0]).unwrap();
        // With a constant gradient, every step is as long as the learning rate.
        assert!((model.0[0] + 0.13).abs() < 1e-8, "{}", model.0[0]);
    }

    #[test]
    fn a_square_that_overflows_is_refused() {
        let (mut model, mut adam) = (Bare(vec![1.0, 2.0]), Adam::new(0.1));
        let refused = adam.step(&mut model, &vec![1.0, -1e200]);
        let expected = "finite, with a finite square";
        assert_eq!(refused, Err(Error::InvalidEntry { name: "gradient", index: 1, value: -1e200, expected }));
        assert_eq!((model, adam), (Bare(vec![1.0, 2.0]), Adam::new(0.1)));
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        for bad in [-0.1, 1.0, f64::NAN] {
            assert_invalid(Adam::new(0.1).betas(bad, 0.9), "beta1");
            assert_invalid(Adam::new(0.1).betas(0.9, bad), "beta2");
        }
        for bad in [0.0, f64::INFINITY, f64::NAN] {
            assert_invalid(Adam::new(0.1).epsilon(bad), "epsilon");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_restored_optimiser_continues() {
        crate::train::optimiser::reference::check_restored(&Adam::new(0.1).betas(0.8, 0.95));
    }

    const DEFAULT: [[f64; 2]; 8] = [
        [0.900_000_000_333_333_3, -1.900_000_999_99],
        [0.859_978_143_316_909_8, -1.936_611_121_185_588_5],
        [0.819_435_603_186_330_9, -1.978_175_926_951_624_4],
        [0.760_460_480_426_730_2, -2.012_223_246_802_719_2],
        [0.765_975_867_242_204_6, -2.060_440_042_774_086],
        [0.756_808_111_852_928, -2.060_214_904_522_599],
        [0.746_587_483_773_678_6, -2.094_725_230_387_976],
        [0.741_948_383_186_987_3, -2.126_271_384_870_051_4],
    ];
    const SETTINGS: [[f64; 2]; 8] = [
        [0.900_003_333_222_225_9, -1.909_090_909_090_909_2],
        [0.864_859_306_025_099_3, -1.948_462_808_852_004_4],
        [0.828_135_490_579_471_7, -1.990_670_793_132_191_4],
        [0.768_160_816_903_901, -2.022_939_723_681_018_7],
        [0.784_399_351_412_267_9, -2.070_912_643_520_18],
        [0.779_660_226_604_332_3, -2.062_260_091_614_632],
        [0.772_834_554_361_527_1, -2.099_051_729_243_452_5],
        [0.773_294_035_107_616_1, -2.130_622_645_465_12],
    ];
}
