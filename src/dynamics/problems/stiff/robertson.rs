//! Robertson's reaction.

use nalgebra::{SVector, Vector3, vector};

use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// H. H. Robertson's chemical reaction (1966): `A → B`, `B + B → C + B`, `B + C → A + C` with the rates `p₁`, `p₂`, `p₃`.
///
/// `y₁' = −p₁ y₁ + p₃ y₂ y₃`, `y₂' = p₁ y₁ − p₃ y₂ y₃ − p₂ y₂²`, `y₃' = p₂ y₂²`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Robertson;

impl Robertson {
    /// The end of the interval of integration.
    pub const END: f64 = 4e10;

    /// The problem with `p = (0.04, 3·10⁷, 10⁴)`, from `(1, 0, 0)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 3, 3>, Vector3<f64>) {
        (Autodiff::new(Self, vector![0.04, 3e7, 1e4]), vector![1.0, 0.0, 0.0])
    }
}

impl GenericDynamics<3, 3> for Robertson {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        let [decay, pairing, return_] = [p[0] * y[0], p[1] * y[1] * y[1], p[2] * y[1] * y[2]];
        vector![return_ - decay, decay - return_ - pairing, pairing]
    }
}
