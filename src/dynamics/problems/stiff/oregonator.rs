//! The Oregonator.

use nalgebra::{SVector, Vector3, vector};

use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// The Oregonator of Field and Noyes (1974), a model of the Belousov–Zhabotinsky reaction; problem OREGO.
///
/// `y₁' = s (y₂ + y₁ (1 − q y₁ − y₂))`, `y₂' = (y₃ − (1 + y₁) y₂) / s`, `y₃' = w (y₁ − y₃)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oregonator;

impl Oregonator {
    /// The end of the interval of integration.
    pub const END: f64 = 360.0;

    /// The problem with `(s, q, w) = (77.27, 8.375·10⁻⁶, 0.161)`, from `(1, 2, 3)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 3, 3>, Vector3<f64>) {
        (Autodiff::new(Self, vector![77.27, 8.375e-6, 0.161]), vector![1.0, 2.0, 3.0])
    }
}

impl GenericDynamics<3, 3> for Oregonator {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        let [s, q, w] = [p[0], p[1], p[2]];
        vector![s * (y[1] + y[0] * (T::one() - q * y[0] - y[1])), (y[2] - (y[0] + 1.0) * y[1]) / s, w * (y[0] - y[2])]
    }
}
