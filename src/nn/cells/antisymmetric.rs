//! The antisymmetric recurrent network.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Bias, Constant, Continuous, Rows, Slices, Weight};

formula! {
    /// The cell of the antisymmetric RNN, with `I` inputs and `H` hidden units.
    ///
    /// **ODE** `dh/dt = tanh((W − Wᵀ − γ I) h + V x + b)`. The eigenvalues of an antisymmetric matrix are imaginary, so the
    /// system neither forgets nor explodes; the diffusion `γ` keeps Euler's method stable. **Step** Euler of length `ε`:
    /// `h₁ = h + ε tanh(…)`.
    ///
    /// B. Chang, M. Chen, E. Haber & E. Chi, *AntisymmetricRNN: a dynamical system view on recurrent neural networks*
    /// (2019), eqs. (9) and (10), arXiv:1902.09689.
    pub struct Antisymmetric<T, const I: usize, const H: usize> {
        /// Input weights `V`, `H × I`.
        pub weight_ih: Weight<T, H, I>,
        /// Recurrent weights `W`, `H × H`; only their antisymmetric part acts.
        pub weight_hh: Weight<T, H, H>,
        /// The bias `b`.
        pub bias: Bias<T, H>,
        /// The diffusion `γ`.
        pub gamma: Constant<T>,
        /// The step `ε`.
        pub epsilon: Constant<T>,
    }
    fn field(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        let recurrent = &self.weight_hh * h - self.weight_hh.transpose_times(h) - self.gamma.times(h);
        (recurrent + (&self.weight_ih * x + &self.bias)).tanh()
    }
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        h + self.epsilon.times(self.field((h, x)))
    }
}

uniform_cell!(Antisymmetric<T, I, H>, gamma: 0.01, epsilon: 0.1);

impl<T: Slices, const I: usize, const H: usize> Antisymmetric<T, I, H> {
    /// Changes the step `ε`, 0.1 by default.
    #[must_use]
    pub fn step(self, epsilon: f64) -> Self {
        Self { epsilon: Constant::constant(epsilon), ..self }
    }

    /// Changes the diffusion `γ`, 0.01 by default.
    #[must_use]
    pub fn diffusion(self, gamma: f64) -> Self {
        Self { gamma: Constant::constant(gamma), ..self }
    }
}
