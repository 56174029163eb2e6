//! The Elman cell.

use crate::formula;
use crate::formula::{Bias, Rows, Slices, Structure, Weight};

formula! {
    /// The Elman cell, `torch.nn.RNNCell`: `g(h, x) = tanh(W_ih x + b_ih + W_hh h + b_hh)`, with `I` inputs and `H`
    /// hidden units.
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
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        (&self.weight_ih * x + &self.bias_ih + (&self.weight_hh * h + &self.bias_hh)).tanh()
    }
}

impl<T: Slices, const I: usize, const H: usize> Elman<T, I, H> {
    /// Draws the entries uniformly from `[−1/√H, 1/√H]`, given a source of uniform numbers in `[0, 1)`.
    pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
        let bound = 1.0 / (H as f64).sqrt();
        Self::draw(&mut || (2.0 * rng() - 1.0) * bound)
    }
}
