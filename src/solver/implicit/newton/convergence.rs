//! The stopping rule of a simplified Newton iteration.

use crate::state::{ErrorNorm, State, StoredNorm, Tolerance};

/// The maximum number of iterations, if the equations are solved to a tolerance.
const TO_TOLERANCE: u32 = 10;

/// The maximum number of iterations to machine precision. There, a shorter step is usually no alternative.
const TO_ROUNDING: u32 = 50;

/// The error of an iteration, as a part of the tolerance of the solve.
const SHARE: f64 = 0.01;

/// A Jacobian is kept for the next step if the error shrinks by this factor in an iteration.
const FAST: f64 = 1e-3;

/// In a step longer than the last one by more than this factor, the rate of the last iteration says nothing.
const LONGER: f64 = 1.5;

/// Above this rate an iteration has stalled, or oscillates.
const STALLED: f64 = 0.9;

/// A stalled iteration has converged if its increments are below this many roundings of the solution.
const ROUNDINGS: f64 = 100.0;

/// An iteration to machine precision ends after so many increments that are not the smallest in every coordinate.
const STALLS: u32 = 2;

/// The size of an increment, for the stopping rule.
#[derive(Debug, Clone, Copy)]
pub struct Increment {
    /// Its norm, in units of the allowed error.
    pub size: f64,
    /// The same with every coordinate in its own units, see [`each_sq`].
    pub each: f64,
    /// Its Euclidean norm relative to the norm of the solution, in units of rounding.
    pub roundings: f64,
}

/// The mean square of an increment or a residual for a state from `y0` to `y1`, in units of the error that an iteration
/// may leave if a step is solved to `norm`.
///
/// Without a norm, the allowed error is well below rounding, since it has the same sign in every step, unlike rounding.
/// A coordinate far below the root mean square of the state, or of `x` if that is larger, is measured against a
/// hundredth of it.
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

/// [`size_sq`] with every coordinate measured by itself, if there is no norm. Beside a coordinate that is large in its
/// units, a small one need not be solved for [`size_sq`]; but the rounding errors of a coordinate that crosses zero are not
/// small in these units.
pub fn each_sq<Y: State>(norm: Option<&StoredNorm<Y>>, x: &Y, y0: &Y, y1: &Y) -> f64 {
    match norm {
        Some(_) => size_sq(norm, x, y0, y1),
        None => Tolerance { rtol: 0.1 * y1.rounding(), atol: f64::MIN_POSITIVE }.mean_sq(x, y0, y1),
    }
}

/// The decision after an iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Converged,
    Continue,
    Hopeless,
}

/// The stopping rule of the code RADAU5, Hairer & Wanner II, section IV.8.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Convergence {
    /// `η = Θ / (1 − Θ)`, which bounds the remaining error by the increment.
    eta: f64,
    /// The rate `Θ`.
    rate: f64,
    /// The factor `a` of the matrix `I − a J`, or the step length, of the last iteration.
    length: f64,
    /// The size of the previous increment; 0 if there is none.
    before: f64,
    iteration: u32,
    limit: u32,
    slow: bool,
    /// The rate up to which an iteration is not slow.
    fast: f64,
    /// A lower bound of `η` before the rate of an iteration is known.
    least_eta: f64,
    /// The least increment in [units of every coordinate](Increment::each) so far, and the number of larger ones since.
    #[cfg_attr(feature = "serde", serde(skip))]
    least: f64,
    #[cfg_attr(feature = "serde", serde(skip))]
    stalls: u32,
    #[cfg_attr(feature = "serde", serde(skip))]
    to_rounding: bool,
    /// Whether the coordinates together are solved to rounding.
    #[cfg_attr(feature = "serde", serde(skip))]
    solved: bool,
}

impl Convergence {
    pub const fn new() -> Self {
        Self {
            eta: 1.0,
            rate: 0.0,
            length: 0.0,
            before: 0.0,
            iteration: 0,
            limit: TO_TOLERANCE,
            slow: false,
            fast: FAST,
            least_eta: 0.0,
            least: f64::INFINITY,
            stalls: 0,
            to_rounding: false,
            solved: false,
        }
    }

    /// The rule for a Jacobian that is kept while the error shrinks to the part `fast` in an iteration. An old Jacobian
    /// may have become worse than that since the last iteration, so no better rate is assumed before it is known.
    pub const fn patient(fast: f64) -> Self {
        Self { fast, least_eta: fast, ..Self::new() }
    }

    /// Forgets the last iteration except for its rate.
    pub const fn settle(&mut self) {
        (self.rate, self.before, self.iteration) = (0.0, 0.0, 0);
    }

    /// Starts another iteration, for a step of this length.
    pub fn begin(&mut self, to_rounding: bool, length: f64) {
        // The rate of the last step is a guess, more cautious the older it is; too bold for machine precision and for a
        // step that is much longer, where the rate may be worse by orders of magnitude.
        let is_longer = length.abs() > LONGER * std::mem::replace(&mut self.length, length.abs());
        self.eta =
            if to_rounding || is_longer { 1.0 } else { self.eta.max(f64::EPSILON).powf(0.8).max(self.least_eta) };
        self.rate = 0.0;
        self.before = 0.0;
        self.iteration = 0;
        self.limit = if to_rounding { TO_ROUNDING } else { TO_TOLERANCE };
        self.slow = false;
        (self.least, self.stalls) = (f64::INFINITY, 0);
        (self.to_rounding, self.solved) = (to_rounding, false);
    }

    /// Judges an increment.
    pub fn judge(&mut self, increment: Increment) -> Progress {
        let progress = self.judge_all(increment);
        if !self.to_rounding {
            return progress;
        }
        // Together the coordinates may be solved to rounding, and a small one not. The increments then shrink further.
        let Increment { each, roundings, .. } = increment;
        let rate = each / self.least;
        if rate < STALLED {
            (self.least, self.stalls) = (each, 0);
        } else {
            self.stalls += 1;
        }
        self.solved |= progress == Progress::Converged || roundings <= ROUNDINGS && each.is_finite();
        let left = if self.iteration > 1 && rate < 0.5 { rate / (1.0 - rate) * each } else { each };
        let shrinks = left > 1.0 && self.stalls < STALLS && self.iteration < self.limit;
        match self.solved {
            true if shrinks => Progress::Continue,
            true => Progress::Converged,
            false => progress,
        }
    }

    /// Judges an increment by the sum over the coordinates.
    fn judge_all(&mut self, Increment { size, roundings, .. }: Increment) -> Progress {
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

    /// Whether the last iteration converged so slowly that a new Jacobian pays.
    pub const fn was_slow(&self) -> bool {
        self.slow
    }

    /// The mean rate of the last iterations; `None` if there was only one.
    pub fn rate(&self) -> Option<f64> {
        (self.iteration > 1).then_some(self.rate)
    }

    fn give_up(&mut self) -> Progress {
        self.eta = 1.0;
        Progress::Hopeless
    }
}
