//! Whether stability and not accuracy limits the steps of a method.

use super::tableau::stages;
use super::{ErkWorkspace, Tableau};
use crate::State;

/// How stiff a problem was in a step.
///
/// An explicit method whose steps keep `h |λ|` close to its limit is held back by stability: the problem is stiff for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stiffness {
    /// An estimate of `h |λ|`, with the length `h` of the step and the largest eigenvalue `λ` of the Jacobian.
    pub h_lambda: f64,
    /// How large it may be for the method to be stable where `λ` is negative.
    pub limit: f64,
}

impl Stiffness {
    /// `h |λ|` as a part of the limit.
    #[must_use]
    pub fn ratio(self) -> f64 {
        self.h_lambda / self.limit
    }
}

/// The last two stages of a step at one time, from which an eigenvalue can be estimated.
pub(super) const fn twins<T: Tableau<S>, const S: usize>() -> Option<(usize, usize)> {
    let mut j = stages::<T, S>();
    while j > 1 {
        j -= 1;
        let mut i = j;
        while i > 0 {
            i -= 1;
            if T::C[i] == T::C[j] {
                return Some((i, j));
            }
        }
    }
    None
}

/// `h |λ| ≈ h |kⱼ − kᵢ| / |gⱼ − gᵢ|` from the slopes `k` at the arguments `g` of two stages at one time: Hairer & Wanner
/// II, section IV.2. To be called after a step, before it is accepted.
pub(super) fn estimate<Y: State, T: Tableau<S>, const S: usize>(ws: &mut ErkWorkspace<Y, S>) -> Option<Stiffness> {
    let (i, j) = const { twins::<T, S>() }?;
    let (k, difference) = ws.stages_and_scratch();
    difference.set_zeros();
    difference.accumulate(1.0, &T::A[j], k);
    difference.accumulate(-1.0, &T::A[i], k);
    let arguments = difference.inner(difference);
    difference.assign(&k[j]);
    difference.add_scaled(-1.0, &k[i]);
    let h_lambda = (difference.inner(difference) / arguments).sqrt();
    h_lambda.is_finite().then_some(Stiffness { h_lambda, limit: const { real_stability_limit::<T, S>() } })
}

/// How far along the negative real axis from zero the stability function of an explicit method stays within 1.
const fn real_stability_limit<T: Tableau<S>, const S: usize>() -> f64 {
    let r = stability_polynomial::<T, S>();
    let mut x = 0.0;
    let mut step = 0.125;
    while step > 1e-9 {
        while x < 1000.0 && is_within_one(&r, x + step) {
            x += step;
        }
        step *= 0.5;
    }
    x
}

/// The coefficients `bᵀ Aᵏ 1` of `R(z) = 1 + Σ (bᵀ Aᵏ 1) zᵏ⁺¹`.
const fn stability_polynomial<T: Tableau<S>, const S: usize>() -> [f64; S] {
    let mut r = [0.0; S];
    let mut power = [1.0; S];
    let mut k = 0;
    while k < S {
        let mut next = [0.0; S];
        let mut i = 0;
        while i < S {
            r[k] += T::B[i] * power[i];
            let mut j = 0;
            while j < S {
                next[i] += T::A[i][j] * power[j];
                j += 1;
            }
            i += 1;
        }
        power = next;
        k += 1;
    }
    r
}

/// Whether `|R(−x)| ≤ 1`.
const fn is_within_one<const S: usize>(r: &[f64; S], x: f64) -> bool {
    let mut sum = 0.0;
    let mut k = S;
    while k > 0 {
        k -= 1;
        sum = (sum + r[k]) * -x;
    }
    sum <= 0.0 && sum >= -2.0
}
