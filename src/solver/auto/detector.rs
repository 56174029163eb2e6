//! When to change from one method to the other, and back.

use crate::solver::Stiffness;

/// A step is stiff for the explicit method where `h |λ|` is above this part of its limit. Steps do not settle at the limit
/// itself but a little below, where what the fast component adds to the error estimate is tolerated.
const HELD_BACK: f64 = 0.75;
/// So many stiff steps make a stiff phase,
const STIFF_STEPS: u32 = 15;
/// unless so many others come in between, one after the other.
const PARDON: u32 = 6;
/// A step of the stiff method is easy where `h |λ|` is below this part of the limit of the explicit method.
const EASY: f64 = 0.5;
/// So many easy steps, one after the other, end a stiff phase.
const EASY_STEPS: u32 = 10;

/// Counts what accepted steps say for and against the method in use.
///
/// The way to the stiff method is that of the code DOPRI5: Hairer & Wanner II, section IV.2. The way back is that of L.
/// Petzold, *Automatic selection of methods for solving stiff and nonstiff systems of ordinary differential equations*,
/// SIAM J. Sci. Stat. Comput. 4 (1983), doi:10.1137/0904010: where the explicit method would be stable with the steps that
/// accuracy allows. It must be so by a margin, lest the two take turns.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Detector {
    is_stiff: bool,
    /// The stability limit of the explicit method.
    limit: f64,
    /// What the step to be accepted showed.
    seen: Option<Stiffness>,
    against: u32,
    since: u32,
    switches: u64,
}

impl Detector {
    /// Whether the stiff method is in use.
    #[inline]
    pub(super) fn is_stiff(&self) -> bool {
        self.is_stiff
    }

    /// Changes from one method to the other so far.
    pub(super) fn switches(&self) -> u64 {
        self.switches
    }

    /// Starts with the explicit method. The number of switches is kept.
    pub(super) fn restart(&mut self) {
        *self = Self { switches: self.switches, ..Self::default() };
    }

    /// Uses the stiff method from now on, or the explicit one.
    pub(super) fn use_stiff(&mut self, is_stiff: bool) {
        *self = Self { is_stiff, limit: self.limit, switches: self.switches, ..Self::default() };
    }

    /// Takes note of a step that may yet be rejected.
    #[inline]
    pub(super) fn see(&mut self, stiffness: Option<Stiffness>) {
        self.seen = stiffness;
    }

    /// Counts the step, which is accepted. True if the next one is to be made by the other method.
    #[inline]
    pub(super) fn accept(&mut self) -> bool {
        let Some(seen) = self.seen.take() else { return false };
        let change = if self.is_stiff { self.is_over(seen) } else { self.has_begun(seen) };
        if change {
            self.is_stiff = !self.is_stiff;
            self.switches += 1;
            self.against = 0;
            self.since = 0;
        }
        change
    }

    /// Whether a stiff phase has begun.
    fn has_begun(&mut self, seen: Stiffness) -> bool {
        self.limit = seen.limit;
        if seen.h_lambda > HELD_BACK * seen.limit {
            self.since = 0;
            self.against += 1;
        } else {
            self.since += 1;
            if self.since == PARDON {
                self.against = 0;
            }
        }
        self.against == STIFF_STEPS
    }

    /// Whether a stiff phase is over.
    fn is_over(&mut self, seen: Stiffness) -> bool {
        self.against = if seen.h_lambda < EASY * self.limit { self.against + 1 } else { 0 };
        self.against == EASY_STEPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(detector: &mut Detector, h_lambda: f64, steps: u32) -> Option<u32> {
        (1..=steps).find(|_| {
            detector.see(Some(Stiffness {
                t: 0.0,
                h_lambda,
                limit: if detector.is_stiff() { f64::INFINITY } else { 3.3 },
            }));
            detector.accept()
        })
    }

    #[test]
    fn stiff_steps_change_the_method_and_easy_ones_change_it_back() {
        let mut detector = Detector::default();
        assert_eq!(feed(&mut detector, 1.0, 1000), None);
        assert_eq!(feed(&mut detector, 3.3, 1000), Some(STIFF_STEPS));
        assert!(detector.is_stiff());
        assert_eq!(feed(&mut detector, 2.4, 1000), None, "between the two thresholds nothing changes");
        assert_eq!(feed(&mut detector, 1.0, 1000), Some(EASY_STEPS));
        assert_eq!(feed(&mut detector, 2.4, 1000), None);
        assert_eq!(detector.switches(), 2);
    }

    #[test]
    fn single_steps_do_not_change_it() {
        let mut detector = Detector::default();
        for _ in 0..100 {
            assert_eq!(feed(&mut detector, 3.3, STIFF_STEPS - 1), None);
            assert_eq!(feed(&mut detector, 1.0, PARDON), None);
        }
        feed(&mut detector, 3.3, STIFF_STEPS);
        for _ in 0..100 {
            assert_eq!(feed(&mut detector, 1.0, EASY_STEPS - 1), None);
            assert_eq!(feed(&mut detector, 1e6, 1), None);
        }
    }
}
