//! Lion.

use super::memory::Memory;
use super::traits::Optimiser;
use crate::error::Result;
use crate::train::check::{check_below_one, check_not_negative};

/// The optimiser Lion of Chen et al., *Symbolic discovery of optimization algorithms* (2023), algorithm 2. Every
/// parameter moves by the learning rate, against the sign of `β₁ m + (1 − β₁) g`; then `m ← β₂ m + (1 − β₂) g`.
///
/// Its learning rate is 3 to 10 times smaller than one for [`AdamW`](super::AdamW), and its weight decay as many times
/// larger.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::Parametric;
/// use rheos::train::{Lion, Optimiser};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// Lion::new(0.25).step(&mut model, &nalgebra::vector![-1e-9])?;
/// assert_eq!(model.params()[0], 1.25);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lion {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    weight_decay: f64,
    average: Memory,
}

impl Lion {
    /// With `β₁ = 0.9`, `β₂ = 0.99` and no weight decay.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Self { learning_rate, beta1: 0.9, beta2: 0.99, weight_decay: 0.0, average: Memory::new() }
    }

    /// With these weights of the average, in the step and in the next average, each in `[0, 1)`.
    #[must_use]
    pub const fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.beta1 = beta1;
        self.beta2 = beta2;
        self
    }

    /// With the decoupled weight decay `λ`: a step also multiplies the parameters by `1 − η λ`, for the learning rate
    /// `η`.
    #[must_use]
    pub const fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimiser for Lion {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        let Self { learning_rate, beta1, beta2, weight_decay, .. } = *self;
        check_not_negative("learning_rate", learning_rate)?;
        check_below_one("beta1", beta1)?;
        check_below_one("beta2", beta2)?;
        check_not_negative("weight_decay", weight_decay)?;
        let average = self.average.of(params.len())?;
        for ((x, g), m) in params.iter_mut().zip(gradient).zip(average) {
            *x -= learning_rate * (sign(beta1 * *m + (1.0 - beta1) * g) + weight_decay * *x);
            *m = beta2 * *m + (1.0 - beta2) * g;
        }
        Ok(())
    }

    fn map_memory(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        self.average.map(map)
    }
}

/// −1, 0 or 1; NaN for NaN.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

#[cfg(test)]
mod tests {
    use super::{Lion, sign};
    use crate::train::optimiser::reference::{assert_invalid, check};

    /// `optax.lion(0.1, 0.9, 0.99, weight_decay=0.02)` of optax 0.2 in double precision.
    #[test]
    fn values_are_those_of_optax() {
        check(&Lion::new(0.1).weight_decay(0.02), &SETTINGS);
    }

    #[test]
    fn a_sign_may_be_zero() {
        assert_eq!([-2.0, 0.0, -0.0, 3.0].map(sign), [-1.0, 0.0, 0.0, 1.0]);
        assert!(sign(f64::NAN).is_nan());
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        for bad in [-0.1, 1.0, f64::NAN] {
            assert_invalid(Lion::new(0.1).betas(bad, 0.9), "beta1");
            assert_invalid(Lion::new(0.1).betas(0.9, bad), "beta2");
        }
        assert_invalid(Lion::new(0.1).weight_decay(-1.0), "weight_decay");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_restored_optimiser_continues() {
        crate::train::optimiser::reference::check_restored(&Lion::new(0.1).weight_decay(0.02));
    }

    const SETTINGS: [[f64; 2]; 8] = [
        [0.898, -1.896],
        [0.996_204_000_000_000_1, -1.992_208],
        [0.894_211_592_000_000_1, -2.088_223_584],
        [0.792_423_168_816_000_1, -2.184_047_136_832],
        [0.890_838_322_478_368, -2.279_679_042_558_336],
        [0.789_056_645_833_411_3, -2.175_119_684_473_219_5],
        [0.687_478_532_541_744_5, -2.270_769_445_104_273],
        [0.786_103_575_476_661, -2.366_227_906_214_064_5],
    ];
}
