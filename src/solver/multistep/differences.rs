//! The history of a multistep method: modified divided differences of earlier values, on any grid.

use crate::solver::Past;
use crate::solver::kept_states::{KeptStates, Use, show};
use crate::state::State;

/// The differences `Φⱼ(n) = (tₙ − tₙ₋₁) ⋯ (tₙ − tₙ₋ⱼ) δʲ[tₙ, .., tₙ₋ⱼ]` of values at the last points of a solve, with
/// the divided difference `δʲ`: Hairer, Nørsett & Wanner I, section III.5, after F. T. Krogh (1973). On a uniform grid
/// they are the backward differences `∇ʲ`.
///
/// A step is [aimed](Self::aim) at each trial, which does not change the differences, and added once by
/// [`advance`](Self::advance).
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(serialize = "Y: serde::Serialize", deserialize = "Y: serde::Deserialize<'de>"))
)]
pub(super) struct Differences<Y, const N: usize> {
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    phi: [Y; N],
    /// The number of known differences.
    len: usize,
    /// The lengths of the last steps, newest first.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    steps: [f64; N],
    /// The next step.
    aim: Aim<N>,
    /// Whether the step and its history have one length, so that another step of that length has the same coefficients.
    is_settled: bool,
}

/// The position of the next point relative to the known points.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Aim<const N: usize> {
    h: f64,
    /// `(tₙ₊₁ − tₙ₋ⱼ) / h`: 1, 2, 3, .. on a uniform grid.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub distance: [f64; N],
    /// `βⱼ`: `βⱼ Φⱼ(n) = Φⱼ*(n)` are the differences of the known points as seen from the next.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub beta: [f64; N],
}

impl<Y: State, const N: usize> Differences<Y, N> {
    /// Differences of values of the shape of `y0`.
    pub fn new(y0: &Y) -> Self {
        Self {
            phi: std::array::from_fn(|_| y0.zeros_like()),
            len: 0,
            steps: [0.0; N],
            aim: Aim { h: 0.0, distance: [1.0; N], beta: [1.0; N] },
            is_settled: false,
        }
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        self.len = 0;
        self.is_settled = false;
    }

    /// Rebuilds the differences from the `value` at each of the last points of `past`, and keeps at most `most` of
    /// them.
    pub fn recall(&mut self, past: Past<'_, Y>, most: usize, mut value: impl FnMut((f64, &Y), &mut Y)) {
        self.clear();
        let Some(newest) = past.states.first() else { return };
        let mut next = newest.zeros_like();
        for i in (0..past.states.len()).rev() {
            if self.len > 0 {
                self.aim(past.point(i).0 - past.point(i + 1).0);
            }
            value(past.point(i), &mut next);
            self.advance(&mut next, most);
        }
        // The next `aim` must compute its coefficients.
        self.is_settled = false;
    }

    /// The number of known differences.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The differences at the last point.
    pub fn known(&self) -> &[Y] {
        &self.phi[..self.len]
    }

    /// The last step aimed at.
    pub fn aimed(&self) -> &Aim<N> {
        &self.aim
    }

    /// Aims at the point a step of length `h` ahead. False if the coefficients are the same as for the previous step.
    pub fn aim(&mut self, h: f64) -> bool {
        let uniform = self.steps[..self.len.saturating_sub(1)].iter().all(|&step| step == h);
        if uniform && self.is_settled && h == self.aim.h {
            return false;
        }
        self.is_settled = uniform && self.len == N;
        self.aim.h = h;
        let Aim { distance, beta, .. } = &mut self.aim;
        for j in 1..self.len {
            distance[j] = distance[j - 1] + self.steps[j - 1] / h;
            beta[j] = beta[j - 1] * (distance[j - 1] / (distance[j] - 1.0));
        }
        true
    }

    /// Adds `value` at the point aimed at, or at the first point, and keeps at most `most` differences. Overwrites
    /// `value`.
    pub fn advance(&mut self, value: &mut Y, most: usize) {
        let kept = self.len.min(most);
        for (phi, &beta) in self.phi[..kept].iter_mut().zip(&self.aim.beta) {
            // Φⱼ₊₁(n + 1) = Φⱼ(n + 1) − Φⱼ*(n)
            phi.scale_by(-beta);
            phi.add_scaled(1.0, value);
            std::mem::swap(phi, value);
        }
        if kept < most {
            std::mem::swap(&mut self.phi[kept], value);
        }
        self.len = (kept + 1).min(most);
        self.steps.rotate_right(1);
        self.steps[0] = self.aim.h;
    }
}

impl<Y: State, const N: usize> KeptStates<Y> for Differences<Y, N> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        let known = self.len.min(N);
        let (known, rest) = self.phi.split_at_mut(known);
        show(see, Use::Needed, known);
        show(see, Use::Free, rest);
    }

    fn fit(&mut self, y: &Y) -> bool {
        let Aim { distance, beta, .. } = &self.aim;
        let starts_with_ones = distance[0] == 1.0 && beta[0] == 1.0;
        self.len <= N && starts_with_ones && self.phi.iter().all(|x| y.fits(x))
    }
}

impl<const N: usize> Aim<N> {
    /// `Π i / ((tₙ₊₁ − tₙ₊₁₋ᵢ) / h)` for `i` up to `j`: the ratio of a difference `Φⱼ` on a uniform grid to the one on
    /// this grid.
    pub fn uniformity(&self, j: usize) -> f64 {
        self.distance[..j].iter().enumerate().map(|(i, distance)| (i + 1) as f64 / distance).product()
    }

    /// The coefficients `βⱼ wⱼ` of the differences `Φⱼ` in `Σ wⱼ Φⱼ*`.
    pub fn weigh(&self, weights: &[f64; N]) -> [f64; N] {
        std::array::from_fn(|j| self.beta[j] * weights[j])
    }
}
