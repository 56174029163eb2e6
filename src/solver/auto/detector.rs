//! When to switch between the two methods.

use super::sight::Rates;
use crate::solver::kept_states::are_counts;

/// Accepted explicit steps from one check of the field to the next, at first and after a sign.
const SOON: u32 = 8;
/// The interval doubles after every check without a sign, up to this value.
const LATER: u32 = 32;
/// A check is a sign of stiffness if `h |λ|` is above this part of the stability limit of the explicit method,
const FELT: f64 = 0.25;
/// and `|λ|` is above this multiple of the rate at which the solution changes. Then a part of the field that is not in
/// the solution contributes to the error.
const APART: f64 = 20.0;
/// The number of consecutive signs that starts a trial of the stiff method.
const SIGNS: u32 = 2;
/// The number of steps at the limit of stability that starts one as well,
const STIFF_STEPS: u32 = 15;
/// unless so many other steps come between, one after the other.
const PARDON: u32 = 6;
/// A step is at the limit if `h |λ|` is above this part of it. Steps settle a little below the limit, where the error
/// of the fast part is tolerated.
const HELD_BACK: f64 = 0.75;
/// A step of the stiff method is easy if `h |λ|` is below this part of the limit of the explicit method.
const EASY: f64 = 0.5;
/// The number of consecutive easy steps that starts a trial of the explicit method.
const EASY_STEPS: u32 = 10;
/// The steps of a trial, in which the step length adapts.
const TRIAL: u32 = 8;
/// The steps from a failed trial to the next; doubled after every further failure.
const PATIENCE: u32 = 32;

/// The choice between the two methods, by the progress of their accepted steps.
///
/// Signs of stiffness only start a trial, since a fast eigenvalue need not make the stiff method cheaper. In a trial,
/// the new method must make more progress per evaluation than the old one did. If not, the old one returns, and the
/// next trial is delayed.
///
/// Steps at the limit of stability are counted as in the code DOPRI5 (Hairer & Wanner II, section IV.2). At tight
/// tolerances steps stay away from the limit, and only a check of the field shows the stiffness. The way back to the
/// explicit method follows L. Petzold, *Automatic selection of methods for solving stiff and nonstiff systems of
/// ordinary differential equations*, SIAM J. Sci. Stat. Comput. 4 (1983), doi:10.1137/0904010: it is tried if it would
/// be stable with the steps that accuracy allows.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Detector {
    is_stiff: bool,
    /// The progress per evaluation that the method in use must surpass, if it is on trial.
    to_beat: Option<f64>,
    /// Its accepted steps since the last switch.
    steps: u32,
    /// The mean length and the mean cost of its steps; the cost in evaluations.
    step: f64,
    cost: f64,
    /// Accepted steps until the next check, and from one check to the next.
    wait: u32,
    every: u32,
    /// Consecutive signs against the method in use.
    signs: u32,
    /// Steps at the limit of stability, and other steps since the last of them.
    at_limit: u32,
    since: u32,
    /// Steps until the next trial.
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

/// The result of a check of the field in an explicit step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// `h |λ|` as a part of the stability limit of the explicit method.
    h_lambda: f64,
    /// `|λ|` in units of the rate at which the solution changes.
    apart: f64,
}

impl Look {
    /// The result for a step of length `h`, in units of the stability limit.
    pub(super) fn of(rates: Rates, h: f64) -> Self {
        Self { h_lambda: h * rates.field, apart: rates.field / rates.solution }
    }
}

impl Detector {
    /// Whether a deserialized result is possible.
    pub(super) fn is_possible(&self) -> bool {
        are_counts(&[self.switches])
    }

    /// Whether the stiff method is in use.
    #[inline]
    pub(super) fn is_stiff(&self) -> bool {
        self.is_stiff
    }

    /// The number of switches so far.
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

    /// Whether the next step, which is explicit, is to be checked.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.wait == 0
    }

    /// Records a check.
    pub(super) fn see(&mut self, look: Option<Look>) {
        let sign = look.is_some_and(|Look { h_lambda, apart }| h_lambda > FELT && apart > APART);
        self.signs = if sign { self.signs.saturating_add(1) } else { 0 };
        self.every = if sign { SOON } else { self.every.saturating_mul(2).min(LATER) };
        self.wait = self.every;
    }

    /// Records `h |λ|` of a step, in units of the stability limit, from the stages of the explicit method or the
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

    /// Counts an accepted step of length `h > 0` and its cost in evaluations. Returns true if the next step is to be
    /// made by the other method.
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

    /// Ends a successful trial.
    fn pass(&mut self) {
        // A few steps at least, so that the short first steps of a method do not end its trial.
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

    /// Takes steps of the length and cost that `step` gives for either method, until one method takes over.
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
