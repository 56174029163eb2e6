//! The trajectory of a model in segments.

use super::scale::divided;
use super::segments::Segments;
use super::settings::MultipleShooting;
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::{Dense, Solver};
use crate::state::State;
use crate::train::Loss;

/// The trajectory of a model in segments, made by [`MultipleShooting::trajectory`].
#[derive(Debug, Clone, PartialEq)]
pub struct ShootingTrajectory<Y> {
    /// The states at the observation times. At a cut it is the start of the new segment.
    pub y: Vec<Y>,
    /// The loss of the data alone, without the penalties.
    pub loss: f64,
    /// The end of each segment minus the start of the next one, in the units of the state.
    pub defects: Vec<Y>,
    /// The largest coordinate of the defects, in units of the scale; 0 for one segment.
    pub largest_defect: f64,
}

impl<Y: State, S: Clone, C: Clone, A, L: Loss<Y, Target = Y>> MultipleShooting<'_, Y, S, C, A, L> {
    /// The trajectory of the segments, its loss and its defects.
    ///
    /// With one segment it is continuous. [`start_from_segments`](Self::start_from_segments) makes one of several:
    /// `let single = shooting.segments(1); single.trajectory(&single.start_from_segments(segments)?)?`. The field and the
    /// first start are in the model, for a solve over a longer time.
    ///
    /// # Errors
    /// The errors of [`value_and_gradient`](Self::value_and_gradient).
    pub fn trajectory<F>(&self, model: &Segments<F>) -> Result<ShootingTrajectory<Y>>
    where
        F: Dynamics<State = Y>,
        S: Solver<F> + Dense<F>,
        C: Controller<F, S>,
    {
        let scale = self.checked_scale()?;
        model.check(&self.start_times(), &self.targets[0])?;
        let cuts = self.cuts();
        let (mut y, mut defects, mut largest_defect) = (Vec::with_capacity(self.times.len()), Vec::new(), 0.0_f64);
        for (k, start) in model.starts().iter().enumerate() {
            let mut states = self.states(&model.field, start.clone(), &self.times[cuts[k]..=cuts[k + 1]])?;
            if let Some(next) = model.starts().get(k + 1)
                && let Some(mut defect) = states.pop()
            {
                defect.add_scaled(-1.0, next);
                largest_defect =
                    divided(&defect, &scale).coordinates().iter().fold(largest_defect, |a, b| a.max(b.abs()));
                defects.push(defect);
            }
            y.append(&mut states);
        }
        let scaled = |states: &[Y]| states.iter().map(|y| divided(y, &scale)).collect::<Vec<_>>();
        let (loss, _) = self.loss.weighted(&scaled(&y), &scaled(self.targets), self.weights)?;
        Ok(ShootingTrajectory { y, loss, defects, largest_defect })
    }
}
