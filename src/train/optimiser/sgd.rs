//! Gradient descent.

use super::memory::Memory;
use super::traits::Optimiser;
use crate::error::Result;
use crate::train::check::{check_below_one, check_not_negative};

/// Gradient descent, with momentum `μ` and weight decay `λ` if set. The gradient `g` and the velocity `v` give
///
/// * `g ← g + λ x`, `v ← μ v + g`;
/// * `x ← x − η v`, for the learning rate `η`;
/// * `x ← x − η (g + μ v)`, with the momentum of Nesterov.
///
/// Sutskever et al., *On the importance of initialization and momentum in deep learning* (2013), in the form of
/// PyTorch's `SGD`.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::Parametric;
/// use rheos::train::{Optimiser, Sgd};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// let mut sgd = Sgd::new(0.25).momentum(0.5);
/// sgd.step(&mut model, &nalgebra::vector![1.0])?;
/// sgd.step(&mut model, &nalgebra::vector![1.0])?;
/// assert_eq!(model.params()[0], 1.0 - 0.25 * (1.0 + 1.5));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    weight_decay: f64,
    velocity: Memory,
}

impl Sgd {
    /// Without momentum and weight decay.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Self { learning_rate, momentum: 0.0, nesterov: false, weight_decay: 0.0, velocity: Memory::new() }
    }

    /// With momentum, in `[0, 1)`.
    #[must_use]
    pub const fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self.nesterov = false;
        self
    }

    /// With the momentum of Nesterov, in `[0, 1)`.
    #[must_use]
    pub const fn nesterov(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self.nesterov = true;
        self
    }

    /// With the weight decay `λ`: the gradient of `λ ‖x‖² / 2` is added.
    #[must_use]
    pub const fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimiser for Sgd {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        let Self { learning_rate, momentum, nesterov, weight_decay, .. } = *self;
        check_not_negative("learning_rate", learning_rate)?;
        check_below_one("momentum", momentum)?;
        check_not_negative("weight_decay", weight_decay)?;
        if momentum == 0.0 {
            params.iter_mut().zip(gradient).for_each(|(x, g)| *x -= learning_rate * (g + weight_decay * *x));
            return Ok(());
        }
        let velocity = self.velocity.of(params.len())?;
        for ((x, g), v) in params.iter_mut().zip(gradient).zip(velocity) {
            let g = g + weight_decay * *x;
            *v = momentum * *v + g;
            *x -= learning_rate * if nesterov { g + momentum * *v } else { *v };
        }
        Ok(())
    }

    fn map_memory(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        self.velocity.map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::Sgd;
    use crate::train::optimiser::reference::{assert_invalid, check};

    #[test]
    fn values_are_those_of_pytorch() {
        check(&Sgd::new(0.1), &PLAIN);
        check(&Sgd::new(0.1).momentum(0.9).weight_decay(0.02), &MOMENTUM);
        check(&Sgd::new(0.1).nesterov(0.9).weight_decay(0.02), &NESTEROV);
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        for bad in [-0.1, 1.0, f64::NAN] {
            assert_invalid(Sgd::new(0.1).momentum(bad), "momentum");
            assert_invalid(Sgd::new(0.1).nesterov(bad), "momentum");
        }
        for bad in [-0.1, f64::INFINITY, f64::NAN] {
            assert_invalid(Sgd::new(0.1).weight_decay(bad), "weight_decay");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_restored_optimiser_continues() {
        use crate::train::optimiser::reference::check_restored;
        check_restored(&Sgd::new(0.1).momentum(0.9).weight_decay(0.02));
        check_restored(&Sgd::new(0.1).nesterov(0.9));
    }

    const PLAIN: [[f64; 2]; 8] = [
        [0.7, -1.999_9],
        [0.799_999_999_999_999_9, -2.000_1],
        [0.749_999_999_999_999_9, -2.000_15],
        [0.549_999_999_999_999_8, -2.000_15],
        [0.949_999_999_999_999_8, -2.000_250_000_000_000_3],
        [0.799_999_999_999_999_8, -2.000_050_000_000_000_3],
        [0.774_999_999_999_999_8, -2.000_350_000_000_000_5],
        [0.824_999_999_999_999_8, -2.000_360_000_000_000_6],
    ];
    const MOMENTUM: [[f64; 2]; 8] = [
        [0.698, -1.995_9],
        [0.524_803_999_999_999_9, -1.988_418_2],
        [0.317_877_991_999_999_9, -1.977_757_743_6],
        [-0.068_991_171_184_000_18, -1.964_207_817_352_8],
        [-0.017_035_435_707_232_184, -1.948_184_468_095_614_4],
        [-0.120_241_202_906_726_52, -1.929_667_084_827_956_2],
        [-0.237_885_910_980_457_97, -1.909_442_105_717_407_8],
        [-0.293_290_376_424_855_34, -1.887_430_740_306_479_4],
    ];
    const NESTEROV: [[f64; 2]; 8] = [
        [0.426_199_999_999_999_9, -1.992_21],
        [0.369_960_439_999_999_9, -1.981_698_602],
        [0.133_706_146_327_999_9, -1.968_208_867_112_4],
        [-0.413_764_872_540_846_54, -1.952_110_969_502_133],
        [0.035_324_188_056_237_396, -1.933_937_615_929_587],
        [-0.206_374_666_091_574_34, -1.913_276_434_518_866_6],
        [-0.335_555_827_554_955_7, -1.891_642_008_506_72],
        [-0.333_415_235_126_254_9, -1.868_175_683_045_596_4],
    ];
}
