//! A failed solve, with its partial solution.

use super::{Ending, Solution};
use crate::error::Error;
use crate::integrate::{Stats, Termination};

/// A failed solve: the reason, and the solution up to the failure.
///
/// It converts into [`Error`] with `?`, dropping the partial solution.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure<Y, K = Vec<Y>> {
    /// The reason.
    pub error: Error,
    /// The partial solution: outputs, events and cost. `partial.last()` is the last good state, at
    /// `partial.last_time()`.
    pub partial: Solution<Y, K>,
}

impl<Y> Failure<Y> {
    /// A solve that halted at the state `end`, after saving `y` at the first of the `times`.
    pub(crate) fn new(halt: Termination, times: &[f64], y: Vec<Y>, end: Y) -> Box<Self> {
        let Termination { error, t: t_end, stats } = halt;
        let t = times[..y.len()].to_vec();
        let (hits, ending) = (Vec::new(), Ending::Failure);
        let partial = Solution { t, y, hits, ending, stats, stiffness: None, end: (t_end, end) };
        Box::new(Self { error, partial })
    }
}

impl<Y, K> std::fmt::Display for Failure<Y, K> {
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

impl<Y: std::fmt::Debug, K: std::fmt::Debug> std::error::Error for Failure<Y, K> {}

impl<Y, K> From<Box<Failure<Y, K>>> for Error {
    fn from(failure: Box<Failure<Y, K>>) -> Self {
        failure.error
    }
}
