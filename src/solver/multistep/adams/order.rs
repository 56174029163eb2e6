//! The choice of order and step by Shampine & Gordon, *Computer Solution of Ordinary Differential Equations* (1975),
//! chapter 7 and the code STEP.

use crate::solver::kept_states::are_small_counts;
use crate::solver::multistep::differences::Aim;

/// The highest order of a predictor.
pub(super) const HIGHEST: usize = 12;

/// Failures of one step after which the history is discarded.
const TRUSTED: u32 = 3;

/// The target error of a step, as a part of the tolerance.
const TARGET: f64 = 0.5;

/// Steps whose relative difference is below this have the same length: more than rounding of the time.
const ROUNDING: f64 = 1e-6;

/// The order of the current step, and its errors for the choice of the next.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct AdamsOrder {
    order: usize,
    /// The order of the next step, or of the next trial of this one.
    next: usize,
    /// Whether every step so far had a higher order than the previous one.
    is_rising: bool,
    /// The errors of the orders `k`, `k − 1` and `k − 2` on a uniform grid, in units of the tolerance; infinite if
    /// there is no such order. They belong to the current step, and are meaningless between two steps.
    #[cfg_attr(feature = "serde", serde(skip))]
    errors: [f64; 3],
    /// The number of trials of this step.
    trials: u32,
}

impl AdamsOrder {
    pub fn new() -> Self {
        Self { order: 1, next: 1, is_rising: true, errors: [0.0; 3], trials: 0 }
    }

    /// Whether a deserialized value is possible, if `known` differences are known: there must be one for each order.
    pub fn is_possible(&self, known: usize) -> bool {
        let orders = 1..=HIGHEST.min(known.max(1));
        orders.contains(&self.order) && orders.contains(&self.next) && are_small_counts(&[self.trials])
    }

    /// The order of the current step.
    pub fn current(&self) -> usize {
        self.order
    }

    /// Sets the order `k` of the next step.
    pub fn follow(&mut self, k: usize) {
        (self.order, self.trials) = (k, 0);
    }

    /// Begins a trial, and returns its order.
    pub fn begin(&mut self) -> usize {
        if self.trials > 0 {
            self.is_rising = false;
            self.order = if self.trials < TRUSTED { self.next.min(self.order) } else { 1 };
        }
        self.next = self.order;
        self.trials += 1;
        self.order
    }

    /// Records the mean squares of the differences of the orders `k`, `k − 1` and `k − 2` at the end of a step of
    /// length `h`.
    pub fn judge<const N: usize>(&mut self, aim: &Aim<N>, h: f64, mean_sq: [f64; 3]) {
        let k = self.order;
        for (i, (error, mean_sq)) in self.errors.iter_mut().zip(mean_sq).enumerate() {
            let j = k.saturating_sub(i);
            *error = (h * CONSTANTS[j] * aim.uniformity(j)).abs() * mean_sq.sqrt();
        }
        let [same, lower, lowest] = self.errors;
        let is_better = if k == 2 { lower <= 0.5 * same } else { lower.max(lowest) <= same };
        self.next = if k > 1 && is_better { k - 1 } else { k };
    }

    /// Whether the current step can estimate the error of the next higher order: the history is uniform, and the order
    /// has not been found too high already.
    pub fn may_rise<const N: usize>(&self, aim: &Aim<N>) -> bool {
        let is_uniform = |(i, distance): (usize, &f64)| (distance / (i + 1) as f64 - 1.0).abs() < ROUNDING;
        self.order < HIGHEST
            && self.next == self.order
            && !self.is_rising
            && aim.distance[..=self.order].iter().enumerate().all(is_uniform)
    }

    /// Chooses the order after a step of length `h` with a tolerated error, and returns the ratio of the next step to
    /// this one. `higher` is the mean square of the difference of order `k + 1`, if it is known.
    pub fn choose(&mut self, h: f64, higher: Option<f64>) -> f64 {
        let [same, lower, _] = self.errors;
        if self.next < self.order || self.order == HIGHEST {
            self.is_rising = false;
        }
        if self.is_rising {
            self.next = self.order + 1;
            return 2.0;
        }
        let mut error = same;
        if self.next < self.order {
            error = lower;
        } else if let Some(higher) = higher {
            let higher = (h * CONSTANTS[self.order + 1]).abs() * higher.sqrt();
            if self.order > 1 && lower <= same.min(higher) {
                self.next = self.order - 1;
                error = lower;
            } else if higher < if self.order > 1 { same } else { 0.5 * same } {
                self.next = self.order + 1;
                error = higher;
            }
        }
        factor(error, self.next)
    }

    /// Moves on to the next step.
    pub fn accept(&mut self) {
        self.order = self.next;
        self.trials = 0;
    }
}

/// Twice the step, the same step, or a shorter one by the error of a method of order `k`. So most steps have the length
/// of the previous one, where the differences are the most accurate for the choice of order.
fn factor(error: f64, k: usize) -> f64 {
    let exponent = (k + 1) as f64;
    if error * exponent.exp2() <= TARGET {
        2.0
    } else if error <= TARGET {
        1.0
    } else {
        (TARGET / error).powf(1.0 / exponent).clamp(0.5, 0.9)
    }
}

/// `|γⱼ*|`: the error of the implicit method of order `j` on a uniform grid is `h γⱼ* ∇ʲ f`.
const CONSTANTS: [f64; HIGHEST + 2] = {
    // Σ γᵢ* / (m + 1 − i) = 0 over i ≤ m, for m ≥ 1: Hairer, Nørsett & Wanner I, section III.1.
    let mut gamma = [0.0; HIGHEST + 2];
    gamma[0] = 1.0;
    let mut m = 1;
    while m < gamma.len() {
        let mut i = 0;
        while i < m {
            gamma[m] -= gamma[i] / (m + 1 - i) as f64;
            i += 1;
        }
        m += 1;
    }
    let mut j = 0;
    while j < gamma.len() {
        gamma[j] = gamma[j].abs();
        j += 1;
    }
    gamma
};

#[cfg(test)]
mod tests {
    use super::CONSTANTS;

    #[test]
    fn error_constants_are_those_of_the_implicit_methods() {
        // Hairer, Nørsett & Wanner I, table III.1.2.
        let expected = [1.0, 1.0 / 2.0, 1.0 / 12.0, 1.0 / 24.0, 19.0 / 720.0, 3.0 / 160.0, 863.0 / 60480.0];
        assert!(CONSTANTS.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{CONSTANTS:?}");
    }
}
