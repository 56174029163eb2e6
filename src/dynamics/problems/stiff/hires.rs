//! High irradiance responses.

use nalgebra::{SVector, vector};

use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// E. Schäfer's model of the growth of plants in light (1975); problem HIRES, "high irradiance responses".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hires;

impl Hires {
    /// The end of the interval of integration.
    pub const END: f64 = 321.8122;

    /// The problem, from `(1, 0, 0, 0, 0, 0, 0, 0.0057)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 8, 0>, SVector<f64, 8>) {
        (Autodiff::new(Self, SVector::zeros()), vector![1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057])
    }
}

impl GenericDynamics<8, 0> for Hires {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 8>, _: &SVector<T, 0>) -> SVector<T, 8> {
        let last = y[5] * y[7] * 280.0 - y[6] * 1.81;
        vector![
            y[0] * -1.71 + y[1] * 0.43 + y[2] * 8.32 + 0.0007,
            y[0] * 1.71 - y[1] * 8.75,
            y[2] * -10.03 + y[3] * 0.43 + y[4] * 0.035,
            y[1] * 8.32 + y[2] * 1.71 - y[3] * 1.12,
            y[4] * -1.745 + y[5] * 0.43 + y[6] * 0.43,
            y[5] * y[7] * -280.0 + y[3] * 0.69 + y[4] * 1.71 - y[5] * 0.43 + y[6] * 0.69,
            last,
            -last
        ]
    }
}
