//! Long short-term memory.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Bias, Gates, Rows, Slices, Weight};

formula! {
    /// Long short-term memory (LSTM), `torch.nn.LSTMCell`, with `I` inputs and `H` hidden units; gates `i, f, g, o`. The
    /// hidden state is `(h, c)`.
    ///
    /// `i = σ(W_i x + b_i + U_i h + d_i)`, `f` and `o` likewise, `g = tanh(W_g x + b_g + U_g h + d_g)`;
    /// `c₁ = f ∘ c + i ∘ g`, `h₁ = o ∘ tanh(c₁)`.
    ///
    /// It is no step of an ODE in `(h, c)`, since `h` is an algebraic function of `c` and the gates.
    ///
    /// S. Hochreiter & J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997),
    /// doi:10.1162/neco.1997.9.8.1735; the forget gate is due to F. Gers, J. Schmidhuber & F. Cummins (2000).
    pub struct Lstm<T, const I: usize, const H: usize> {
        /// Input weights `W`, `4H × I`.
        pub weight_ih: Gates<Weight<T, H, I>, 4>,
        /// Recurrent weights `U`, `4H × H`.
        pub weight_hh: Gates<Weight<T, H, H>, 4>,
        /// Input biases `b`, `4H`.
        pub bias_ih: Gates<Bias<T, H>, 4>,
        /// Recurrent biases `d`, `4H`.
        pub bias_hh: Gates<Bias<T, H>, 4>,
    }
    fn apply(&self, (h, c): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        let gate = |k: usize| {
            &self.weight_ih[k] * x + &self.bias_ih[k] + (&self.weight_hh[k] * h + &self.bias_hh[k])
        };
        let [i, f, g, o] = [gate(0).sigmoid(), gate(1).sigmoid(), gate(2).tanh(), gate(3).sigmoid()];
        let c1 = f * c + i * g;
        (o * c1.tanh(), c1)
    }
}

uniform_cell!(Lstm<T, I, H>);
