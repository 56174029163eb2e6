//! When to change from one method to the other, and back.

use super::sight::Rates;
use crate::solver::kept_states::are_counts;

/// Accepted steps of the explicit method from one look at the field to the next: so many at first and after a sign,
const SOON: u32 = 8;
/// and twice as many after every look without a sign, up to
const LATER: u32 = 32;
/// A look is a sign of stiffness where `h |λ|` is above this part of the stability limit of the explicit method,
const FELT: f64 = 0.25;
/// and `|λ|` so many times the rate at which the solution changes: then a part of the field that is not in the solution has a
/// share in the error.
const APART: f64 = 20.0;
/// So many signs in a row call for a trial of the stiff method.
const SIGNS: u32 = 2;
/// So do so many steps at the limit of stability,
const STIFF_STEPS: u32 = 15;
/// unless so many others come in between, one after the other.
const PARDON: u32 = 6;
/// A step is at the limit where `h |λ|` is above this part of it. Steps do not settle at the limit itself but a little below,
/// where the error of the fast part is tolerated.
const HELD_BACK: f64 = 0.75;
/// A step of the stiff method is easy where `h |λ|` is below this part of the limit of the explicit method.
const EASY: f64 = 0.5;
/// So many easy steps, one after the other, call for a trial of the explicit method.
const EASY_STEPS: u32 = 10;
/// The steps of a trial, in which the length of the steps adapts.
const TRIAL: u32 = 8;
/// After a trial that failed, so many steps pass before the next; twice as many after every further one.
const PATIENCE: u32 = 32;

/// Chooses between the two methods by the progress of their accepted steps.
///
/// Signs of stiffness only call for a trial, since a fast eigenvalue need not make the stiff method cheaper. On trial, the new
/// method must come further by an evaluation than the old one did; else the old one comes back, and the next trial has to
/// wait. Steps at the limit of stability are counted as in the code DOPRI5 (Hairer & Wanner II, section IV.2); at tight
/// tolerances they stay away from it, and only a look at the field shows the stiffness. The way back to the explicit method is that of L. Petzold, *Automatic selection of methods for solving stiff and
/// nonstiff systems of ordinary differential equations*, SIAM J. Sci. Stat. Comput. 4 (1983), doi:10.1137/0904010: where it
/// would be stable with the steps that accuracy allows.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Detector {
    is_stiff: bool,
    /// The progress by an evaluation that the method in use must surpass: it is on trial.
    to_beat: Option<f64>,
    /// Its accepted steps since it took over.
    steps: u32,
    /// The means of its steps and of their cost, in evaluations.
    step: f64,
    cost: f64,
    /// Accepted steps until the next look, and from one look to the next.
    wait: u32,
    every: u32,
    /// Signs against the method in use, one after the other.
    signs: u32,
    /// Steps at the limit of stability, and others since the last of them.
    at_limit: u32,
    since: u32,
    /// Steps before another trial.
    patience: u32,
    next_patience: u32,
    switches: u64,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            is_stiff: false,
            to_beat: None,
            steps: 0,
            step: 0.0,
            cost: 0.0,
            wait: SOON,
            every: SOON,
            signs: 0,
            at_limit: 0,
            since: 0,
            patience: 0,
            next_patience: PATIENCE,
            switches: 0,
        }
    }
}

/// The result of a look at the field in an explicit step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// `h |λ|` as a part of the stability limit of the explicit method.
    h_lambda: f64,
    /// `|λ|` in units of the rate at which the solution changes.
    apart: f64,
}

impl Look {
    /// At a step that is as long as this part of the stability limit.
    pub(super) fn of(rates: Rates, h: f64) -> Self {
        Self { h_lambda: h * rates.field, apart: rates.field / rates.solution }
    }
}

impl Detector {
    /// Whether it can be what was read back.
    pub(super) fn is_possible(&self) -> bool {
        are_counts(&[self.switches])
    }

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
        *self = Self { is_stiff, switches: self.switches, ..Self::default() };
    }

    /// Whether the field is to be looked at in the step to come, which is explicit.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.wait == 0
    }

    /// Takes note of a look.
    pub(super) fn see(&mut self, look: Option<Look>) {
        let sign = look.is_some_and(|Look { h_lambda, apart }| h_lambda > FELT && apart > APART);
        self.signs = if sign { self.signs.saturating_add(1) } else { 0 };
        self.every = if sign { SOON } else { self.every.saturating_mul(2).min(LATER) };
        self.wait = self.every;
    }

    /// Takes note of `h |λ|` in a step, as a part of the stability limit, by the stages of the explicit method or by the
    /// Jacobian of the stiff one.
    #[inline]
    pub(super) fn weigh(&mut self, h_lambda: f64) {
        if self.is_stiff {
            self.signs = if h_lambda < EASY { self.signs.saturating_add(1) } else { 0 };
        } else if h_lambda > HELD_BACK {
            self.since = 0;
            self.at_limit = self.at_limit.saturating_add(1);
        } else {
            self.since = self.since.saturating_add(1);
            if self.since == PARDON {
                self.at_limit = 0;
            }
        }
    }

    /// Counts an accepted step of the length `h > 0` that cost so many evaluations. True if the next one is to be made by the
    /// other method.
    #[inline]
    pub(super) fn accept(&mut self, h: f64, cost: f64) -> bool {
        self.steps = self.steps.saturating_add(1);
        self.wait = self.wait.saturating_sub(1);
        let weight = 1.0 / f64::from(self.steps.min(TRIAL));
        self.step += weight * (h - self.step);
        self.cost += weight * (cost - self.cost);
        match self.to_beat {
            Some(rate) if h / self.cost > rate => self.pass(),
            Some(_) if self.steps >= TRIAL => return self.fail(),
            Some(_) => {}
            None => {
                let enough = if self.is_stiff { EASY_STEPS } else { SIGNS };
                let called_for = self.signs >= enough || self.at_limit >= STIFF_STEPS;
                if called_for && self.steps >= self.patience {
                    let rate = self.step / self.cost;
                    return self.change(Some(rate));
                }
            }
        }
        false
    }

    /// The method in use is the better one.
    fn pass(&mut self) {
        // A few steps at least, lest a method at its first, short steps makes way for the other.
        if self.steps >= TRIAL / 2 {
            (self.to_beat, self.patience, self.next_patience) = (None, 0, PATIENCE);
        }
    }

    fn fail(&mut self) -> bool {
        self.patience = self.next_patience;
        self.next_patience = self.next_patience.saturating_mul(2);
        self.change(None)
    }

    fn change(&mut self, to_beat: Option<f64>) -> bool {
        let Self { is_stiff, patience, next_patience, switches, .. } = *self;
        *self =
            Self { is_stiff: !is_stiff, to_beat, patience, next_patience, switches: switches + 1, ..Self::default() };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Far from the limit of stability, but stiff.
    const STIFF: Look = Look { h_lambda: 0.6, apart: 100.0 };
    const EASY_STEP: Look = Look { h_lambda: 0.1, apart: 100.0 };

    /// Steps of the length and cost that `step` gives for either method, until one method takes over.
    fn feed(detector: &mut Detector, look: Look, step: impl Fn(bool) -> (f64, f64), most: u32) -> Option<u32> {
        (1..=most).find(|_| {
            if !detector.is_stiff() && detector.is_due() {
                detector.see(Some(look));
            }
            detector.weigh(look.h_lambda);
            let (h, cost) = step(detector.is_stiff());
            detector.accept(h, cost)
        })
    }

    #[test]
    fn the_stiff_method_stays_where_it_comes_further() {
        let mut detector = Detector::default();
        let better = |is_stiff: bool| if is_stiff { (1.0, 20.0) } else { (0.1, 6.0) };
        assert_eq!(feed(&mut detector, STIFF, better, 1000), Some(2 * SOON + 1));
        assert!(detector.is_stiff());
        assert_eq!(feed(&mut detector, STIFF, better, 1000), None);
        assert!(feed(&mut detector, EASY_STEP, better, 1000).is_some_and(|steps| steps <= EASY_STEPS));
        assert_eq!(feed(&mut detector, EASY_STEP, better, 1000), Some(TRIAL), "worse, so the stiff one comes back");
        assert_eq!(feed(&mut detector, EASY_STEP, better, 1000), Some(PATIENCE), "after a pause");
        assert_eq!(detector.switches(), 4);
    }

    #[test]
    fn trials_that_fail_become_rare() {
        let mut detector = Detector::default();
        let worse = |is_stiff: bool| if is_stiff { (0.1, 20.0) } else { (0.1, 6.0) };
        let mut stiff_steps = 0;
        for _ in 0..10_000 {
            stiff_steps += u32::from(detector.is_stiff());
            feed(&mut detector, STIFF, worse, 1);
        }
        assert!(stiff_steps <= 9 * TRIAL, "{stiff_steps}");
    }

    #[test]
    fn a_fast_solution_is_not_stiff() {
        let mut detector = Detector::default();
        let alike = |_| (0.1, 6.0);
        assert_eq!(feed(&mut detector, Look { h_lambda: 0.7, apart: 2.0 }, alike, 1000), None);
        assert_eq!(feed(&mut detector, Look { h_lambda: 0.1, apart: 1e6 }, alike, 1000), None);
    }

    #[test]
    fn steps_at_the_limit_of_stability_are_stiff_but_for_single_ones() {
        let at_the_limit = Look { h_lambda: 1.0, apart: 1.0 };
        let between = Look { h_lambda: 0.6, apart: 1.0 };
        let better = |is_stiff: bool| if is_stiff { (1.0, 20.0) } else { (0.1, 6.0) };
        let mut detector = Detector::default();
        for _ in 0..100 {
            assert_eq!(feed(&mut detector, at_the_limit, better, STIFF_STEPS - 1), None);
            assert_eq!(feed(&mut detector, between, better, PARDON), None);
        }
        assert_eq!(feed(&mut detector, at_the_limit, better, 100), Some(STIFF_STEPS));
    }
}
