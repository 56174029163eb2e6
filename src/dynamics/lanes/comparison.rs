//! Decisions about [`Lanes`]: they hold only if all samples decide alike.
//!
//! A model may branch on its state. One branch cannot serve samples that decide differently, so such a decision is
//! recorded, and the evaluation is void.

use std::cell::Cell;
use std::cmp::Ordering;

use super::Lanes;

thread_local! {
    /// Whether samples have decided differently on this thread.
    static SPLIT: Cell<bool> = const { Cell::new(false) };
}

/// The result of `work`, or `None` if samples decided differently in it.
pub(crate) fn watch_for_splits<R>(work: impl FnOnce() -> R) -> Option<R> {
    let outside = SPLIT.replace(false);
    let result = work();
    let split = SPLIT.replace(outside);
    (!split).then_some(result)
}

impl Lanes {
    /// The answer of all samples. If they differ, the split is recorded, and the answer is the one of the first sample.
    pub(super) fn agreed<R: PartialEq>(&self, ask: impl Fn(f64) -> R) -> R {
        self.agreed_with(self, |x, _| ask(x))
    }

    /// The answer of all pairs of samples, as [`agreed`](Self::agreed).
    fn agreed_with<R: PartialEq>(&self, other: &Self, ask: impl Fn(f64, f64) -> R) -> R {
        let first = ask(self.0[0], other.0[0]);
        if self.0.iter().zip(other.0).skip(1).any(|(&a, b)| ask(a, b) != first) {
            SPLIT.set(true);
        }
        first
    }
}

impl PartialEq for Lanes {
    fn eq(&self, other: &Self) -> bool {
        self.agreed_with(other, |a, b| a == b)
    }
}

impl PartialOrd for Lanes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.agreed_with(other, |a, b| a.partial_cmp(&b))
    }
}

impl PartialEq<f64> for Lanes {
    fn eq(&self, other: &f64) -> bool {
        self.agreed(|x| x == *other)
    }
}

impl PartialOrd<f64> for Lanes {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.agreed(|x| x.partial_cmp(other))
    }
}
