//! Adam.

use crate::{Error, Parametric, Result, State};

/// The optimiser of Kingma & Ba, *Adam: a method for stochastic optimization* (2015), algorithm 1.
///
/// ```
/// use rheos::train::Adam;
/// use rheos::{Autodiff, problems::VanDerPol, Parametric};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// let mut adam = Adam::new(0.1);
/// adam.step(&mut model, &nalgebra::vector![20.0])?;
/// assert!((model.params()[0] - 0.9).abs() < 1e-9); // the first step has the length of the learning rate
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    steps: i32,
    /// First and second moment of every coordinate.
    moments: Vec<(f64, f64)>,
}

impl Adam {
    /// With `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 0, moments: Vec::new() }
    }

    /// Another learning rate from now on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    /// One update of the parameters of `model`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if the gradient has not as many coordinates as the parameters.
    pub fn step<M: Parametric>(&mut self, model: &mut M, gradient: &M::Params) -> Result<()> {
        let mut params = model.params();
        let mut coordinates = params.coordinates();
        let gradient = gradient.coordinates();
        let (found, expected) = (gradient.len(), coordinates.len());
        if found != expected {
            return Err(Error::LengthMismatch { name: "gradient", found, expected });
        }
        self.moments.resize(expected, (0.0, 0.0));
        self.steps = self.steps.saturating_add(1);
        let correction1 = 1.0 - self.beta1.powi(self.steps);
        let correction2 = 1.0 - self.beta2.powi(self.steps);
        for ((x, g), (m, v)) in coordinates.iter_mut().zip(gradient).zip(&mut self.moments) {
            *m = self.beta1 * *m + (1.0 - self.beta1) * g;
            *v = self.beta2 * *v + (1.0 - self.beta2) * g * g;
            *x -= self.learning_rate * (*m / correction1) / ((*v / correction2).sqrt() + self.epsilon);
        }
        if params.read_coordinates(&coordinates).is_none() {
            return Err(Error::LengthMismatch { name: "params", found: coordinates.len(), expected });
        }
        model.set_params(&params);
        Ok(())
    }
}

/// Scales `gradient` down to the norm `max` if it is longer, and returns its norm before.
///
/// Pascanu, Mikolov & Bengio, *On the difficulty of training recurrent neural networks* (2013), algorithm 1.
pub fn clip_norm<P: State>(gradient: &mut P, max: f64) -> f64 {
    let norm = gradient.inner(gradient).sqrt();
    if norm > max {
        gradient.scale_by(max / norm);
    }
    norm
}
