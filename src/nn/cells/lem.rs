//! Long expressive memory.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Batch, Bias, Constant, Gates, Rows, Slices, Store, Weight};

formula! {
    /// Long expressive memory (LEM), with `I` inputs and `H` hidden units. The hidden state is `(y, z)`; `y` is the output.
    ///
    /// **ODE** `z′ = s₁ ∘ (tanh(W_z y + V_z x + b_z) − z)`, `y′ = s₂ ∘ (tanh(W_y z + V_y x + b_y) − y)`, with the time
    /// scales `sₖ = σ(Wₖ y + Vₖ x + bₖ)`. **Step** of length `Δt`, explicit: Euler for `z`, then Euler for `y` with the new
    /// `z` and the time scales at the old `y`.
    ///
    /// T. K. Rusch, S. Mishra, N. B. Erichson & M. W. Mahoney, *Long expressive memory for sequence modeling* (2022), eqs.
    /// (1) and (3), arXiv:2110.04744.
    pub struct Lem<T, const I: usize, const H: usize> {
        /// Input weights `V₁, V₂, V_z, V_y`, `4H × I`.
        pub weight_ih: Gates<Weight<T, H, I>, 4>,
        /// Recurrent weights `W₁, W₂, W_z`, `3H × H`.
        pub weight_hh: Gates<Weight<T, H, H>, 3>,
        /// Weights from `z` to `y`, `W_y`, `H × H`.
        pub weight_zy: Weight<T, H, H>,
        /// Biases `b₁, b₂, b_z, b_y`, `4H`.
        pub bias: Gates<Bias<T, H>, 4>,
        /// The step `Δt`.
        pub dt: Constant<T>,
    }
    fn field(&self, (y, z): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        let [s1, s2] = self.time_scales(y, x);
        (s2 * (self.target_of_y(z, x) - y), s1 * (self.target_of_z(y, x) - z))
    }
    fn apply(&self, (y, z): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        let [s1, s2] = self.time_scales(y, x).map(|s| self.dt.times(s));
        let z1 = z + s1 * (self.target_of_z(y, x) - z);
        (y + s2 * (self.target_of_y(z1, x) - y), z1)
    }
}

impl<T: Store, const I: usize, const H: usize> Lem<T, I, H> {
    fn driven<'g>(&self, k: usize, x: Batch<'g, I>) -> Batch<'g, H> {
        &self.weight_ih[k] * x + &self.bias[k]
    }

    fn time_scales<'g>(&self, y: Batch<'g, H>, x: Batch<'g, I>) -> [Batch<'g, H>; 2] {
        [0, 1].map(|k| (&self.weight_hh[k] * y + self.driven(k, x)).sigmoid())
    }

    fn target_of_z<'g>(&self, y: Batch<'g, H>, x: Batch<'g, I>) -> Batch<'g, H> {
        (&self.weight_hh[2] * y + self.driven(2, x)).tanh()
    }

    fn target_of_y<'g>(&self, z: Batch<'g, H>, x: Batch<'g, I>) -> Batch<'g, H> {
        (&self.weight_zy * z + self.driven(3, x)).tanh()
    }
}

uniform_cell!(Lem<T, I, H>, dt: 1.0);

impl<T: Slices, const I: usize, const H: usize> Lem<T, I, H> {
    /// Changes the step `Δt`, 1 by default.
    #[must_use]
    pub fn step(self, dt: f64) -> Self {
        Self { dt: Constant::constant(dt), ..self }
    }
}
