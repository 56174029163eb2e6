//! The model of multiple shooting.

use super::scale::{divided, multiplied};
use crate::adjoint::check_fits;
use crate::dynamics::{Dynamics, Parametric};
use crate::error::{Error, Result};
use crate::state::State;

/// A field with the start states of the segments of a trajectory: the model of [`MultipleShooting`](super::MultipleShooting).
///
/// The parameters are the parameters of the field, and the start states divided by the scale of their coordinates. So
/// the units of the state do not matter to an optimiser. [`MultipleShooting::start_from_data`](super::MultipleShooting::start_from_data)
/// and its siblings make one.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments<F: Dynamics> {
    /// The field.
    pub field: F,
    times: Vec<f64>,
    starts: Vec<F::State>,
    scale: Vec<f64>,
    known: bool,
}

impl<F: Dynamics> Segments<F> {
    /// With checked parts: one time and one start state for each segment.
    pub(super) const fn new(field: F, times: Vec<f64>, starts: Vec<F::State>, scale: Vec<f64>) -> Self {
        Self { field, times, starts, scale, known: false }
    }

    /// Holds the start of the first segment, which is then none of the parameters: the initial state is known.
    #[must_use]
    pub const fn known_start(mut self) -> Self {
        self.known = true;
        self
    }

    /// The start times of the segments.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The start states of the segments, in the units of the state.
    #[must_use]
    pub fn starts(&self) -> &[F::State] {
        &self.starts
    }

    /// The number of start states that are no parameters: 0, or 1 with a [known start](Self::known_start).
    pub(super) const fn held(&self) -> usize {
        self.known as usize
    }

    /// Whether the start of the first segment is held.
    pub(super) const fn is_start_known(&self) -> bool {
        self.known
    }

    /// Checks that there is one start state of the right shape for each of these start times.
    pub(super) fn check(&self, times: &[f64], like: &F::State) -> Result<()> {
        let (found, expected) = (self.starts.len(), times.len());
        if found != expected {
            return Err(Error::LengthMismatch { name: "starts", found, expected });
        }
        if let Some(index) = (0..expected).find(|&k| self.times[k] != times[k]) {
            let (value, expected) = (self.times[index], "the start of this segment: the model has other segments");
            return Err(Error::InvalidEntry { name: "segments.times", index, value, expected });
        }
        self.starts.iter().try_for_each(|start| check_fits("starts", start, like))
    }

    /// The gradient with respect to the parameters, from the gradients with respect to all start states.
    pub(super) fn gradient<P>(&self, params: P, starts: &[F::State]) -> (P, Vec<F::State>) {
        (params, starts[self.held()..].iter().map(|start| multiplied(start, &self.scale)).collect())
    }
}

impl<F: Dynamics + Parametric> Parametric for Segments<F> {
    type Params = (F::Params, Vec<F::State>);

    fn params(&self) -> Self::Params {
        let starts = self.starts[self.held()..].iter().map(|start| divided(start, &self.scale));
        (self.field.params(), starts.collect())
    }

    fn set_params(&mut self, (params, starts): &Self::Params) {
        self.field.set_params(params);
        let held = self.held();
        for (own, start) in self.starts[held..].iter_mut().zip(starts) {
            own.assign(&multiplied(start, &self.scale));
        }
    }

    fn parameter_count(&self) -> usize {
        let starts = &self.starts[self.held()..];
        self.field.parameter_count() + starts.iter().map(|start| start.coordinates().len()).sum::<usize>()
    }
}
