//! The continuous-time recurrent network.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Bias, Constant, Continuous, Rows, Slices, Weight};

formula! {
    /// The continuous-time recurrent network (CTRNN), or leaky RNN, with `I` inputs and `H` hidden units.
    ///
    /// **ODE** `τ dh/dt = −h + tanh(W_ih x + b_ih + W_hh h + b_hh)`, with time in units of `τ`. **Step** Euler of length
    /// `α = Δt/τ`: `h₁ = (1 − α) h + α tanh(…)`. With `α = 1` it is the [`Elman`](super::Elman) cell.
    ///
    /// K. Funahashi & Y. Nakamura, *Approximation of dynamical systems by continuous time recurrent neural networks*,
    /// Neural Networks 6 (1993), doi:10.1016/S0893-6080(05)80125-X.
    pub struct Ctrnn<T, const I: usize, const H: usize> {
        /// Input weights, `H × I`.
        pub weight_ih: Weight<T, H, I>,
        /// Recurrent weights, `H × H`.
        pub weight_hh: Weight<T, H, H>,
        /// Input bias.
        pub bias_ih: Bias<T, H>,
        /// Recurrent bias.
        pub bias_hh: Bias<T, H>,
        /// The step `α = Δt/τ`.
        pub alpha: Constant<T>,
    }
    fn field(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        (&self.weight_ih * x + &self.bias_ih + (&self.weight_hh * h + &self.bias_hh)).tanh() - h
    }
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        h + self.alpha.times(self.field((h, x)))
    }
}

uniform_cell!(Ctrnn<T, I, H>, alpha: 0.2);

impl<T: Slices, const I: usize, const H: usize> Ctrnn<T, I, H> {
    /// Changes the step `α = Δt/τ`, 0.2 by default.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha: Constant::constant(alpha), ..self }
    }
}
