//! The undamped independent controlled oscillatory recurrent network.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Batch, Bias, Constant, Rows, Slices, Store, Weight};

formula! {
    /// One layer of UnICORNN, with `I` inputs and `H` independent oscillators. The hidden state is `(y, z)`: positions,
    /// which are the output, and velocities.
    ///
    /// **ODE** `y′ = s ∘ z`, `z′ = −s ∘ (tanh(w ∘ y + V x + b) + α y)` with `s = σ(c)`: a Hamiltonian system for each unit
    /// and each constant input, separable and undamped. **Step** the symplectic Euler method of length `Δt`: a kick
    /// `z₁ = z + Δt z′(y)`, then a drift `y₁ = y + Δt s ∘ z₁`. It is invertible, so
    /// [`ReversibleAdjoint`](crate::ReversibleAdjoint) trains it with the memory of one state: see
    /// [`Net::separable_flow`](crate::nn::Net::separable_flow).
    ///
    /// The oscillators of a layer are not coupled; stack layers to mix them.
    ///
    /// T. K. Rusch & S. Mishra, *UnICORNN: a recurrent model for learning very long time dependencies* (2021), eqs. (1)
    /// and (4), arXiv:2103.05487.
    pub struct Unicornn<T, const I: usize, const H: usize> {
        /// Input weights `V`, `H × I`.
        pub weight_ih: Weight<T, H, I>,
        /// Recurrent weights `w`, one for each unit.
        pub weight_hh: Bias<T, H>,
        /// The bias `b`.
        pub bias: Bias<T, H>,
        /// The time scales `c`, one for each unit.
        pub c: Bias<T, H>,
        /// The step `Δt`.
        pub dt: Constant<T>,
        /// The frequency parameter `α`.
        pub alpha: Constant<T>,
    }
    fn field(&self, (y, z): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        let s = self.c.like(x).sigmoid();
        (s * z, -(s * self.force(y, x)))
    }
    fn apply(&self, (y, z): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        let step = self.dt.times(self.c.like(x).sigmoid());
        let z1 = z - step * self.force(y, x);
        (y + step * z1, z1)
    }
}

impl<T: Store, const I: usize, const H: usize> Unicornn<T, I, H> {
    /// The restoring force, in the direction of `−z′`.
    fn force<'g>(&self, y: Batch<'g, H>, x: Batch<'g, I>) -> Batch<'g, H> {
        (&self.weight_hh * y + (&self.weight_ih * x + &self.bias)).tanh() + self.alpha.times(y)
    }
}

uniform_cell!(Unicornn<T, I, H>, dt: 0.19, alpha: 30.65);

impl<T: Slices, const I: usize, const H: usize> Unicornn<T, I, H> {
    /// Changes the step `Δt`, 0.19 by default. The authors' code has the defaults of step and frequency for permuted
    /// pixel-by-pixel MNIST, with 784 steps; shorter sequences need longer steps.
    #[must_use]
    pub fn step(self, dt: f64) -> Self {
        Self { dt: Constant::constant(dt), ..self }
    }

    /// Changes the frequency parameter `α`, 30.65 by default.
    #[must_use]
    pub fn frequency(self, alpha: f64) -> Self {
        Self { alpha: Constant::constant(alpha), ..self }
    }
}
