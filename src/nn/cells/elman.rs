//! The Elman cell.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Bias, Formula, Rows, Slices, Weight};

formula! {
    /// The Elman cell, `torch.nn.RNNCell`: `h₁ = tanh(W_ih x + b_ih + W_hh h + b_hh)`, with `I` inputs and `H` hidden
    /// units.
    ///
    /// **ODE** `dh/dt = −h + tanh(W_ih x + b_ih + W_hh h + b_hh)`. **Step** Euler of length 1, up to rounding.
    ///
    /// J. L. Elman, *Finding structure in time*, Cognitive Science 14 (1990), doi:10.1207/s15516709cog1402_1.
    pub struct Elman<T, const I: usize, const H: usize> {
        /// Input weights, `H × I`.
        pub weight_ih: Weight<T, H, I>,
        /// Recurrent weights, `H × H`.
        pub weight_hh: Weight<T, H, H>,
        /// Input bias.
        pub bias_ih: Bias<T, H>,
        /// Recurrent bias.
        pub bias_hh: Bias<T, H>,
    }
    fn field(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        self.apply((h, x)) - h
    }
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        (&self.weight_ih * x + &self.bias_ih + (&self.weight_hh * h + &self.bias_hh)).tanh()
    }
}

uniform_cell!(Elman<T, I, H>);
