//! The closed-form continuous-time network.

use crate::formula;
use crate::formula::{Batch, Rows, Slices, Store};
use crate::nn::Linear;

formula! {
    /// The closed-form continuous-time cell (CfC), with `I` inputs, `H` hidden units, a time gap for each sample, and a
    /// backbone of `B` units that reads `N = I + H` numbers.
    ///
    /// With the features `u = φ(W (x, h) + b)` of the backbone, `φ(v) = 1.7159 tanh(0.666 v)`: `f₁ = tanh(W₁ u + b₁)`,
    /// `f₂ = tanh(W₂ u + b₂)`, `s = σ((W_a u + b_a) Δt + W_b u + b_b)`; `h₁ = (1 − s) ∘ f₁ + s ∘ f₂`.
    ///
    /// It approximates the solution of a liquid time-constant network in closed form, as a function of the time since the last
    /// observation. The new state depends on the old one only through the backbone, and it does not tend to `h` as
    /// `Δt → 0`: it is no step of an ODE, and has no field.
    ///
    /// The input is `(x, Δt)`, with the gap before the observation in one row.
    ///
    /// R. Hasani et al., *Closed-form continuous-time neural networks*, Nature Machine Intelligence 4 (2022),
    /// doi:10.1038/s42256-022-00556-7, eq. (10); tensors and activations as in the authors' package `ncps`.
    pub struct Cfc<T, const I: usize, const H: usize, const B: usize, const N: usize> {
        /// The backbone, from `(x, h)` to features, one layer.
        pub backbone: [Linear<T, N, B>; 1],
        /// The state at short times.
        pub ff1: Linear<T, B, H>,
        /// The state at long times.
        pub ff2: Linear<T, B, H>,
        /// The rate of the passage from one to the other.
        pub time_a: Linear<T, B, H>,
        /// The offset of the passage.
        pub time_b: Linear<T, B, H>,
    }
    fn apply(&self, h: Rows<H>, (x, dt): (Rows<I>, Rows<1>)) -> Rows<H> {
        let u = lecun_tanh(affine(&self.backbone[0], x.concat::<H, N>(h)));
        let (short, long) = (affine(&self.ff1, u).tanh(), affine(&self.ff2, u).tanh());
        let s = (affine(&self.time_a, u) * dt.spread::<H>() + affine(&self.time_b, u)).sigmoid();
        short * (1.0 - s) + s * long
    }
}

fn affine<'g, T: Store, const I: usize, const O: usize>(layer: &'g Linear<T, I, O>, x: Batch<'g, I>) -> Batch<'g, O> {
    &layer.weight * x + &layer.bias
}

/// The scaled tanh of Y. LeCun et al., *Efficient backprop* (1998).
fn lecun_tanh<const N: usize>(x: Batch<'_, N>) -> Batch<'_, N> {
    1.7159 * (0.666 * x).tanh()
}

impl<T: Slices, const I: usize, const H: usize, const B: usize, const N: usize> Cfc<T, I, H, B, N> {
    /// Draws the entries of each map as [`Linear::uniform`] does.
    pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
        Self {
            backbone: [Linear::uniform(rng)],
            ff1: Linear::uniform(rng),
            ff2: Linear::uniform(rng),
            time_a: Linear::uniform(rng),
            time_b: Linear::uniform(rng),
        }
    }
}
