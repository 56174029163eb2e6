//! Continuous extensions: the weights of the solution between the ends of a step.

/// The highest power of `θ` in an interpolant.
const MAX_DEGREE: usize = 9;

/// A continuous extension: `y(t + θ h) = y0 + h Σᵢ bᵢ(θ) kᵢ` with `bᵢ(θ) = Σ_d coefficients[d][i] θ^(d+1)`.
///
/// See Hairer, Nørsett & Wanner I, section II.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interpolant<const S: usize> {
    degree: usize,
    coefficients: [[f64; S]; MAX_DEGREE],
}

impl<const S: usize> Interpolant<S> {
    /// From the coefficients of `θ, θ², .., θᴰ` for each stage, `D ≤ 9`.
    #[must_use]
    pub const fn new<const D: usize>(rows: [[f64; S]; D]) -> Self {
        const { assert!(D <= MAX_DEGREE, "interpolants have degree 9 at most") }
        let mut coefficients = [[0.0; S]; MAX_DEGREE];
        let mut d = 0;
        while d < D {
            coefficients[d] = rows[d];
            d += 1;
        }
        Self { degree: D, coefficients }
    }

    /// The straight line from `y0` to `y1`: right for a method of order 1.
    #[must_use]
    pub const fn linear(b: [f64; S]) -> Self {
        Self::new([b])
    }

    /// The parabola through `y0` and `y1` with the slope `k₁` at the start: order 2 for any method of order 2 or more,
    /// and the straight line where there is one stage only.
    #[must_use]
    pub const fn quadratic(b: [f64; S]) -> Self {
        let mut rows = [[0.0; S], b];
        rows[0][0] = 1.0;
        rows[1][0] -= 1.0;
        Self::new(rows)
    }

    /// The cubic Hermite interpolant of a method whose last stage is `f(y1)`, plus `θ² (1 − θ)² Σ d k`.
    ///
    /// With `d = 0` the order is 3. Hairer, Nørsett & Wanner I, section II.6, give a `d` for Dormand–Prince 5(4) that
    /// raises it to 4.
    #[must_use]
    pub const fn hermite(b: [f64; S], d: [f64; S]) -> Self {
        Self::bridge(b, S - 1, [d])
    }

    /// The cubic Hermite interpolant of a method whose stage number `end` (from 0) is `f(y1)`, with terms that vanish
    /// together with their slopes at both ends: `θ² (1 − θ)² (d₀ + θ (d₁ + (1 − θ) (d₂ + θ (d₃ + ..))))`, at most 6.
    ///
    /// It is the form of the codes DOPRI5 and DOP853: Hairer, Nørsett & Wanner I, section II.6.
    #[must_use]
    pub const fn bridge<const D: usize>(b: [f64; S], end: usize, d: [[f64; S]; D]) -> Self {
        const { assert!(D + 3 <= MAX_DEGREE, "interpolants have degree 9 at most") }
        let mut coefficients = [[0.0; S]; MAX_DEGREE];
        let mut i = 0;
        while i < S {
            let (at_start, at_end) = ((i == 0) as u8 as f64, (i == end) as u8 as f64);
            let hermite = [b[i], at_start - b[i], 2.0 * b[i] - at_start - at_end];
            // θ (r₀ + (1 − θ) (r₁ + θ (r₂ + ..))) is multiplied out from the inside; p[0] is the constant term.
            let mut p = [0.0; MAX_DEGREE + 1];
            let mut r = D + 3;
            while r > 0 {
                r -= 1;
                p[0] += if r < 3 { hermite[r] } else { d[r - 3][i] };
                p = if r % 2 == 0 { times_theta(p, 0.0) } else { times_theta(p, 1.0) };
            }
            let mut power = 0;
            while power < MAX_DEGREE {
                coefficients[power][i] = p[power + 1];
                power += 1;
            }
            i += 1;
        }
        Self { degree: D + 3, coefficients }
    }

    /// The weights `b(θ)`.
    #[inline]
    #[must_use]
    pub const fn weights(&self, theta: f64) -> [f64; S] {
        let mut b = [0.0; S];
        let mut i = 0;
        while i < S {
            b[i] = self.weight(i, theta);
            i += 1;
        }
        b
    }

    /// The weight `bᵢ(θ)` of one stage.
    #[inline]
    pub(super) const fn weight(&self, i: usize, theta: f64) -> f64 {
        let mut b = 0.0;
        let mut d = self.degree;
        while d > 0 {
            d -= 1;
            b = (b + self.coefficients[d][i]) * theta;
        }
        b
    }

    /// Their derivatives `b'(θ)`.
    #[inline]
    #[must_use]
    pub const fn derivative(&self, theta: f64) -> [f64; S] {
        let mut b = [0.0; S];
        let mut i = 0;
        while i < S {
            let mut d = self.degree;
            while d > 0 {
                d -= 1;
                b[i] = b[i] * theta + (d + 1) as f64 * self.coefficients[d][i];
            }
            i += 1;
        }
        b
    }
}

/// `p` times `θ`, or times `1 − θ` where `one` is 1.
const fn times_theta(p: [f64; MAX_DEGREE + 1], one: f64) -> [f64; MAX_DEGREE + 1] {
    let sign = 1.0 - 2.0 * one;
    let mut product = [0.0; MAX_DEGREE + 1];
    let mut d = MAX_DEGREE;
    while d > 0 {
        product[d] = one * p[d] + sign * p[d - 1];
        d -= 1;
    }
    product[0] = one * p[0];
    product
}
