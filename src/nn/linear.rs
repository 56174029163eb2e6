//! The affine map `W x + b`.

use crate::formula;
use crate::formula::{Bias, Rows, Slices, Structure, Weight};

formula! {
    /// `torch.nn.Linear`: `W x + b`, from `I` to `O` numbers.
    pub struct Linear<T, const I: usize, const O: usize> {
        /// The weights `W`, `O × I`.
        pub weight: Weight<T, O, I>,
        /// The bias `b`.
        pub bias: Bias<T, O>,
    }
    fn apply(&self, x: Rows<I>) -> Rows<O> {
        &self.weight * x + &self.bias
    }
}

impl<T: Slices, const I: usize, const O: usize> Linear<T, I, O> {
    /// Draws the entries uniformly from `[−1/√I, 1/√I]`, given a source of uniform numbers in `[0, 1)`.
    pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
        let bound = 1.0 / (I as f64).sqrt();
        Self::draw(&mut || (2.0 * rng() - 1.0) * bound)
    }
}
