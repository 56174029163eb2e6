//! An elastic beam.

use std::f64::consts::PI;

use nalgebra::SVector;

use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// The number of angles.
const N: usize = 40;

/// An inextensible elastic beam, clamped at one end, pulled at the other: Hairer & Wanner, section IV.1.
///
/// The state has the angles `θ₁ … θ₄₀` of the pieces of the beam and their velocities. With `g = n + ½ − max(l, k)`,
///
/// `Σₖ g cos(θₗ − θₖ) θₖ'' = n⁴ (θₗ₋₁ − 2 θₗ + θₗ₊₁) + n² φ (cos θₗ + sin θₗ) − Σₖ g sin(θₗ − θₖ) θₖ'²`,
///
/// `θ₀ = −θ₁`, `θₙ₊₁ = θₙ`, and the force `φ = 1.5 sin² t` until `t = π`, then zero, with a continuous derivative.
/// The eigenvalues at rest are imaginary, up to `6400 i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beam;

impl Beam {
    /// The end of the interval of integration.
    pub const END: f64 = 5.0;

    /// The problem from rest: all angles and velocities are zero.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 80, 0>, SVector<f64, 80>) {
        (Autodiff::new(Self, SVector::zeros()), SVector::zeros())
    }
}

/// The right-hand side without the velocities: bending and force.
fn torques<T: Scalar>(t: T, angles: &[T; N]) -> [T; N] {
    let n2 = (N * N) as f64;
    let force = if t.re() < PI { t.sin().powi(2) * 1.5 } else { T::zero() };
    std::array::from_fn(|l| {
        let angle = angles[l];
        let before = if l == 0 { -angle } else { angles[l - 1] };
        let behind = if l == N - 1 { angle } else { angles[l + 1] };
        let (sin, cos) = angle.sin_cos();
        (before - angle * 2.0 + behind) * (n2 * n2) + force * (cos + sin) * n2
    })
}

/// The inverse `C + i D` of the matrix `g exp(i (θₗ − θₖ))`. It is tridiagonal: for any angles, the inverse of `g` has
/// the diagonal 1, 2, …, 2, 3 and −1 next to it.
struct Inverse<T> {
    /// `cos(θₗ₊₁ − θₗ)` and `sin(θₗ₊₁ − θₗ)`.
    turns: [(T, T); N - 1],
}

impl<T: Scalar> Inverse<T> {
    fn new(angles: &[T; N]) -> Self {
        Self {
            turns: std::array::from_fn(|l| {
                let (sin, cos) = (angles[l + 1] - angles[l]).sin_cos();
                (cos, sin)
            }),
        }
    }

    /// The diagonal of `C`; the diagonal of `D` is zero.
    fn diagonal(l: usize) -> f64 {
        match l {
            0 => 1.0,
            l if l == N - 1 => 3.0,
            _ => 2.0,
        }
    }

    /// `C x`.
    fn real(&self, x: &[T; N]) -> [T; N] {
        std::array::from_fn(|l| {
            let before = if l == 0 { T::zero() } else { self.turns[l - 1].0 * x[l - 1] };
            let behind = if l == N - 1 { T::zero() } else { self.turns[l].0 * x[l + 1] };
            x[l] * Self::diagonal(l) - before - behind
        })
    }

    /// `D x`.
    fn imaginary(&self, x: &[T; N]) -> [T; N] {
        std::array::from_fn(|l| {
            let before = if l == 0 { T::zero() } else { self.turns[l - 1].1 * x[l - 1] };
            let behind = if l == N - 1 { T::zero() } else { self.turns[l].1 * x[l + 1] };
            behind - before
        })
    }

    /// `C⁻¹ x`, by elimination without pivoting: `C` is positive definite.
    fn solve_real(&self, mut x: [T; N]) -> [T; N] {
        let mut pivots = [T::one(); N];
        for l in 1..N {
            let factor = self.turns[l - 1].0 / pivots[l - 1];
            pivots[l] = T::from(Self::diagonal(l)) - factor * self.turns[l - 1].0;
            x[l] += factor * x[l - 1];
        }
        x[N - 1] /= pivots[N - 1];
        for l in (0..N - 1).rev() {
            x[l] = (x[l] + self.turns[l].0 * x[l + 1]) / pivots[l];
        }
        x
    }
}

impl GenericDynamics<80, 0> for Beam {
    /// With the matrices `A` and `S` of cosines and sines, `A θ'' = v − S θ'²`. The identity `(A + i S)(C + i D) = 1`
    /// gives `A⁻¹ = C + D C⁻¹ D` and `A⁻¹ S = −D C⁻¹`, hence `θ'' = C v + D C⁻¹ (D v + θ'²)`: the work is linear in
    /// `n`.
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 80>, _: &SVector<T, 0>) -> SVector<T, 80> {
        let angles: [T; N] = std::array::from_fn(|l| y[l]);
        let inverse = Inverse::new(&angles);
        let v = torques(t, &angles);
        let mut w = inverse.imaginary(&v);
        w.iter_mut().enumerate().for_each(|(l, w)| *w += y[N + l] * y[N + l]);
        let direct = inverse.real(&v);
        let centrifugal = inverse.imaginary(&inverse.solve_real(w));
        SVector::from_fn(|i, _| if i < N { y[N + i] } else { direct[i - N] + centrifugal[i - N] })
    }
}
