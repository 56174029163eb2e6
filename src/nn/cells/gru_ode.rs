//! The cell of GRU-ODE.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Bias, Continuous, Gates, Rows, Slices, Weight};

formula! {
    /// The cell of GRU-ODE, with `I` inputs and `H` hidden units; gates `r, z, g`.
    ///
    /// `r = σ(W_r x + U_r h + b_r)`, `z` likewise, `g = tanh(W_g x + U_g (r ∘ h) + b_g)`.
    ///
    /// **ODE** `dh/dt = (1 − z) ∘ (g − h)`. **Step** Euler of length 1. With any other solver it is GRU-ODE.
    ///
    /// The reset gate acts before the product with `U_g`, as in the original GRU; in [`Gru`](super::Gru), as in PyTorch, it
    /// acts after the product.
    ///
    /// E. De Brouwer et al., *GRU-ODE-Bayes: continuous modeling of sporadically-observed time series* (2019), eqs. (2)
    /// and (3), arXiv:1905.12374.
    pub struct GruOde<T, const I: usize, const H: usize> {
        /// Input weights `W`, `3H × I`.
        pub weight_ih: Gates<Weight<T, H, I>, 3>,
        /// Recurrent weights `U`, `3H × H`.
        pub weight_hh: Gates<Weight<T, H, H>, 3>,
        /// Biases `b`, `3H`.
        pub bias: Gates<Bias<T, H>, 3>,
    }
    fn field(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        let i = |k: usize| &self.weight_ih[k] * x + &self.bias[k];
        let gate = |k: usize| (i(k) + &self.weight_hh[k] * h).sigmoid();
        let (r, z) = (gate(0), gate(1));
        let g = (i(2) + &self.weight_hh[2] * (r * h)).tanh();
        (1.0 - z) * (g - h)
    }
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        h + self.field((h, x))
    }
}

uniform_cell!(GruOde<T, I, H>);
