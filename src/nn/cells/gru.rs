//! The gated recurrent unit.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Bias, Continuous, Gates, Rows, Slices, Weight};

formula! {
    /// The gated recurrent unit (GRU), `torch.nn.GRUCell`, with `I` inputs and `H` hidden units; gates `r, z, n`.
    ///
    /// `r = σ(W_r x + b_r + U_r h + c_r)`, `z` likewise, `n = tanh(W_n x + b_n + r ∘ (U_n h + c_n))`.
    ///
    /// **ODE** `dh/dt = (1 − z) ∘ (n − h)`. **Step** Euler of length 1: `h₁ = h + (1 − z) ∘ (n − h)`, bit for bit. It
    /// equals PyTorch's `(1 − z) ∘ n + z ∘ h` up to rounding.
    ///
    /// The reset gate acts after the product `U_n h`, as in PyTorch; [`GruOde`](super::GruOde) has it before the product.
    ///
    /// K. Cho et al., *Learning phrase representations using RNN encoder–decoder for statistical machine translation*
    /// (2014), arXiv:1406.1078.
    pub struct Gru<T, const I: usize, const H: usize> {
        /// Input weights `W`, `3H × I`.
        pub weight_ih: Gates<Weight<T, H, I>, 3>,
        /// Recurrent weights `U`, `3H × H`.
        pub weight_hh: Gates<Weight<T, H, H>, 3>,
        /// Input biases `b`, `3H`.
        pub bias_ih: Gates<Bias<T, H>, 3>,
        /// Recurrent biases `c`, `3H`.
        pub bias_hh: Gates<Bias<T, H>, 3>,
    }
    fn field(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        let i = |k: usize| &self.weight_ih[k] * x + &self.bias_ih[k];
        let j = |k: usize| &self.weight_hh[k] * h + &self.bias_hh[k];
        let (r, z) = ((i(0) + j(0)).sigmoid(), (i(1) + j(1)).sigmoid());
        let n = (i(2) + r * j(2)).tanh();
        (1.0 - z) * (n - h)
    }
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        h + self.field((h, x))
    }
}

uniform_cell!(Gru<T, I, H>);
