//! A chemical process with an equilibrium.

use nalgebra::{SVector, vector};

use super::{System, system};
use crate::dynamics::{GenericDynamics, Scalar};

/// A chemical process with two species and carbon dioxide (Akzo Nobel Central Research, 1998), problem CHEMAKZO. The
/// sixth equation is an equilibrium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChemicalAkzoNobel;

/// The equilibrium constant of the sixth species.
const EQUILIBRIUM: f64 = 115.83;

impl ChemicalAkzoNobel {
    /// The end of the interval of integration, in minutes.
    pub const END: f64 = 180.0;

    /// The problem, from its initial concentrations.
    #[must_use]
    pub fn problem() -> (System<Self, 6>, SVector<f64, 6>) {
        let differential: [_; 5] = std::array::from_fn(|i| (i, i, 1.0));
        (system(Self, &differential), vector![0.444, 0.00123, 0.0, 0.007, 0.0, EQUILIBRIUM * 0.444 * 0.007])
    }
}

impl GenericDynamics<6, 0> for ChemicalAkzoNobel {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 6>, _: &SVector<T, 0>) -> SVector<T, 6> {
        let root = y[1].sqrt();
        let r1 = y[0].powi(4) * root * 18.7;
        let r2 = y[2] * y[3] * 0.58;
        let r3 = y[0] * y[4] * (0.58 / 34.4);
        let r4 = y[0] * y[3] * y[3] * 0.09;
        let r5 = y[5] * y[5] * root * 0.42;
        let inflow = -(y[1] - 0.9 / 737.0) * 3.3;
        vector![
            r1 * -2.0 + r2 - r3 - r4,
            r1 * -0.5 - r4 - r5 * 0.5 + inflow,
            r1 - r2 + r3,
            -r2 + r3 - r4 * 2.0,
            r2 - r3 + r5,
            y[0] * y[3] * EQUILIBRIUM - y[5]
        ]
    }
}
