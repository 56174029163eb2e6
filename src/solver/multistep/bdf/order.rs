//! The choice of order and step by Shampine & Reichelt, *The MATLAB ODE suite* (1997), doi:10.1137/S1064827594276424.

use crate::solver::kept_states::{are_counts, are_small_counts};

/// The highest order.
pub(super) const HIGHEST: usize = 5;

/// Failures of one step after which the history is discarded.
const TRUSTED: u32 = 3;

/// Safety divisors on the step that the error of the order `k`, `k − 1` or `k + 1` allows.
const CAUTION: [f64; 3] = [1.2, 1.3, 1.4];

/// The smallest gain of a longer step that is worth a factorisation.
const WORTHWHILE: f64 = 1.2;

/// The largest ratio of successive steps.
const MAX_FACTOR: f64 = 10.0;

/// The order of the current step, and its errors for the choice of the next.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct BdfOrder {
    order: usize,
    /// The order of the next step, or of the next trial of this one.
    next: usize,
    /// The errors of the orders `k` and `k − 1`, in units of the tolerance; infinite if there is no such order. They
    /// belong to the current step, and are meaningless between two steps.
    #[cfg_attr(feature = "serde", serde(skip))]
    errors: [f64; 2],
    /// The number of steps since the order or the step last changed.
    steady: usize,
    /// The number of trials of this step.
    trials: u32,
}

impl BdfOrder {
    pub fn new() -> Self {
        Self { order: 1, next: 1, errors: [0.0; 2], steady: 0, trials: 0 }
    }

    /// Whether a deserialized value is possible, if `known` differences are known: there must be one more than the
    /// order, or none at the start of a solve.
    pub fn is_possible(&self, known: usize) -> bool {
        let highest = if known == 0 { 1 } else { HIGHEST.min(known - 1) };
        let orders = 1..=highest;
        let counts = are_counts(&[self.steady as u64]) && are_small_counts(&[self.trials]);
        orders.contains(&self.order) && orders.contains(&self.next) && counts
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
            self.steady = 0;
            self.order = if self.trials < TRUSTED { self.next } else { 1 };
        }
        self.next = self.order;
        self.trials += 1;
        self.order
    }

    /// Records the errors of the orders `k` and `k − 1`; `lower` is infinite if `k = 1`. After a failure, the better
    /// order is tried next.
    pub fn judge(&mut self, same: f64, lower: f64) {
        self.errors = [same, lower];
        self.next = if lower < same { self.order - 1 } else { self.order };
    }

    /// Whether order and step may change. The differences show the last change until the steps they use have all been
    /// made since.
    pub fn may_change(&self) -> bool {
        self.steady >= self.order
    }

    /// Chooses the order after a step with a tolerated error, and returns the ratio of the next step to this one.
    /// `higher` is the error of the order `k + 1`, infinite if it is unknown.
    pub fn choose(&mut self, higher: f64) -> f64 {
        let k = self.order;
        self.next = k;
        self.steady += 1;
        let [same, lower] = self.errors;
        let factor = |i: usize, error: f64, k: usize| error.powf(-1.0 / (k + 1) as f64) / CAUTION[i];
        let mut best = factor(0, same, k);
        for (i, error, order) in [(1, lower, k - 1), (2, higher, k + 1)] {
            let factor = factor(i, error, order);
            if factor > best {
                best = factor;
                self.next = order;
            }
        }
        if best < WORTHWHILE {
            self.next = k;
            return 1.0;
        }
        self.steady = 0;
        best.min(MAX_FACTOR)
    }

    /// Keeps order and step.
    pub fn keep(&mut self) -> f64 {
        self.next = self.order;
        self.steady += 1;
        1.0
    }

    /// Moves on to the next step.
    pub fn accept(&mut self) {
        self.order = self.next;
        self.trials = 0;
    }
}
