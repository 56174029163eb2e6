//! What a solve returns, and what of it is kept.

mod ensemble;
mod fallback;
mod ivp;
mod record;

pub use ensemble::{Ensemble, Outcome};
pub use fallback::Rescued;
pub use ivp::{Ivp, keep, solve};
pub(crate) use record::check_times;
pub use record::{Interpolated, Landed, Trajectory};

use crate::solver::Stiffness;
use crate::{Error, Halt, Stats};

/// The saved states of a solve.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution<Y> {
    /// The times of the saved states.
    pub t: Vec<f64>,
    /// The saved states.
    pub y: Vec<Y>,
    /// What the solve cost.
    pub stats: Stats,
    /// Whether the problem looks stiff for the method, so that another would be cheaper. Only looked for where an error
    /// estimate chooses the steps.
    pub stiffness: Option<Stiffness>,
    end: (f64, Y),
}

impl<Y> Solution<Y> {
    /// The state at the end of the span, whether it was saved or not.
    #[must_use]
    pub fn last(&self) -> &Y {
        &self.end.1
    }

    /// The time of [`last`](Self::last).
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.end.0
    }
}

/// A solve that ended early: why, and everything that was computed before.
///
/// It converts into [`Error`] with `?`, dropping the partial solution.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure<Y> {
    /// The reason.
    pub error: Error,
    /// The states saved so far and the cost; `partial.last()` is the last good state, at `partial.last_time()`.
    pub partial: Solution<Y>,
}

impl<Y> Failure<Y> {
    /// A solve that was halted at the state `end`, having saved `y` at the first of `times`.
    pub(crate) fn new(halt: Halt, times: &[f64], y: Vec<Y>, end: Y) -> Box<Self> {
        let Halt { error, t: t_end, stats } = halt;
        let partial = Solution { t: times[..y.len()].to_vec(), y, stats, stiffness: None, end: (t_end, end) };
        Box::new(Self { error, partial })
    }
}

impl<Y> std::fmt::Display for Failure<Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Stats { evaluations, accepted, rejected, .. } = self.partial.stats;
        write!(
            f,
            "{}\n(the solution is kept up to t = {}, after {accepted} accepted and {rejected} rejected steps and \
             {evaluations} evaluations)",
            self.error,
            self.partial.last_time(),
        )?;
        match &self.partial.stiffness {
            Some(stiffness) => write!(f, "\n({stiffness})"),
            None => Ok(()),
        }
    }
}

impl<Y: std::fmt::Debug> std::error::Error for Failure<Y> {}

impl<Y> From<Box<Failure<Y>>> for Error {
    fn from(failure: Box<Failure<Y>>) -> Self {
        failure.error
    }
}
