//! When to look for stiffness, and when to believe it.

use crate::solver::Stiffness;

/// Accepted steps from one look to the next.
const EVERY: u32 = 100;
/// Looks in a row, give or take, that make a suspicion.
const ENOUGH: u8 = 15;
/// Looks in a row without a sign that clear it.
const CLEARED: u8 = 6;
/// How close to the end of the stability interval is a sign.
const CLOSE: f64 = 0.97;

/// Looks at one step in a hundred, and at every one once there was a sign; a suspicion takes 15 signs, and 6 looks
/// without a sign clear it. The numbers are those of the code DOPRI5, but for the hundred, which are a thousand there.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Watch {
    /// Accepted steps until the next look.
    wait: u32,
    signs: u8,
    without: u8,
    /// The first suspicion.
    pub(super) found: Option<Stiffness>,
}

impl Watch {
    pub(super) const NEW: Self = Self { wait: EVERY, signs: 0, without: 0, found: None };

    /// Counts an accepted step; whether to look at it.
    #[inline(always)]
    pub(super) fn is_due(&mut self) -> bool {
        // A value that was read back may be out of range.
        self.wait = self.wait.wrapping_sub(1);
        self.wait == 0
    }

    /// Takes note of what a look showed.
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
