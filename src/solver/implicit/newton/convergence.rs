//! When a simplified Newton iteration may stop.

use crate::state::{ErrorNorm, State, StoredNorm, Tolerance};

/// Iterations before a step is given up whose equations are solved to a tolerance.
const TO_TOLERANCE: u32 = 10;

/// The same where they are solved to rounding, which nobody asks for who could take a shorter step instead.
const TO_ROUNDING: u32 = 50;

/// The part of the tolerance of a solve that the error of an iteration may have.
const SHARE: f64 = 0.01;

/// A Jacobian is good enough for the next step where the error shrinks by this factor in an iteration.
const FAST: f64 = 1e-3;

/// Above this rate an iteration has come to rest, or dances.
const STALLED: f64 = 0.9;

/// One that has is at its end where its increments are below this many roundings of the solution.
const ROUNDINGS: f64 = 100.0;

/// The size of an increment, as far as a stopping rule sees it.
#[derive(Debug, Clone, Copy)]
pub struct Increment {
    /// Its norm, in units of what is tolerated.
    pub size: f64,
    /// Its Euclidean norm relative to that of the solution, in units of rounding.
    pub roundings: f64,
}

/// The mean square of an increment or a residual for a state from `y0` to `y1`, in units of what an iteration may leave of it
/// where a step is solved to `norm`.
///
/// Where nobody names a norm, that is well below rounding, since what is left has the same sign in every step, where rounding
/// has not. A coordinate far below the root mean square of the state, or of `x` where that is larger, is
/// measured against a hundredth of that.
pub fn size_sq<Y: State>(norm: Option<&StoredNorm<Y>>, x: &Y, y0: &Y, y1: &Y) -> f64 {
    match norm {
        Some(norm) => norm.mean_sq(x, y0, y1) / (SHARE * SHARE),
        None => {
            let unit = 0.1 * y1.rounding();
            let largest = y0.inner(y0).max(y1.inner(y1)).max(x.inner(x));
            let size = (largest / y1.count().max(1) as f64).sqrt();
            Tolerance { rtol: unit, atol: (1e-2 * unit * size).max(f64::MIN_POSITIVE) }.mean_sq(x, y0, y1)
        }
    }
}

/// What to do after an iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Converged,
    Continue,
    Hopeless,
}

/// Watches the increments of an iteration: the rules of the code RADAU5, Hairer & Wanner II, section IV.8.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Convergence {
    /// `η = Θ / (1 − Θ)`, by which an increment bounds the error that is left.
    eta: f64,
    /// The rate `Θ`.
    rate: f64,
    /// The size of the increment before; 0 where there is none.
    before: f64,
    iteration: u32,
    limit: u32,
    slow: bool,
    /// The rate up to which an iteration is not slow.
    fast: f64,
    /// The least `η` that is supposed of an iteration before its rate is known.
    least_eta: f64,
}

impl Convergence {
    pub const fn new() -> Self {
        Self {
            eta: 1.0,
            rate: 0.0,
            before: 0.0,
            iteration: 0,
            limit: TO_TOLERANCE,
            slow: false,
            fast: FAST,
            least_eta: 0.0,
        }
    }

    /// The same for a Jacobian that is kept while the error shrinks to the part `fast` in an iteration. One that is kept for
    /// long may have become worse than that since the last iteration, so none is trusted to be better before its rate is
    /// known.
    pub const fn patient(fast: f64) -> Self {
        Self { fast, least_eta: fast, ..Self::new() }
    }

    /// Forgets the last iteration but for what it says of the next.
    pub const fn settle(&mut self) {
        (self.rate, self.before, self.iteration) = (0.0, 0.0, 0);
    }

    /// Starts to watch another iteration.
    pub fn begin(&mut self, to_rounding: bool) {
        // The rate of the last step is a guess for this one, the more cautious the longer ago; too bold for rounding.
        self.eta = if to_rounding { 1.0 } else { self.eta.max(f64::EPSILON).powf(0.8).max(self.least_eta) };
        self.rate = 0.0;
        self.before = 0.0;
        self.iteration = 0;
        self.limit = if to_rounding { TO_ROUNDING } else { TO_TOLERANCE };
        self.slow = false;
    }

    /// Judges an increment.
    pub fn judge(&mut self, Increment { size, roundings }: Increment) -> Progress {
        self.iteration += 1;
        if self.iteration > 1 {
            let now = size / self.before;
            if now > STALLED && roundings <= ROUNDINGS {
                return Progress::Converged;
            }
            self.rate = if self.iteration == 2 { now } else { (now * self.rate).sqrt() };
            if self.rate >= 1.0 || self.rate.is_nan() {
                return self.give_up();
            }
            self.eta = self.rate / (1.0 - self.rate);
            self.slow = self.rate > self.fast;
        }
        self.before = size;
        if self.eta * size <= 1.0 {
            return Progress::Converged;
        }
        let left = self.limit - self.iteration;
        let hopeless = self.iteration > 1 && self.rate.powi(left as i32) * self.eta * size > 1.0;
        if left == 0 || hopeless || !size.is_finite() { self.give_up() } else { Progress::Continue }
    }

    /// Whether the last iteration converged so slowly that a new Jacobian would pay.
    pub const fn was_slow(&self) -> bool {
        self.slow
    }

    fn give_up(&mut self) -> Progress {
        self.eta = 1.0;
        Progress::Hopeless
    }
}
