//! The coupled oscillatory recurrent network.

use super::initial::uniform_cell;
use crate::formula;
use crate::formula::{Batch, Bias, Constant, Rows, Slices, Weight};

formula! {
    /// The coupled oscillatory RNN (coRNN), with `I` inputs and `H` oscillators. The hidden state is `(y, z)`: positions,
    /// which are the output, and velocities.
    ///
    /// **ODE** `y″ = tanh(W y + W̃ y′ + V x + b) − γ y − ε y′`, driven and damped oscillators, coupled by the network.
    /// **Step** of length `Δt`, explicit: first the velocities, `z₁ = z + Δt (tanh(W y + W̃ z + V x + b) − γ y − ε z)`,
    /// then the positions with the new velocities, `y₁ = y + Δt z₁`. The damping is explicit, as in the code of the authors.
    ///
    /// The bounds of the paper on its gradients make it learn from long sequences.
    ///
    /// T. K. Rusch & S. Mishra, *Coupled oscillatory recurrent neural network (coRNN)* (2021), eqs. (1) and (3),
    /// arXiv:2010.00951.
    pub struct CoRnn<T, const I: usize, const H: usize> {
        /// Input weights `V`, `H × I`.
        pub weight_ih: Weight<T, H, I>,
        /// Weights of the positions, `W`, `H × H`.
        pub weight_hy: Weight<T, H, H>,
        /// Weights of the velocities, `W̃`, `H × H`.
        pub weight_hz: Weight<T, H, H>,
        /// The bias `b`.
        pub bias: Bias<T, H>,
        /// The step `Δt`.
        pub dt: Constant<T>,
        /// The frequency parameter `γ`.
        pub gamma: Constant<T>,
        /// The damping `ε`.
        pub epsilon: Constant<T>,
    }
    fn field(&self, (y, z): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        (z, self.acceleration(y, z, x))
    }
    fn apply(&self, (y, z): (Rows<H>, Rows<H>), x: Rows<I>) -> (Rows<H>, Rows<H>) {
        let z1 = z + self.dt.times(self.acceleration(y, z, x));
        (y + self.dt.times(z1), z1)
    }
}

impl<T: crate::formula::Store, const I: usize, const H: usize> CoRnn<T, I, H> {
    fn acceleration<'g>(&self, y: Batch<'g, H>, z: Batch<'g, H>, x: Batch<'g, I>) -> Batch<'g, H> {
        let drive = &self.weight_hy * y + &self.weight_hz * z + (&self.weight_ih * x + &self.bias);
        drive.tanh() - self.gamma.times(y) - self.epsilon.times(z)
    }
}

uniform_cell!(CoRnn<T, I, H>, dt: 0.042, gamma: 2.7, epsilon: 4.7);

impl<T: Slices, const I: usize, const H: usize> CoRnn<T, I, H> {
    /// Changes the step `Δt`, 0.042 by default. The authors' code has the defaults of step, frequency and damping for
    /// pixel-by-pixel MNIST, with 784 steps; shorter sequences need longer steps.
    #[must_use]
    pub fn step(self, dt: f64) -> Self {
        Self { dt: Constant::constant(dt), ..self }
    }

    /// Changes the frequency parameter `γ`, 2.7 by default.
    #[must_use]
    pub fn frequency(self, gamma: f64) -> Self {
        Self { gamma: Constant::constant(gamma), ..self }
    }

    /// Changes the damping `ε`, 4.7 by default.
    #[must_use]
    pub fn damping(self, epsilon: f64) -> Self {
        Self { epsilon: Constant::constant(epsilon), ..self }
    }
}
