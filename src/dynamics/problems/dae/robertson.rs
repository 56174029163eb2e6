//! A chemical reaction with the conservation of mass as an equation.

use nalgebra::{SVector, vector};

use super::{System, system};
use crate::dynamics::{GenericDynamics, Scalar};

/// H. H. Robertson's reaction (1966), [`stiff::Robertson`](crate::dynamics::problems::stiff::Robertson), with the
/// equation `y₀ + y₁ + y₂ = 1` instead of the third rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Robertson;

impl Robertson {
    /// The problem, from `(1, 0, 0)`.
    #[must_use]
    pub fn problem() -> (System<Self, 3>, SVector<f64, 3>) {
        (system(Self, &[(0, 0, 1.0), (1, 1, 1.0)]), vector![1.0, 0.0, 0.0])
    }
}

impl GenericDynamics<3, 0> for Robertson {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, _: &SVector<T, 0>) -> SVector<T, 3> {
        let forward = y[0] * 0.04 - y[1] * y[2] * 1e4;
        vector![-forward, forward - y[1] * y[1] * 3e7, y[0] + y[1] + y[2] - 1.0]
    }
}
