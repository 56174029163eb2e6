//! Adam with decoupled weight decay.

use super::adam::Adam;
use super::traits::{Optimiser, apply};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::train::check::check_not_negative;

/// [`Adam`] with decoupled weight decay: before each step, the parameters are multiplied by `1 − η λ`, for the learning
/// rate `η` and the weight decay `λ`. Loshchilov & Hutter, *Decoupled weight decay regularization* (2019).
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::Parametric;
/// use rheos::train::{AdamW, Optimiser};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// AdamW::new(0.1).weight_decay(0.5).step(&mut model, &nalgebra::vector![0.0])?;
/// assert_eq!(model.params()[0], 0.95);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdamW {
    adam: Adam,
    weight_decay: f64,
}

impl AdamW {
    /// With `λ = 0.01`, and the settings of [`Adam::new`].
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Self { adam: Adam::new(learning_rate), weight_decay: 0.01 }
    }

    /// With the weight decay `λ`.
    #[must_use]
    pub const fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// With these rates of decay of the averages; see [`Adam::betas`].
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        Self { adam: self.adam.betas(beta1, beta2), ..self }
    }

    /// With this `ε`; see [`Adam::epsilon`].
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { adam: self.adam.epsilon(epsilon), ..self }
    }
}

impl AdamW {
    /// Updates the parameters. The moments stay until they are committed.
    fn try_update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        check_not_negative("weight_decay", self.weight_decay)?;
        let factor = 1.0 - self.learning_rate() * self.weight_decay;
        params.iter_mut().for_each(|x| *x *= factor);
        self.adam.try_update(params, gradient)
    }
}

impl Optimiser for AdamW {
    fn learning_rate(&self) -> f64 {
        self.adam.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.adam.set_learning_rate(learning_rate);
    }

    fn update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        self.try_update(params, gradient)?;
        self.adam.commit();
        Ok(())
    }

    fn step<M: Parametric>(&mut self, model: &mut M, gradient: &M::Params) -> Result<()> {
        apply(model, gradient, |params, gradient| self.try_update(params, gradient))?;
        self.adam.commit();
        Ok(())
    }

    fn map_memory(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        self.adam.map_memory(map)
    }
}

#[cfg(test)]
mod tests {
    use super::AdamW;
    use crate::train::optimiser::reference::{assert_invalid, check};

    fn adam_w() -> AdamW {
        AdamW::new(0.1).betas(0.8, 0.95).epsilon(1e-4).weight_decay(0.02)
    }

    #[test]
    fn values_are_those_of_pytorch() {
        check(&adam_w(), &SETTINGS);
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        for bad in [-0.1, f64::INFINITY, f64::NAN] {
            assert_invalid(AdamW::new(0.1).weight_decay(bad), "weight_decay");
        }
        assert_invalid(AdamW::new(0.1).betas(1.0, 0.9), "beta1");
        assert_invalid(AdamW::new(0.1).epsilon(0.0), "epsilon");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_restored_optimiser_continues() {
        crate::train::optimiser::reference::check_restored(&adam_w());
    }

    const SETTINGS: [[f64; 2]; 8] = [
        [0.898_003_333_222_225_9, -1.905_090_909_090_909_2],
        [0.861_063_299_358_654_9, -1.940_652_627_033_822_7],
        [0.822_617_357_314_31, -1.978_979_306_059_942],
        [0.760_997_448_924_110_7, -2.007_290_277_996_649_5],
        [0.775_713_988_534_629_4, -2.051_248_617_279_817_7],
        [0.769_423_435_749_624_5, -2.038_493_568_139_71],
        [0.761_058_916_635_32, -2.071_208_218_632_251],
        [0.759_996_279_548_138_3, -2.098_636_718_416_653_7],
    ];
}
