//! Continuous extensions: the weights of the solution inside a step.

/// The highest power of `θ` in an interpolant.
const MAX_DEGREE: usize = 9;

/// A continuous extension: `y(t + θ h) = y0 + h Σᵢ bᵢ(θ) kᵢ` with polynomials `bᵢ`.
///
/// See Hairer, Nørsett & Wanner I, section II.6. The polynomials are stored in nested form,
/// `b(θ) = θ (r₀ + (1 − θ) (r₁ + θ (r₂ + (1 − θ) (r₃ + ..))))`. At high orders the powers of `θ` cancel near the end of
/// the step; the nested form loses no digits there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interpolant<const S: usize> {
    degree: usize,
    rows: [[f64; S]; MAX_DEGREE],
}

impl<const S: usize> Interpolant<S> {
    /// The interpolant with these coefficients of `θ, θ², .., θᴰ` for each stage, `D ≤ 9`.
    #[must_use]
    pub const fn new<const D: usize>(mut powers: [[f64; S]; D]) -> Self {
        // Every other factor is θ; dividing by it does not change the coefficients.
        let mut d = 0;
        while d < D {
            let mut i = 0;
            while i < S {
                divide_by_one_minus_theta(&mut powers, d, i);
                i += 1;
            }
            d += 2;
        }
        Self::nested(powers)
    }

    /// The interpolant with these coefficients `r₀, r₁, ..` of the nested form for each stage, `D ≤ 9`; `r₀` are the
    /// weights `b`.
    #[must_use]
    pub const fn nested<const D: usize>(r: [[f64; S]; D]) -> Self {
        const { assert!(D <= MAX_DEGREE, "interpolants have at most degree 9") }
        let mut rows = [[0.0; S]; MAX_DEGREE];
        let mut d = 0;
        while d < D {
            rows[d] = r[d];
            d += 1;
        }
        Self { degree: D, rows }
    }

    /// The straight line from `y0` to `y1`, for a method of order 1.
    #[must_use]
    pub const fn linear(b: [f64; S]) -> Self {
        Self::nested([b])
    }

    /// The parabola through `y0` and `y1` with the slope `k₁` at the start. It has order 2 for any method of order 2 or
    /// more; with one stage only, it is the straight line.
    #[must_use]
    pub const fn quadratic(b: [f64; S]) -> Self {
        let mut bend = [0.0; S];
        bend[0] = 1.0;
        Self::nested([b, difference(bend, b)])
    }

    /// The cubic Hermite interpolant of a method whose last stage is `f(y1)`, plus `θ² (1 − θ)² Σ d k`.
    ///
    /// With `d = 0` the order is 3. Hairer, Nørsett & Wanner I, section II.6, give a `d` for Dormand–Prince 5(4) that
    /// raises it to 4.
    #[must_use]
    pub const fn hermite(b: [f64; S], d: [f64; S]) -> Self {
        Self::bridge(b, S - 1, [d])
    }

    /// The cubic Hermite interpolant of a method whose stage number `end` (from 0) is `f(y1)`, with `D ≤ 6` terms that
    /// vanish together with their slopes at both ends: `θ² (1 − θ)² (d₀ + θ (d₁ + (1 − θ) (d₂ + θ (d₃ + ..))))`.
    ///
    /// It is the form of the codes DOPRI5 and DOP853: Hairer, Nørsett & Wanner I, section II.6.
    #[must_use]
    pub const fn bridge<const D: usize>(b: [f64; S], end: usize, d: [[f64; S]; D]) -> Self {
        const { assert!(D + 3 <= MAX_DEGREE, "interpolants have at most degree 9") }
        let (mut slope0, mut slope1) = ([0.0; S], [0.0; S]);
        slope0[0] = 1.0;
        slope1[end] = 1.0;
        let bend = difference(slope0, b);
        let mut rows = [[0.0; S]; MAX_DEGREE];
        rows[0] = b;
        rows[1] = bend;
        rows[2] = difference(difference(b, slope1), bend);
        let mut row = 0;
        while row < D {
            rows[3 + row] = d[row];
            row += 1;
        }
        Self { degree: D + 3, rows }
    }

    /// The highest power of `θ`.
    #[must_use]
    pub const fn degree(&self) -> usize {
        self.degree
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
            b = (b + self.rows[d][i]) * if d.is_multiple_of(2) { theta } else { 1.0 - theta };
        }
        b
    }

    /// The derivatives `b'(θ)`.
    #[inline]
    #[must_use]
    pub const fn derivative(&self, theta: f64) -> [f64; S] {
        let mut slope = [0.0; S];
        let mut i = 0;
        while i < S {
            let mut b = 0.0;
            let mut d = self.degree;
            while d > 0 {
                d -= 1;
                let (factor, sign) = if d.is_multiple_of(2) { (theta, 1.0) } else { (1.0 - theta, -1.0) };
                b += self.rows[d][i];
                slope[i] = slope[i] * factor + sign * b;
                b *= factor;
            }
            i += 1;
        }
        slope
    }
}

pub(super) const fn difference<const S: usize>(x: [f64; S], y: [f64; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < S {
        out[i] = x[i] - y[i];
        i += 1;
    }
    out
}

/// Writes `q(θ) = q(1) + (1 − θ) s(θ)`: replaces the coefficients of `q`, from row `first` on, by `q(1)` and the
/// coefficients of `s`.
const fn divide_by_one_minus_theta<const S: usize, const D: usize>(q: &mut [[f64; S]; D], first: usize, i: usize) {
    let mut at_one = 0.0;
    let mut d = D;
    while d > first {
        d -= 1;
        // The coefficient of θⁿ in s is minus the sum of the coefficients of q above n.
        let above = -at_one;
        at_one += q[d][i];
        if d + 1 < D {
            q[d + 1][i] = above;
        }
    }
    q[first][i] = at_one;
}
