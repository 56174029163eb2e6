//! Wrong dimensions in a formula: of an input, between two layers, of a bias, of a sum, of the value.

use rheos::formula;
use rheos::formula::{Bias, Rows, Weight};
use rheos::nn::Linear;

formula! {
    /// The weights of input and state are swapped.
    pub struct Swapped<T, const I: usize, const H: usize> { w: Weight<T, H, I>, u: Weight<T, H, H> }
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        (&self.w * h + &self.u * x).tanh()
    }
}

formula! {
    /// The second layer expects 16 numbers.
    pub struct Layers<T> { first: Linear<T, 4, 32>, second: Linear<T, 16, 4> }
    fn apply(&self, x: Rows<4>) -> Rows<4> {
        self.second.apply(self.first.apply(x).tanh())
    }
}

formula! {
    /// The bias has 3 numbers.
    pub struct Biased<T> { w: Weight<T, 2, 2>, b: Bias<T, 3> }
    fn apply(&self, x: Rows<2>) -> Rows<2> {
        &self.w * x + &self.b
    }
}

formula! {
    /// A residual block whose layer has 32 values.
    pub struct Skip<T> { layer: Linear<T, 4, 32> }
    fn apply(&self, x: Rows<4>) -> Rows<4> {
        x + self.layer.apply(x)
    }
}

formula! {
    /// The value has 2 numbers, and 3 are declared.
    pub struct Value<T> { layer: Linear<T, 4, 2> }
    fn apply(&self, x: Rows<4>) -> Rows<3> {
        self.layer.apply(x)
    }
}

fn main() {}
