//! The model of the tests of gradients: not autonomous, with parameters, and differentiated by dual numbers.

use nalgebra::{SVector, Vector2, vector};
use rheos::{Autodiff, GenericDynamics, Scalar};

/// Lotka and Volterra's predators and prey in a year with seasons: the growth of the prey is `α (1 + ε cos ω t)`.
#[derive(Debug, Clone, Copy)]
pub struct Seasons;

pub type Model = Autodiff<Seasons, 2, 6>;

impl GenericDynamics<2, 6> for Seasons {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 6>) -> SVector<T, 2> {
        let growth = p[0] * (p[4] * (p[5] * t).cos() + 1.0);
        vector![growth * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]]
    }
}

pub fn model() -> (Model, Vector2<f64>) {
    (Autodiff::new(Seasons, vector![1.5, 1.0, 3.0, 1.0, 0.3, 2.1]), vector![1.0, 1.2])
}

/// The cotangents of `L = Σ wᵢ · y(tᵢ)` with weights all different.
pub fn weights(count: usize) -> Vec<Vector2<f64>> {
    (0..count).map(|i| vector![(1.3 * i as f64).cos(), 0.5 - (0.7 * i as f64).sin()]).collect()
}
