//! The heat equation.

use std::f64::consts::PI;

use nalgebra::SVector;

use crate::dynamics::problems::second_difference;
use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// The heat equation `uₜ = uₓₓ` on `[0, 1]` with `u = 0` at the ends, by central differences on `N` inner nodes.
///
/// Its eigenvectors are sines, so the system has a closed-form solution for any `N`, without an error in space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heat;

impl Heat {
    /// The end of the interval of integration.
    pub const END: f64 = 0.1;

    /// Wave numbers and amplitudes of the initial state.
    const MODES: [(f64, f64); 3] = [(1.0, 1.0), (3.0, 0.5), (10.0, 0.2)];

    /// The problem, from `u = sin πx + sin 3πx / 2 + sin 10πx / 5` at the nodes `x = 1/(N + 1), …, N/(N + 1)`.
    #[must_use]
    pub fn problem<const N: usize>() -> (Autodiff<Self, N, 0>, SVector<f64, N>) {
        (Autodiff::new(Self, SVector::zeros()), Self::exact(0.0))
    }

    /// The solution of the system of `N` equations at `t`: the mode `k` decays at the rate
    /// `4 (N + 1)² sin²(kπ / (2 (N + 1)))`.
    #[must_use]
    pub fn exact<const N: usize>(t: f64) -> SVector<f64, N> {
        let n = (N + 1) as f64;
        SVector::from_fn(|i, _| {
            let x = (i + 1) as f64 / n;
            let mode = |(k, a): (f64, f64)| {
                let rate = (2.0 * n * (k * PI / (2.0 * n)).sin()).powi(2);
                a * (-rate * t).exp() * (k * PI * x).sin()
            };
            Self::MODES.map(mode).iter().sum()
        })
    }
}

impl<const N: usize> GenericDynamics<N, 0> for Heat {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, N>, _: &SVector<T, 0>) -> SVector<T, N> {
        second_difference(y) * T::from(((N + 1) * (N + 1)) as f64)
    }
}
