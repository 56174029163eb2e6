//! Problems of the literature, shared by tests, examples and benches.
//!
//! | problem | unknowns | for |
//! |---|---|---|
//! | [`Orbit`] | 2 | orders: autonomous, with a closed-form solution |
//! | [`Forced`] | 2 | orders: non-autonomous, with a closed-form solution |
//! | [`LotkaVolterra`] | 2 | gradients: a periodic solution with four parameters |
//! | [`Brusselator`] | 2 | adaptive steps: a limit cycle |
//! | [`VanDerPol`] | 2 | stiffness, set by the parameter `μ` |
//! | [`Lorenz`] | 3 | chaos |
//! | [`Spiral`] | 2 | neural ODEs |
//! | [`detest`] | 1 to 51 | nonstiff methods: the 25 problems of Hull et al. |
//! | [`stiff`] | 3 and more | stiff methods |
//! | [`dae`] | 3 to 8 | systems with a singular mass matrix |
//!
//! `problem()` returns the field with its usual parameters, and the initial state.

pub mod dae;
pub mod detest;
pub mod stiff;

use nalgebra::{SVector, Vector2, Vector3, vector};

use super::{Autodiff, GenericDynamics, Scalar};

/// `yᵢ₋₁ − 2 yᵢ + yᵢ₊₁`, with zeros beyond the ends.
fn second_difference<T: Scalar, const N: usize>(y: &SVector<T, N>) -> SVector<T, N> {
    let at = |i: usize| if i < N { y[i] } else { T::zero() };
    SVector::from_fn(|i, _| at(i.wrapping_sub(1)) - y[i] * 2.0 + at(i + 1))
}

/// An autonomous nonlinear problem with a closed-form solution: `x' = −r² y`, `y' = r² x` with `r² = x² + y²`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orbit;

impl Orbit {
    /// The problem, with its state at `t = 0`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 2, 0>, Vector2<f64>) {
        (Autodiff::new(Self, SVector::zeros()), Self::exact(0.0))
    }

    /// The solution on the unit circle: `x = cos t`, `y = sin t`.
    #[must_use]
    pub fn exact(t: f64) -> Vector2<f64> {
        vector![t.cos(), t.sin()]
    }
}

impl GenericDynamics<2, 0> for Orbit {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, _: &SVector<T, 0>) -> SVector<T, 2> {
        let r2 = y[0] * y[0] + y[1] * y[1];
        vector![-y[1] * r2, y[0] * r2]
    }
}

/// A non-autonomous problem with a closed-form solution: `u' = u cos t`, `v' = 0.3 v (cos t − v) − sin t`. It detects
/// wrong nodes of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forced;

impl Forced {
    /// The problem, with its state at `t = 0`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 2, 0>, Vector2<f64>) {
        (Autodiff::new(Self, SVector::zeros()), Self::exact(0.0))
    }

    /// The solution with `u(0) = 1`, `v(0) = 1`: `u = exp(sin t)`, `v = cos t`.
    #[must_use]
    pub fn exact(t: f64) -> Vector2<f64> {
        vector![t.sin().exp(), t.cos()]
    }
}

impl GenericDynamics<2, 0> for Forced {
    #[inline(always)]
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, _: &SVector<T, 0>) -> SVector<T, 2> {
        vector![y[0] * t.cos(), y[1] * (t.cos() - y[1]) * 0.3 - t.sin()]
    }
}

/// E. N. Lorenz, *Deterministic nonperiodic flow* (1963): `x' = σ (y − x)`, `y' = x (ρ − z) − y`, `z' = x y − β z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lorenz;

impl Lorenz {
    /// The problem with `σ = 10`, `ρ = 28`, `β = 8/3`, from `(1, 1, 1)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 3, 3>, Vector3<f64>) {
        (Autodiff::new(Self, vector![10.0, 28.0, 8.0 / 3.0]), vector![1.0, 1.0, 1.0])
    }
}

impl GenericDynamics<3, 3> for Lorenz {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        vector![p[0] * (y[1] - y[0]), y[0] * (p[1] - y[2]) - y[1], y[0] * y[1] - p[2] * y[2]]
    }
}

/// The Lotka–Volterra equations of predator and prey: `x' = α x − β x y`, `y' = δ x y − γ y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotkaVolterra;

impl LotkaVolterra {
    /// The problem with `(α, β, γ, δ) = (1.5, 1, 3, 1)`, from `(1, 1)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 2, 4>, Vector2<f64>) {
        (Autodiff::new(Self, vector![1.5, 1.0, 3.0, 1.0]), vector![1.0, 1.0])
    }
}

impl GenericDynamics<2, 4> for LotkaVolterra {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, p: &SVector<T, 4>) -> SVector<T, 2> {
        vector![p[0] * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]]
    }
}

/// Van der Pol's oscillator: `x' = v`, `v' = μ (1 − x²) v − x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VanDerPol;

impl VanDerPol {
    /// The problem, from `(2, 0)`.
    #[must_use]
    pub fn problem(mu: f64) -> (Autodiff<Self, 2, 1>, Vector2<f64>) {
        (Autodiff::new(Self, vector![mu]), vector![2.0, 0.0])
    }
}

impl GenericDynamics<2, 1> for VanDerPol {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, p: &SVector<T, 1>) -> SVector<T, 2> {
        vector![y[1], p[0] * (T::one() - y[0] * y[0]) * y[1] - y[0]]
    }
}

/// The Brusselator of Lefever and Nicolis: `x' = a + x² y − (b + 1) x`, `y' = b x − x² y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brusselator;

impl Brusselator {
    /// The problem with `a = 1`, `b = 3`, from `(1.5, 3)`: Hairer, Nørsett & Wanner I, section II.4.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 2, 2>, Vector2<f64>) {
        (Autodiff::new(Self, vector![1.0, 3.0]), vector![1.5, 3.0])
    }
}

impl GenericDynamics<2, 2> for Brusselator {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        let x2y = y[0] * y[0] * y[1];
        vector![p[0] + x2y - (p[1] + T::one()) * y[0], p[1] * y[0] - x2y]
    }
}

/// The spiral of the neural-ODE literature: `y' = A y³` (entrywise cube) with `A` given by its rows.
///
/// It is the demonstration problem of Chen et al. 2018.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spiral;

impl Spiral {
    /// The problem with `A = [−0.1, 2; −2, −0.1]`, from `(2, 0)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 2, 4>, Vector2<f64>) {
        (Autodiff::new(Self, vector![-0.1, 2.0, -2.0, -0.1]), vector![2.0, 0.0])
    }
}

impl GenericDynamics<2, 4> for Spiral {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, a: &SVector<T, 4>) -> SVector<T, 2> {
        let cube = y.map(|y| y * y * y);
        vector![a[0] * cube[0] + a[1] * cube[1], a[2] * cube[0] + a[3] * cube[1]]
    }
}
