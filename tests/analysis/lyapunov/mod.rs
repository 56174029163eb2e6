//! Lyapunov exponents.

mod allocation;
mod covariant;
mod gradient;
mod hostile;
mod invariance;
mod known;
mod networks;
mod volume;

use nalgebra::{SVector, vector};
use rheos::{Autodiff, GenericDynamics, Scalar};

/// The Hénon map.
#[derive(Clone, Copy)]
struct Henon;
impl GenericDynamics<2, 2> for Henon {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        vector![T::from(1.0) - p[0] * x[0] * x[0] + x[1], p[1] * x[0]]
    }
}

fn henon() -> Autodiff<Henon, 2, 2> {
    Autodiff::new(Henon, vector![1.4, 0.3])
}

/// The logistic map.
#[derive(Clone, Copy)]
struct Logistic;
impl GenericDynamics<1, 1> for Logistic {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        vector![p[0] * x[0] * (T::from(1.0) - x[0])]
    }
}

fn logistic(r: f64) -> Autodiff<Logistic, 1, 1> {
    Autodiff::new(Logistic, vector![r])
}

/// The Rössler system.
#[derive(Clone, Copy)]
struct Roessler;
impl GenericDynamics<3, 3> for Roessler {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        vector![-y[1] - y[2], y[0] + p[0] * y[1], p[1] + y[2] * (y[0] - p[2])]
    }
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found_one, expected_one) in found.iter().zip(expected) {
        assert!((found_one - expected_one).abs() <= tolerance, "{found:?} {expected:?}");
    }
}
