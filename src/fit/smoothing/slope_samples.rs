//! Times, states and slopes.

use nalgebra::SVector;

use crate::error::{Error, Result};
use crate::state::State;

/// States at some times with the derivatives of the state there, to which a field is fitted without a solve: the two-stage
/// method of Varah, *A spline least squares method for numerical parameter estimation in differential equations*, SIAM J.
/// Sci. Stat. Comput. 3 (1982), also called gradient matching.
///
/// Smoothed measurements have them: [`LocalQuadratic::samples`](super::LocalQuadratic::samples). With
/// [`GradientMatching`](super::GradientMatching) they are the data of a training. Slopes of noisy data have errors, so the
/// result is a start for a fit of solutions, and no end.
#[derive(Debug, Clone, PartialEq)]
pub struct SlopeSamples<Y> {
    times: Vec<f64>,
    states: Vec<Y>,
    slopes: Vec<Y>,
}

impl<Y: State> SlopeSamples<Y> {
    /// States and slopes at these times, in any order; at least one.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] without a time, or unless there are a state and a slope for each;
    /// * [`Error::ShapeMismatch`] for a state or slope without the shape of the first state;
    /// * [`Error::InvalidEntry`] for a time, a state or a slope that is not finite, by its index.
    pub fn new(times: Vec<f64>, states: Vec<Y>, slopes: Vec<Y>) -> Result<Self> {
        let Some(first) = states.first().filter(|_| !times.is_empty()) else {
            let name = if times.is_empty() { "times" } else { "states" };
            return Err(Error::LengthMismatch { name, found: 0, expected: times.len().max(1) });
        };
        for (name, list) in [("states", &states), ("slopes", &slopes)] {
            if list.len() != times.len() {
                return Err(Error::LengthMismatch { name, found: list.len(), expected: times.len() });
            }
            for (index, member) in list.iter().enumerate() {
                if !first.fits(member) {
                    let [found, expected] = [member, first].map(|state| state.coordinates().len());
                    return Err(Error::ShapeMismatch { name, index, found, expected });
                }
                if let Some(value) = member.coordinates().into_iter().find(|x| !x.is_finite()) {
                    return Err(Error::InvalidEntry { name, index, value, expected: "finite" });
                }
            }
        }
        if let Some((index, &value)) = times.iter().enumerate().find(|(_, t)| !t.is_finite()) {
            return Err(Error::InvalidEntry { name: "times", index, value, expected: "finite" });
        }
        Ok(Self { times, states, slopes })
    }
}

impl<Y> SlopeSamples<Y> {
    /// The number of samples, at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub const fn len(&self) -> usize {
        self.times.len()
    }

    /// The times.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The state at each time.
    #[must_use]
    pub fn states(&self) -> &[Y] {
        &self.states
    }

    /// The derivative of the state at each time.
    #[must_use]
    pub fn slopes(&self) -> &[Y] {
        &self.slopes
    }
}

impl<const N: usize> SlopeSamples<SVector<f64, N>> {
    /// States and slopes of `eᶻ`, where these samples are of `z`: for positive quantities smoothed as logarithms, since their
    /// errors are relative.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for a state or slope that overflows.
    pub fn exp(&self) -> Result<Self> {
        let states: Vec<_> = self.states.iter().map(|z| z.map(f64::exp)).collect();
        let slopes = states.iter().zip(&self.slopes).map(|(y, dz)| y.component_mul(dz)).collect();
        Self::new(self.times.clone(), states, slopes)
    }
}
