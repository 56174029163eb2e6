//! When to check for stiffness, and when to report it.

use crate::solver::Stiffness;

/// Accepted steps from one check to the next.
const EVERY: u32 = 100;
/// Signs of stiffness, almost consecutive, that make a suspicion.
const ENOUGH: u8 = 15;
/// Consecutive checks without a sign that reset the count.
const CLEARED: u8 = 6;
/// A sign is `h |λ|` above this part of the stability interval.
const CLOSE: f64 = 0.97;

/// The stiffness detection of the code DOPRI5: 15 signs make a suspicion, 6 checks without a sign reset the count. One
/// step in a hundred is checked, and every step after a sign; DOPRI5 checks one in a thousand.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Watch {
    /// Accepted steps until the next check.
    wait: u32,
    signs: u8,
    without: u8,
    /// The first suspicion.
    pub(super) found: Option<Stiffness>,
}

impl Watch {
    pub(super) const NEW: Self = Self { wait: EVERY, signs: 0, without: 0, found: None };

    /// Counts an accepted step; returns whether to check it.
    #[inline(always)]
    pub(super) fn is_due(&mut self) -> bool {
        // A deserialized value may be out of range.
        self.wait = self.wait.wrapping_sub(1);
        self.wait == 0
    }

    /// Records the result of a check.
    #[cold]
    pub(super) fn take(&mut self, look: Option<Stiffness>) {
        let sign = look.filter(|look| look.h_lambda > CLOSE * look.limit);
        if sign.is_some() {
            self.signs = self.signs.saturating_add(1);
            self.without = 0;
        } else if self.signs > 0 {
            self.without = self.without.saturating_add(1);
        }
        if self.without >= CLEARED || self.signs >= ENOUGH {
            if self.signs >= ENOUGH {
                self.found = self.found.or(sign);
            }
            (self.signs, self.without) = (0, 0);
        }
        self.wait = if self.signs > 0 { 1 } else { EVERY };
    }
}
