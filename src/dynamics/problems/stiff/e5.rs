//! Problem E5 of STIFF DETEST.

use nalgebra::{SVector, Vector3, Vector4, vector};

use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// A pyrolysis, problem E5 of W. H. Enright, T. E. Hull and B. Lindberg, *Comparing numerical methods for stiff systems of
/// ODEs* (1975), over 18 decades of time as in Hairer & Wanner.
///
/// `y₁' = −A y₁ − B y₁ y₃`, `y₂' = A y₁ − M C y₂ y₃`, `y₃' = A y₁ − B y₁ y₃ − M C y₂ y₃ + C y₄`, `y₄' = B y₁ y₃ − C y₄`.
///
/// The difference `y₂ − y₃ − y₄` stays zero, so three equations suffice ([`reduced`](Self::reduced)). At the end `y₁`
/// and `y₄` are below `10⁻³⁰⁰` and `y₂ = y₃ ≈ 1 / (M C t)`, more precisely `8.861 233 521 29·10⁻²³`.
///
/// In double precision the four equations have that solution to three digits only: `y₂` rises to `1.5·10⁻¹⁰`, and its
/// rounding errors leave some `10⁻²⁵` in the difference. The published end in the *Test Set for IVP Solvers*
/// (`y₂ = 8.8677·10⁻²³`, `y₃ = 8.8548·10⁻²³`, a difference of `1.3·10⁻²⁵`) has these errors too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct E5;

impl E5 {
    /// The end of the interval of integration.
    pub const END: f64 = 1e13;

    /// `(A, B, C, M)`.
    const RATES: Vector4<f64> = vector![7.89e-10, 1.1e7, 1.13e3, 1e6];

    /// The problem with `(A, B, C, M) = (7.89·10⁻¹⁰, 1.1·10⁷, 1.13·10³, 10⁶)`, from `(1.76·10⁻³, 0, 0, 0)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 4, 4>, Vector4<f64>) {
        (Autodiff::new(Self, Self::RATES), vector![1.76e-3, 0.0, 0.0, 0.0])
    }

    /// The problem in the three unknowns `(y₁, y₃, y₄)`, with `y₂ = y₃ + y₄`.
    #[must_use]
    pub fn reduced() -> (Autodiff<Self, 3, 4>, Vector3<f64>) {
        (Autodiff::new(Self, Self::RATES), vector![1.76e-3, 0.0, 0.0])
    }
}

impl GenericDynamics<4, 4> for E5 {
    /// `y₃'` is computed as the difference of `y₂'` and `y₄'`, which loses the fewest digits.
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 4>, p: &SVector<T, 4>) -> SVector<T, 4> {
        let [start, pairing] = [p[0] * y[0], p[1] * y[0] * y[2]];
        let [ending, decay] = [p[3] * p[2] * y[1] * y[2], p[2] * y[3]];
        let [dy2, dy4] = [start - ending, pairing - decay];
        vector![-start - pairing, dy2, dy2 - dy4, dy4]
    }
}

impl GenericDynamics<3, 4> for E5 {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 3>, p: &SVector<T, 4>) -> SVector<T, 3> {
        let dy: SVector<T, 4> = self.eval(t, &vector![y[0], y[1] + y[2], y[1], y[2]], p);
        vector![dy[0], dy[2], dy[3]]
    }
}
