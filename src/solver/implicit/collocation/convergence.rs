//! When a simplified Newton iteration may stop.

/// Iterations before a step is given up whose equations are solved to a tolerance.
const TO_TOLERANCE: u32 = 10;

/// The same where they are solved to rounding, which nobody asks for who could take a shorter step instead.
const TO_ROUNDING: u32 = 50;

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

/// What to do after an iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Converged,
    Continue,
    Hopeless,
}

/// Watches the increments of an iteration: the rules of the code RADAU5, Hairer & Wanner II, section IV.8.
#[derive(Debug, Clone)]
pub struct Convergence {
    /// `η = Θ / (1 − Θ)`, by which an increment bounds the error that is left.
    eta: f64,
    /// The rate `Θ`.
    rate: f64,
    before: f64,
    iteration: u32,
    limit: u32,
    slow: bool,
}

impl Convergence {
    pub const fn new() -> Self {
        Self { eta: 1.0, rate: 0.0, before: f64::INFINITY, iteration: 0, limit: TO_TOLERANCE, slow: false }
    }

    /// Starts to watch another iteration.
    pub fn begin(&mut self, to_rounding: bool) {
        // The rate of the last step is a guess for this one, the more cautious the longer ago; too bold for rounding.
        self.eta = if to_rounding { 1.0 } else { self.eta.max(f64::EPSILON).powf(0.8) };
        self.rate = 0.0;
        self.before = f64::INFINITY;
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
            self.slow = self.rate > FAST;
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
