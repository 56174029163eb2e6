//! The states of a solve that a loss may depend on.

use crate::dynamics::Dynamics;
use crate::solver::Dense;

/// The states of a solve that a loss may depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outputs<'t> {
    /// The end state: at the end of the span, or at a terminal event.
    End,
    /// The states at given times, by interpolation, or by landing if the interpolant of the method is [too
    /// rough](Dense::LANDS).
    At(&'t [f64]),
    /// The states at given times, by landing on them.
    LandingOn(&'t [f64]),
}

impl<'t> Outputs<'t> {
    /// The times asked for.
    #[must_use]
    pub const fn times(self) -> &'t [f64] {
        match self {
            Self::End => &[],
            Self::At(times) | Self::LandingOn(times) => times,
        }
    }

    /// The times that a solve by the method `S` must land on.
    pub(crate) fn stops<F: Dynamics, S: Dense<F>>(self) -> &'t [f64] {
        match self {
            Self::At(times) if S::LANDS => times,
            Self::LandingOn(times) => times,
            _ => &[],
        }
    }
}

impl<'t> From<&'t [f64]> for Outputs<'t> {
    fn from(times: &'t [f64]) -> Self {
        Self::At(times)
    }
}

impl<'t> From<&'t Vec<f64>> for Outputs<'t> {
    fn from(times: &'t Vec<f64>) -> Self {
        Self::At(times)
    }
}

impl<'t, const N: usize> From<&'t [f64; N]> for Outputs<'t> {
    fn from(times: &'t [f64; N]) -> Self {
        Self::At(times)
    }
}
