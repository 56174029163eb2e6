//! Stiffness detection for explicit methods.

use std::fmt;

use super::Tableau;
use super::tableau::stages;

/// A suspicion that a problem is stiff for the explicit method that solves it.
///
/// A combination of stages that cancels the smooth motion shows how strongly the field contracts. There the slopes
/// differ by the Jacobian times the difference of the states, and the ratio of both is `|λ|` for the dominant
/// eigenvalue `λ`. If `h |λ|` stays at the end of the stability region, a stiff method takes longer steps: Hairer &
/// Wanner, *Solving Ordinary Differential Equations II*, section IV.2, "Stiffness detection".
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stiffness {
    /// Start of the step.
    pub t: f64,
    /// The estimate of `h |λ|`.
    pub h_lambda: f64,
    /// The stability interval on the negative real axis is `[−limit, 0]`.
    pub limit: f64,
}

impl fmt::Display for Stiffness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { t, h_lambda, limit } = self;
        write!(f, "stiffness suspected near t = {t}: h|λ| ≈ {h_lambda:.2}, where the method is stable to {limit:.2}")
    }
}

/// The weights of a combination of slopes that cancels smooth motion, and the weights of the slopes in the
/// corresponding difference of states.
pub(super) struct Contrast<const S: usize> {
    pub(super) slopes: [f64; S],
    pub(super) states: [f64; S],
}

impl<const S: usize> Contrast<S> {
    /// Weights `w` of the last four stages with `Σ w = Σ w c = Σ w c² = 0`, or of the last three without the last
    /// condition; `None` if there is no such combination.
    ///
    /// If two stages have the same node, as in most pairs whose last stage is the slope at the end, it is their
    /// difference. The states are `h Σ w A k` apart. Without two such stages, this distance must be larger in smooth
    /// motion than the change of slope that the weights leave, or their ratio would not vanish with `h`. This holds if
    /// `Σ w A c` or `Σ w A c²` is not zero; both vanish for stages of high order.
    pub(super) const fn of<T: Tableau<S>>() -> Option<Self> {
        let n = stages::<T, S>();
        let mut slopes = [0.0; S];
        if n == 3 {
            let c = T::C;
            (slopes[0], slopes[1], slopes[2]) = (c[2] - c[1], c[0] - c[2], c[1] - c[0]);
        } else if n > 3 {
            let mut i = 0;
            while i < 4 {
                let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
                slopes[n - 4 + i] = sign * minor::<T, S>(n - 4, i);
                i += 1;
            }
        }
        let states = transposed_product::<T, S>(&slopes);
        let visible = is_difference(&slopes) || dot(&states, &T::C).abs() + dot(&states, &squares(&T::C)).abs() > 1e-6;
        if largest(&slopes) > 1e-12 && visible { Some(Self { slopes, states }) } else { None }
    }
}

/// Whether all weights but two vanish.
const fn is_difference<const S: usize>(w: &[f64; S]) -> bool {
    let mut others = 0;
    let mut i = 0;
    while i < S {
        if w[i].abs() > 1e-12 * largest(w) {
            others += 1;
        }
        i += 1;
    }
    others == 2
}

const fn squares<const S: usize>(x: &[f64; S]) -> [f64; S] {
    let mut out = *x;
    let mut i = 0;
    while i < S {
        out[i] *= x[i];
        i += 1;
    }
    out
}

/// The determinant of the rows `1`, `c`, `c²` over the four stages from `first` on, without the stage `omitted`.
const fn minor<T: Tableau<S>, const S: usize>(first: usize, omitted: usize) -> f64 {
    let mut rows = [[0.0; 3]; 2];
    let mut at = 0;
    let mut i = 0;
    while i < 4 {
        if i != omitted {
            let stage = first + i;
            rows[0][at] = T::C[stage];
            rows[1][at] = T::C[stage] * T::C[stage];
            at += 1;
        }
        i += 1;
    }
    let [c, d] = rows;
    (c[1] * d[2] - c[2] * d[1]) - (c[0] * d[2] - c[2] * d[0]) + (c[0] * d[1] - c[1] * d[0])
}

/// `w A`.
const fn transposed_product<T: Tableau<S>, const S: usize>(w: &[f64; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut j = 0;
    while j < S {
        let mut i = 0;
        while i < S {
            out[j] += w[i] * T::A[i][j];
            i += 1;
        }
        j += 1;
    }
    out
}

const fn dot<const S: usize>(a: &[f64; S], b: &[f64; S]) -> f64 {
    let mut sum = 0.0;
    let mut i = 0;
    while i < S {
        sum += a[i] * b[i];
        i += 1;
    }
    sum
}

const fn largest<const S: usize>(x: &[f64; S]) -> f64 {
    let mut max = 0.0;
    let mut i = 0;
    while i < S {
        if x[i].abs() > max {
            max = x[i].abs();
        }
        i += 1;
    }
    max
}

/// The length of the interval of stability on the negative real axis: the smallest `x > 0` beyond which `|R(−x)| > 1`
/// for the stability function `R(z) = 1 + Σ b Aᵏ 1 zᵏ⁺¹`.
pub(super) const fn real_stability<T: Tableau<S>, const S: usize>() -> f64 {
    let coefficients = stability_function::<T, S>();
    let step = 1.0 / 64.0;
    // No method of n stages is stable beyond 2 n².
    let most = 2.0 * (stages::<T, S>() * stages::<T, S>()) as f64;
    let mut inside = 0.0;
    while inside < most && is_stable(&coefficients, inside + step) {
        inside += step;
    }
    let mut outside = inside + step;
    let mut halvings = 0;
    while halvings < 40 {
        let middle = 0.5 * (inside + outside);
        if is_stable(&coefficients, middle) {
            inside = middle;
        } else {
            outside = middle;
        }
        halvings += 1;
    }
    inside
}

/// `b Aᵏ 1` for `k` from 0.
const fn stability_function<T: Tableau<S>, const S: usize>() -> [f64; S] {
    let mut coefficients = [0.0; S];
    let mut power = [1.0; S];
    let mut k = 0;
    while k < stages::<T, S>() {
        coefficients[k] = dot(&T::B, &power);
        let mut next = [0.0; S];
        let mut i = 0;
        while i < S {
            next[i] = dot(&T::A[i], &power);
            i += 1;
        }
        power = next;
        k += 1;
    }
    coefficients
}

/// Whether `|R(−x)| ≤ 1`.
const fn is_stable<const S: usize>(coefficients: &[f64; S], x: f64) -> bool {
    let mut sum = 0.0;
    let mut k = S;
    while k > 0 {
        k -= 1;
        sum = coefficients[k] - x * sum;
    }
    (1.0 - x * sum).abs() <= 1.0 + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::explicit::{Dopri5, Erk, Euler, Rk4};

    fn limit<T: Tableau<S>, const S: usize>(_: Erk<T, S>) -> f64 {
        const { real_stability::<T, S>() }
    }

    /// The values of the literature: Hairer & Wanner II, section IV.2.
    #[test]
    fn intervals_of_stability() {
        assert!((limit(Euler) - 2.0).abs() < 1e-6);
        assert!((limit(Rk4) - 2.785_293_563).abs() < 1e-6);
        assert!((limit(Dopri5) - 3.306_6).abs() < 1e-3);
    }
}
