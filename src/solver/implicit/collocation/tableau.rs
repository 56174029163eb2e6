//! Collocation methods as constants, checked at compile time.

use crate::solver::order_conditions::{LEAST_LINEAR_RESPONSE, product, sums_to, weights_hold};
use crate::solver::tableau::check_orders;
use crate::solver::{Interpolant, Tableau};

/// A collocation method with its matrix `A` in block-diagonal form, `A = T Λ T⁻¹`.
///
/// In the variables `w = T⁻¹ z` the linear systems of a step decouple into a real one for the real eigenvalue of `A`,
/// if there is one, and a complex one for every pair of complex eigenvalues: Hairer & Wanner II, section IV.8.
pub trait CollocationTableau<const S: usize>: Tableau<S> {
    /// The real eigenvalue of `A`, for an odd number of stages: the first entry of `Λ`.
    const REAL: Option<f64>;
    /// One eigenvalue `x + i y` of every complex pair; its block in `Λ` is `[x, −y; y, x]`.
    const PAIRS: &'static [(f64, f64)];
    /// `T`.
    const T: [[f64; S]; S];
    /// `T⁻¹`.
    const T_INV: [[f64; S]; S];
}

/// The tolerance for rounding in the matrix products below. The iteration uses `T Λ T⁻¹` for `A`.
const ROUNDING: f64 = 2e-14;

/// Fails to compile if a tableau is no collocation method, if it is below the order it claims, or if `T Λ T⁻¹` is not
/// `A`.
pub const fn check_collocation<T: CollocationTableau<S>, const S: usize>() {
    assert!(T::EXTRA == 0, "an implicit method has no extra stages");
    assert!(T::ORDER as usize > S, "the order of the method must be above S, the order of its error estimate");
    assert!(T::DENSE_ORDER as usize == S, "the collocation polynomial has order S");
    assert!(estimate_responds::<T, S>(), "the error estimate does not see the error on y' = λ y and y' = g(t)");
    assert!(first_pair::<T, S>() + 2 * T::PAIRS.len() == S, "REAL and PAIRS must be S eigenvalues");
    check_orders::<T, S>();
    assert!(quadrature_holds::<T, S>(), "the quadrature formula (B, C) must have the order of the method");
    let product = multiply(&T::T, &scaled_inverse::<T, S>());
    let unit = multiply(&T::T, &T::T_INV);
    let mut i = 0;
    while i < S {
        assert!(
            weights_hold(&T::DENSE.weights(T::C[i]), &T::A[i]),
            "A must be the integrals of the Lagrange polynomials"
        );
        let mut j = 0;
        while j < S {
            assert!((product[i][j] - T::A[i][j]).abs() < ROUNDING, "T Λ T⁻¹ must be A");
            let expected = if i == j { 1.0 } else { 0.0 };
            assert!((unit[i][j] - expected).abs() < ROUNDING, "T T⁻¹ must be the identity");
            j += 1;
        }
        i += 1;
    }
}

/// Whether `Σ bᵢ cᵢ^(k−1) = 1/k` up to the order `k` of the method. A collocation method has the order of its quadrature
/// formula: Hairer, Nørsett & Wanner I, theorem II.7.9.
const fn quadrature_holds<T: Tableau<S>, const S: usize>() -> bool {
    let mut powers = [1.0; S];
    let mut k = 1;
    while k <= T::ORDER {
        if !sums_to(&T::B, &powers, 1.0 / k as f64) {
            return false;
        }
        powers = product(&powers, &T::C);
        k += 1;
    }
    true
}

/// Whether the error estimate does not vanish to leading order on `y' = λ y` and on `y' = tˢ`. The estimate cannot
/// distinguish the two: the defect `f(t, y₀) − u'(t)` is the error of an interpolation at the nodes,
/// `(−1)ˢ Π cᵢ hˢ y⁽ˢ⁺¹⁾ / S!`.
const fn estimate_responds<T: CollocationTableau<S>, const S: usize>() -> bool {
    let mut response = gamma::<T, S>() * (S + 1) as f64;
    let mut i = 0;
    while i < S {
        response *= T::C[i];
        i += 1;
    }
    response > LEAST_LINEAR_RESPONSE
}

/// The row where the first complex block of `Λ` starts.
pub(super) const fn first_pair<T: CollocationTableau<S>, const S: usize>() -> usize {
    if T::REAL.is_some() { 1 } else { 0 }
}

/// `γ₀`, the scale of the error estimate: the real eigenvalue of `A`, or the real part of the first pair.
pub(super) const fn gamma<T: CollocationTableau<S>, const S: usize>() -> f64 {
    match T::REAL {
        Some(real) => real,
        None => T::PAIRS[0].0,
    }
}

/// Whether the step ends at the last stage.
pub(super) const fn ends_at_last_stage<T: Tableau<S>, const S: usize>() -> bool {
    T::C[S - 1] == 1.0
}

/// `Λ T⁻¹`.
pub(super) const fn scaled_inverse<T: CollocationTableau<S>, const S: usize>() -> [[f64; S]; S] {
    let mut out = T::T_INV;
    let mut j = 0;
    while j < S {
        if let Some(real) = T::REAL {
            out[0][j] *= real;
        }
        let mut pair = 0;
        while pair < T::PAIRS.len() {
            let (x, y) = T::PAIRS[pair];
            let r = first_pair::<T, S>() + 2 * pair;
            let (re, im) = (T::T_INV[r][j], T::T_INV[r + 1][j]);
            out[r][j] = x * re - y * im;
            out[r + 1][j] = y * re + x * im;
            pair += 1;
        }
        j += 1;
    }
    out
}

/// `A⁻¹ T = T Λ⁻¹`, which maps `w` to `h` times the slopes of the stages.
pub(super) const fn slopes_of<T: CollocationTableau<S>, const S: usize>() -> [[f64; S]; S] {
    let mut out = T::T;
    let mut i = 0;
    while i < S {
        if let Some(real) = T::REAL {
            out[i][0] /= real;
        }
        let mut pair = 0;
        while pair < T::PAIRS.len() {
            let (x, y) = T::PAIRS[pair];
            let r = first_pair::<T, S>() + 2 * pair;
            let (re, im) = (T::T[i][r], T::T[i][r + 1]);
            let square = x * x + y * y;
            out[i][r] = (re * x - im * y) / square;
            out[i][r + 1] = (re * y + im * x) / square;
            pair += 1;
        }
        i += 1;
    }
    out
}

pub(super) const fn multiply<const S: usize>(a: &[[f64; S]; S], b: &[[f64; S]; S]) -> [[f64; S]; S] {
    let mut out = [[0.0; S]; S];
    let mut i = 0;
    while i < S {
        let mut k = 0;
        while k < S {
            let mut j = 0;
            while j < S {
                out[i][j] += a[i][k] * b[k][j];
                j += 1;
            }
            k += 1;
        }
        i += 1;
    }
    out
}

/// The mean of the squares of the rows: `‖a‖² / S` in the Frobenius norm.
pub(super) const fn mean_square_row<const S: usize>(a: &[[f64; S]; S]) -> f64 {
    let mut sum = 0.0;
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < S {
            sum += a[i][j] * a[i][j];
            j += 1;
        }
        i += 1;
    }
    sum / S as f64
}

pub(super) const fn transpose<const S: usize>(a: &[[f64; S]; S]) -> [[f64; S]; S] {
    let mut out = [[0.0; S]; S];
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < S {
            out[j][i] = a[i][j];
            j += 1;
        }
        i += 1;
    }
    out
}

/// The collocation polynomial `u(t + θ h) = y₀ + h Σⱼ kⱼ ∫₀^θ ℓⱼ`, with `ℓⱼ` the Lagrange polynomials of the nodes `c`.
#[must_use]
pub const fn collocation_polynomial<const S: usize>(c: [f64; S]) -> Interpolant<S> {
    let mut powers = [[0.0; S]; S];
    let mut j = 0;
    while j < S {
        let mut lagrange = [0.0; S];
        lagrange[0] = 1.0;
        let mut k = 0;
        while k < S {
            if k != j {
                lagrange = times_linear(lagrange, -c[k] / (c[j] - c[k]), 1.0 / (c[j] - c[k]));
            }
            k += 1;
        }
        let mut d = 0;
        while d < S {
            powers[d][j] = lagrange[d] / (d + 1) as f64;
            d += 1;
        }
        j += 1;
    }
    Interpolant::new(powers)
}

/// The polynomial `d(θ) = θ + ..` with slope 1 at the start and 0 at the nodes.
pub(super) fn bend<const S: usize>(c: &[f64; S], theta: f64) -> f64 {
    // The coefficients of θ, .., θˢ in the slope Πᵢ (1 − θ / cᵢ).
    let mut slope = [0.0; S];
    for c in c {
        for d in (0..S).rev() {
            slope[d] -= if d > 0 { slope[d - 1] } else { 1.0 } / c;
        }
    }
    let higher = (0..S).rev().fold(0.0, |sum, d| (sum + slope[d] / (d + 2) as f64) * theta);
    theta * (1.0 + higher)
}

/// `d'(θ)`.
pub(super) fn bend_slope<const S: usize>(c: &[f64; S], theta: f64) -> f64 {
    c.iter().map(|c| 1.0 - theta / c).product()
}

/// The polynomial `p (a + b θ)`, whose degree must be below `S`.
const fn times_linear<const S: usize>(p: [f64; S], a: f64, b: f64) -> [f64; S] {
    let mut out = [0.0; S];
    let mut d = 0;
    while d < S {
        out[d] = p[d] * a + if d > 0 { p[d - 1] * b } else { 0.0 };
        d += 1;
    }
    out
}
