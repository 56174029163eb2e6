//! Rectified Adam.

use super::moments::Moments;
use super::traits::{Optimiser, apply};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::train::check::{check_not_negative, check_positive};

/// The optimiser RAdam of Liu et al., *On the variance of the adaptive learning rate and beyond* (2020), algorithm 2, with
/// PyTorch's `ε`: [`Adam`](super::Adam) whose first steps are shorter, since the second moment is then the average of a
/// few squares only. It needs no warm-up.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::Parametric;
/// use rheos::train::{Optimiser, RAdam};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// RAdam::new(0.25).step(&mut model, &nalgebra::vector![2.0])?;
/// assert!((model.params()[0] - 0.5).abs() < 1e-15); // the first steps do not divide by the second moment
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RAdam {
    learning_rate: f64,
    epsilon: f64,
    moments: Moments,
}

impl RAdam {
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

    /// The rectification of the step; `None` while the variance of the second moment is not finite.
    fn rectification(&self, power2: f64) -> Option<f64> {
        let limit = 2.0 / (1.0 - self.moments.beta2) - 1.0;
        let length = limit - 2.0 * self.moments.steps() * power2 / (1.0 - power2);
        let ratio = (length - 4.0) * (length - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * length);
        (length > 5.0).then(|| ratio.sqrt())
    }
}

impl RAdam {
    /// Updates the parameters. The moments stay until they are committed.
    fn try_update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        let Self { learning_rate, epsilon, .. } = *self;
        check_not_negative("learning_rate", learning_rate)?;
        check_positive("epsilon", epsilon)?;
        self.moments.advance(gradient)?;
        let [power1, power2] = self.moments.powers();
        let rate = learning_rate / (1.0 - power1);
        let rectified = self.rectification(power2).map(|factor| factor * (1.0 - power2).sqrt());
        for (x, (m, v)) in params.iter_mut().zip(self.moments.next()) {
            *x -= rate * m * rectified.map_or(1.0, |factor| factor / (v.sqrt() + epsilon));
        }
        Ok(())
    }
}

impl Optimiser for RAdam {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        self.try_update(params, gradient)?;
        self.moments.commit();
        Ok(())
    }

    fn step<M: Parametric>(&mut self, model: &mut M, gradient: &M::Params) -> Result<()> {
        apply(model, gradient, |params, gradient| self.try_update(params, gradient))?;
        self.moments.commit();
        Ok(())
    }

    fn map_memory(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        self.moments.map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::RAdam;
    use crate::train::optimiser::reference::{assert_invalid, check};

    /// The first five steps are not rectified.
    #[test]
    fn values_are_those_of_pytorch() {
        check(&RAdam::new(0.1), &DEFAULT);
        check(&RAdam::new(0.1).betas(0.8, 0.95).epsilon(1e-4), &SETTINGS);
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        for bad in [-0.1, 1.0, f64::NAN] {
            assert_invalid(RAdam::new(0.1).betas(bad, 0.9), "beta1");
            assert_invalid(RAdam::new(0.1).betas(0.9, bad), "beta2");
        }
        assert_invalid(RAdam::new(0.1).epsilon(0.0), "epsilon");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_restored_optimiser_continues() {
        crate::train::optimiser::reference::check_restored(&RAdam::new(0.1).betas(0.8, 0.95));
    }

    const DEFAULT: [[f64; 2]; 8] = [
        [0.7, -1.999_9],
        [0.610_526_315_789_473_6, -1.999_957_894_736_842_2],
        [0.535_618_566_711_982_8, -2.000_012_876_286_658],
        [0.424_336_217_191_773_5, -2.000_051_870_180_231_5],
        [0.437_906_093_385_273_03, -2.000_105_761_416_098_6],
        [0.437_669_371_751_355_5, -2.000_099_948_626_224],
        [0.437_334_760_522_537_4, -2.001_229_701_092_021_7],
        [0.437_155_049_767_941_56, -2.002_451_664_466_510_5],
    ];
    const SETTINGS: [[f64; 2]; 8] = [
        [0.7, -1.999_9],
        [0.622_222_222_222_222_1, -1.999_966_666_666_666_7],
        [0.555_828_779_599_271_3, -2.000_026_502_732_240_4],
        [0.444_175_663_068_106, -2.000_066_069_127_904],
        [0.484_727_781_107_135_05, -2.000_123_613_154_558],
        [0.483_863_500_444_918_27, -1.998_643_996_851_786],
        [0.482_272_413_974_936, -2.006_849_456_255_286],
        [0.482_399_363_276_921_96, -2.015_212_752_173_415_6],
    ];
}
