//! The settings of multiple shooting.

use super::scale::{check_scale, deviations};
use crate::adjoint::check_fits;
use crate::error::{Error, Result};
use crate::solution::check_times;
use crate::state::State;
use crate::train::SquaredError;

/// The loss of a trajectory in segments, for a field with many parameters: multiple shooting by adjoints.
///
/// A solve over a long time is a steep and wrinkled function of the parameters. Its fit ends at a flat curve through
/// the mean, or it diverges. Multiple shooting cuts the time into segments, each with a start state of its own. The loss is
///
/// `L((y − target) / scale) + ρ mean((e_k − s_{k+1})² / scale²)`
///
/// with the end `e_k` of a segment and the start `s_{k+1}` of the next one; the mean is over the cuts and the coordinates. H. G. Bock &
/// K. J. Plitt, *A multiple shooting algorithm for direct solution of optimal control problems* (1984), have the
/// continuity as a constraint; the penalty is by E. M. Turan & J. Jäschke, *Multiple shooting for training neural
/// differential equations on time series* (2021), arXiv:2109.06786.
///
/// The segments are cut at observation times. An observation at a cut belongs to the segment that starts there, so that each
/// one counts once: for a continuous trajectory the loss is the loss of a single solve.
///
/// It is an [`Objective`](crate::train::Objective) whose samples are the segments, for the model
/// [`Segments`](super::Segments). A [`Trainer`](crate::train::Trainer) trains it with Adam, and
/// [`Lbfgs`](crate::train::Lbfgs) minimises [`value_and_gradient`](Self::value_and_gradient). Raise the penalty from one
/// minimisation to the next; end with one segment, which is single shooting:
///
/// ```
/// use nalgebra::vector;
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::fit::MultipleShooting;
/// use rheos::train::Lbfgs;
/// use rheos::{DiscreteAdjoint, Dopri5, Ivp, Parametric, Pid};
///
/// let (truth, y0) = LotkaVolterra::problem();
/// let times: Vec<f64> = (0..=40).map(|i| 0.5 * f64::from(i)).collect();
/// let control = Pid::tolerance(1e-8);
/// let observed = Ivp::new(&truth, y0, 0.0..20.0).save_at(&times).solve(Dopri5, control)?.y;
///
/// // From a start far away.
/// let mut model = truth.clone();
/// model.set_params(&vector![1.0, 1.0, 1.0, 1.0]);
/// let mut shooting = MultipleShooting::new(&times, &observed, Dopri5, control, DiscreteAdjoint::new()).segments(10);
/// let mut segments = shooting.start_from_data(model)?;
/// for penalty in [1.0, 10.0, 100.0] {
///     shooting = shooting.penalty(penalty);
///     Lbfgs::new().minimise(&mut segments, |segments| shooting.value_and_gradient(segments))?;
/// }
/// assert!(shooting.trajectory(&segments)?.largest_defect < 1e-3);
///
/// let single = shooting.segments(1);
/// let mut whole = single.start_from_segments(segments)?;
/// let found = Lbfgs::new().minimise(&mut whole, |whole| single.value_and_gradient(whole))?;
/// assert!(found.loss < 1e-10);
/// assert!((whole.field.params() - truth.params()).norm() < 1e-3);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "the loss of a trajectory is for an optimiser"]
pub struct MultipleShooting<'a, Y, S, C, A, L = SquaredError> {
    pub(super) times: &'a [f64],
    pub(super) targets: &'a [Y],
    pub(super) weights: Option<&'a [Vec<f64>]>,
    pub(super) given_scale: Option<&'a [f64]>,
    pub(super) segments: usize,
    pub(super) penalty: f64,
    pub(super) weight_penalty: f64,
    pub(super) loss: L,
    pub(super) solver: S,
    pub(super) control: C,
    pub(super) adjoint: A,
}

impl<'a, Y: State, S, C, A> MultipleShooting<'a, Y, S, C, A> {
    /// The mean squared error of a trajectory against the targets at these times, in one segment. The trajectory starts
    /// at the first time. `solver` and `control` integrate each segment, and `adjoint` differentiates the solve.
    pub const fn new(times: &'a [f64], targets: &'a [Y], solver: S, control: C, adjoint: A) -> Self {
        let (weights, given_scale, loss) = (None, None, SquaredError);
        Self {
            times,
            targets,
            weights,
            given_scale,
            segments: 1,
            penalty: 1.0,
            weight_penalty: 0.0,
            loss,
            solver,
            control,
            adjoint,
        }
    }
}

impl<'a, Y: State, S, C, A, L> MultipleShooting<'a, Y, S, C, A, L> {
    /// The number of segments, 1 to one less than the number of times. Their numbers of observations differ by at most one.
    pub const fn segments(mut self, segments: usize) -> Self {
        self.segments = segments;
        self
    }

    /// The penalty `ρ` of the jumps between segments, 1 by default. It has no unit.
    pub const fn penalty(mut self, penalty: f64) -> Self {
        self.penalty = penalty;
        self
    }

    /// Adds `λ ‖θ‖²` to the loss, with all parameters `θ` of the field, such as the weights of a network: it keeps a network
    /// smooth that noise would make rough. 0 by default.
    pub const fn weight_penalty(mut self, lambda: f64) -> Self {
        self.weight_penalty = lambda;
        self
    }

    /// The scale of each coordinate, in the units of the state. The default is the standard deviation of the targets.
    pub const fn scale(mut self, scale: &'a [f64]) -> Self {
        self.given_scale = Some(scale);
        self
    }

    /// Weights of the targets, as [`Loss`](crate::train::Loss) takes them: one list for each target. A weight of 0 masks
    /// a coordinate.
    pub const fn weights(mut self, weights: &'a [Vec<f64>]) -> Self {
        self.weights = Some(weights);
        self
    }

    /// Another loss, of outputs and targets in units of the scale.
    pub fn loss<M>(self, loss: M) -> MultipleShooting<'a, Y, S, C, A, M> {
        let Self { times, targets, weights, given_scale, segments, penalty, weight_penalty, .. } = self;
        let Self { solver, control, adjoint, .. } = self;
        MultipleShooting {
            times,
            targets,
            weights,
            given_scale,
            segments,
            penalty,
            weight_penalty,
            loss,
            solver,
            control,
            adjoint,
        }
    }

    /// The indices of the times at which the segments start, and the last time.
    pub(super) fn cuts(&self) -> Vec<usize> {
        let intervals = self.times.len().saturating_sub(1);
        (0..=self.segments).map(|k| k * intervals / self.segments).collect()
    }

    /// The start times of the segments.
    pub(super) fn start_times(&self) -> Vec<f64> {
        self.cuts()[..self.segments].iter().map(|cut| self.times[*cut]).collect()
    }

    /// Checks the settings and the data, and returns the scale.
    pub(super) fn checked_scale(&self) -> Result<Vec<f64>> {
        let Self { times, targets, weights, given_scale, segments, .. } = *self;
        let span = check_times(times)?;
        if let Some(i) = times.windows(2).position(|pair| !span.is_after(pair[1], pair[0])) {
            return Err(Error::UnsortedTimes { index: i + 1, time: times[i + 1], previous: times[i] });
        }
        if segments == 0 || segments >= times.len() {
            let expected = "at least 1, and less than the number of times";
            return Err(Error::InvalidArgument { name: "segments", value: segments as f64, expected });
        }
        for (name, value) in [("penalty", self.penalty), ("weight_penalty", self.weight_penalty)] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(Error::InvalidArgument { name, value, expected: "finite and not negative" });
            }
        }
        let lengths = [("targets", Some(targets.len())), ("weights", weights.map(<[_]>::len))];
        for (name, found) in lengths {
            if let Some(found) = found.filter(|found| *found != times.len()) {
                return Err(Error::LengthMismatch { name, found, expected: times.len() });
            }
        }
        let first = &targets[0];
        targets.iter().try_for_each(|target| check_fits("targets", target, first))?;
        let coordinates = first.coordinates().len();
        let Some(scale) = given_scale else { return deviations(targets, weights) };
        check_scale(scale, coordinates)?;
        Ok(scale.to_vec())
    }
}
