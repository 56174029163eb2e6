//! Cells with the tensors of PyTorch's.

use rheos::formula;
use rheos::formula::{Bias, Gates, Rows, Weight};

formula! {
    /// `torch.nn.GRUCell`; gates `r, z, n`.
    pub struct Gru<T, const I: usize, const H: usize> {
        pub weight_ih: Gates<Weight<T, H, I>, 3>,
        pub weight_hh: Gates<Weight<T, H, H>, 3>,
        pub bias_ih: Gates<Bias<T, H>, 3>,
        pub bias_hh: Gates<Bias<T, H>, 3>,
    }
    fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        let i = |k: usize| &self.weight_ih[k] * x + &self.bias_ih[k];
        let j = |k: usize| &self.weight_hh[k] * h + &self.bias_hh[k];
        let (r, z) = ((i(0) + j(0)).sigmoid(), (i(1) + j(1)).sigmoid());
        let n = (i(2) + r * j(2)).tanh();
        n + z * (h - n)
    }
}

formula! {
    /// `torch.nn.LSTMCell`; gates `i, f, g, o`.
    pub struct Lstm<T, const I: usize, const H: usize> {
        pub weight_ih: Gates<Weight<T, H, I>, 4>,
        pub weight_hh: Gates<Weight<T, H, H>, 4>,
        pub bias_ih: Gates<Bias<T, H>, 4>,
        pub bias_hh: Gates<Bias<T, H>, 4>,
    }
    fn apply(&self, (h, c): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        let gate = |k: usize| {
            &self.weight_ih[k] * x + &self.bias_ih[k] + (&self.weight_hh[k] * h + &self.bias_hh[k])
        };
        let [i, f, g, o] = [gate(0).sigmoid(), gate(1).sigmoid(), gate(2).tanh(), gate(3).sigmoid()];
        let c = f * c + i * g;
        (o * c.tanh(), c)
    }
}
