//! The liquid time-constant network.

use super::initial::uniform;
use crate::formula;
use crate::formula::{Bias, Rows, Slices, Structure, Weight};

formula! {
    /// The liquid time-constant cell (LTC), with `I` inputs, `H` hidden units and a time gap for each sample.
    ///
    /// **ODE** `dh/dt = −(1/τ + f) ∘ h + f ∘ A` with `f = σ(W_ih x + W_hh h + b)`: the state relaxes towards `A`, with a
    /// time constant that depends on state and input. **Step** of length `Δt`, the gap: linearly implicit with `f` frozen
    /// over the step (the fused solver of the paper), `h₁ = (h + Δt f ∘ A) / (1 + Δt (1/τ + f))`.
    ///
    /// The input is `(x, Δt)`, with the gap before the observation in one row. `τ` is stored as its logarithm, so it stays
    /// positive in training.
    ///
    /// R. Hasani, M. Lechner, A. Amini, D. Rus & R. Grosu, *Liquid time-constant networks* (2021), eq. (1) and algorithm
    /// 1, arXiv:2006.04439.
    pub struct Ltc<T, const I: usize, const H: usize> {
        /// Input weights, `H × I`.
        pub weight_ih: Weight<T, H, I>,
        /// Recurrent weights, `H × H`.
        pub weight_hh: Weight<T, H, H>,
        /// The bias `b`.
        pub bias: Bias<T, H>,
        /// The target `A`.
        pub a: Bias<T, H>,
        /// `ln τ`, the time constant without input.
        pub log_tau: Bias<T, H>,
    }
    fn field(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
        let f = (&self.weight_ih * x + &self.weight_hh * h + &self.bias).sigmoid();
        let leak = (-self.log_tau.like(h)).exp();
        f * &self.a - (leak + f) * h
    }
    fn apply(&self, h: Rows<H>, (x, dt): (Rows<I>, Rows<1>)) -> Rows<H> {
        let f = (&self.weight_ih * x + &self.weight_hh * h + &self.bias).sigmoid();
        let leak = (-self.log_tau.like(h)).exp();
        let dt = dt.spread::<H>();
        (h + dt * f * &self.a) / (1.0 + dt * (leak + f))
    }
}

impl<T: Slices, const I: usize, const H: usize> Ltc<T, I, H> {
    /// Draws the entries uniformly from `[−1/√H, 1/√H]`, except `τ = 1`, given a source of uniform numbers in `[0, 1)`.
    pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
        let cell = uniform::<Self>(H, rng);
        Self { log_tau: Bias::zeros(), ..cell }
    }
}
