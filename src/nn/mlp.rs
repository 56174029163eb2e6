//! A multilayer perceptron with one hidden layer.

use super::Linear;
use crate::formula;
use crate::formula::{Rows, Slices};

formula! {
    /// A multilayer perceptron `W₂ tanh(W₁ x + b₁) + b₂`, from `I` to `O` numbers through `H` hidden units.
    pub struct Mlp<T, const I: usize, const H: usize, const O: usize> {
        /// From the input to the hidden units.
        pub first: Linear<T, I, H>,
        /// From the hidden units to the output.
        pub second: Linear<T, H, O>,
    }
    fn apply(&self, x: Rows<I>) -> Rows<O> {
        self.second.apply(self.first.apply(x).tanh())
    }
}

impl<T: Slices, const I: usize, const H: usize, const O: usize> Mlp<T, I, H, O> {
    /// Draws both maps as [`Linear::uniform`] does.
    pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
        Self { first: Linear::uniform(rng), second: Linear::uniform(rng) }
    }
}
