//! A spectrum that was not found.

use std::fmt;

use super::Spectrum;
use crate::error::Error;
use crate::state::State;

/// The reason why there is no spectrum, with everything found until then.
///
/// It converts into [`Error`] with `?`.
#[derive(Debug, Clone, PartialEq)]
pub struct LyapunovFailure {
    /// The reason.
    pub error: Error,
    /// The time of the last good state, the transient included.
    pub t: f64,
    /// The coordinates of this state.
    pub state: Vec<f64>,
    /// The average until the last factorisation; `None` if there was none after the transient. If the spectrum has not
    /// converged to the tolerance, this is the whole of it.
    pub partial: Option<Spectrum>,
}

impl LyapunovFailure {
    /// A spectrum that was refused at its initial state.
    pub(super) fn at_start<Y: State>(error: Error, start: &Y) -> Box<Self> {
        Box::new(Self { error, t: 0.0, state: start.coordinates(), partial: None })
    }
}

impl fmt::Display for LyapunovFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n(the last good state is x = {:?} at t = {}", self.error, self.state, self.t)?;
        match &self.partial {
            Some(partial) => write!(f, "; the exponents over the time {} are {partial})", partial.time),
            None => write!(f, ")"),
        }
    }
}

impl std::error::Error for LyapunovFailure {}

impl From<Box<LyapunovFailure>> for Error {
    fn from(failure: Box<LyapunovFailure>) -> Self {
        failure.error
    }
}
