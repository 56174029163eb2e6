//! The loss of multiple shooting and its gradient.

use std::ops::Range;

use super::scale::{divided, weight_of};
use super::segments::Segments;
use super::settings::MultipleShooting;
use crate::adjoint::Adjoint;
use crate::control::Controller;
use crate::dynamics::{Differentiable, Parametric};
use crate::error::{Error, Result};
use crate::solution::Ivp;
use crate::solver::Solver;
use crate::state::State;
use crate::train::{Loss, MiniBatch, Objective};

impl<Y: State, S: Clone, C: Clone, A, L: Loss<Y, Target = Y>> MultipleShooting<'_, Y, S, C, A, L> {
    /// The loss of all segments and its gradient, for [`Lbfgs::minimise`](crate::train::Lbfgs::minimise).
    ///
    /// # Errors
    /// * [`Error::UnsortedTimes`] unless the times strictly increase, or strictly decrease; [`Error::LengthMismatch`]
    ///   unless there are one target and one list of weights for each, of the same shape, and one start for each segment;
    /// * [`Error::InvalidArgument`] for a number of segments or penalties outside their domains, and
    ///   [`Error::InvalidEntry`] for a scale that is not positive: without a given scale, targets that are constant or
    ///   masked in a coordinate;
    /// * the errors of the solves, of the adjoint and of the loss.
    pub fn value_and_gradient<F>(&self, model: &Segments<F>) -> Result<(f64, <Segments<F> as Parametric>::Params)>
    where
        F: Differentiable<State = Y>,
        S: Solver<F>,
        C: Controller<F, S>,
        A: Adjoint<F, S, C>,
    {
        let samples: Vec<usize> = (0..self.segments).collect();
        self.gradient(model, MiniBatch { samples: &samples, seed: 0 })
    }

    /// The indices of the observations that belong to the segment between two cuts.
    fn observations(&self, cuts: &[usize], k: usize) -> Range<usize> {
        let end = cuts[k + 1];
        cuts[k]..if k + 1 == self.segments { end + 1 } else { end }
    }

    /// The sum of the weights of the coordinates of these targets.
    fn weight_sum(&self, targets: Range<usize>, coordinates: usize) -> f64 {
        let of = |k| (0..coordinates).map(move |i| weight_of(self.weights, k, i, coordinates)).sum::<f64>();
        targets.map(of).sum()
    }
}

/// The loss is the mean over the segments of a batch; each segment has its observations, and the jump at its end.
impl<F, S, C, A, L> Objective<Segments<F>> for MultipleShooting<'_, F::State, S, C, A, L>
where
    F: Differentiable,
    S: Solver<F> + Clone,
    C: Controller<F, S> + Clone,
    A: Adjoint<F, S, C>,
    L: Loss<F::State, Target = F::State>,
{
    fn samples(&self) -> usize {
        self.segments
    }

    fn gradient(
        &self,
        model: &Segments<F>,
        batch: MiniBatch<'_>,
    ) -> Result<(f64, <Segments<F> as Parametric>::Params)> {
        let scale = self.checked_scale()?;
        let like = &self.targets[0];
        model.check(&self.start_times(), like)?;
        if let Some((index, &value)) = batch.samples.iter().enumerate().find(|(_, k)| **k >= self.segments) {
            let (name, value, expected) = ("samples", value as f64, "less than the number of segments");
            return Err(Error::InvalidEntry { name, index, value, expected });
        }
        let cuts = self.cuts();
        let mut runs = Vec::with_capacity(batch.samples.len());
        for &k in batch.samples {
            let times = &self.times[cuts[k]..=cuts[k + 1]];
            let problem = Ivp::new(&model.field, model.starts()[k].clone(), times[0]..times[times.len() - 1]);
            let run = problem.save_at(times).forward(self.solver.clone(), self.control.clone(), &self.adjoint)?;
            runs.push(run);
        }

        // The observations of the batch in units of the scale; their share in all weights, for one segment in the mean.
        let share = self.segments as f64 / batch.samples.len().max(1) as f64;
        let (mut outputs, mut targets, mut weights, mut own) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
        for (&k, run) in batch.samples.iter().zip(&runs) {
            let observed = self.observations(&cuts, k);
            own += self.weight_sum(observed.clone(), scale.len());
            outputs.extend(run.y.iter().take(observed.len()).map(|y| divided(y, &scale)));
            targets.extend(self.targets[observed.clone()].iter().map(|y| divided(y, &scale)));
            weights.extend(self.weights.iter().flat_map(|weights| weights[observed.clone()].iter().cloned()));
        }
        let all = self.weight_sum(0..self.times.len(), scale.len());
        let (mut loss, mut cotangents) = (0.0, outputs.iter().map(State::zeros_like).collect::<Vec<_>>());
        // Segments without a weight have no mean.
        if own > 0.0 || all <= 0.0 {
            let weights = self.weights.map(|_| weights.as_slice());
            let (value, bars) = self.loss.weighted(&outputs, &targets, weights)?;
            let part = share * own / all;
            loss += part * value;
            for (sum, bar) in cotangents.iter_mut().zip(&bars) {
                sum.add_scaled(part, &divided(bar, &scale));
            }
        }

        let jumps = ((self.segments - 1) * scale.len()).max(1) as f64;
        let factor = share * self.penalty / jumps;
        let theta = model.field.params();
        loss += self.weight_penalty * theta.inner(&theta);
        let mut params = theta.zeros_like();
        params.add_scaled(2.0 * self.weight_penalty, &theta);
        let mut starts: Vec<F::State> = model.starts().iter().map(State::zeros_like).collect();
        let mut rest = cotangents.into_iter();
        for (&k, run) in batch.samples.iter().zip(&runs) {
            let mut bars: Vec<F::State> = rest.by_ref().take(self.observations(&cuts, k).len()).collect();
            if k + 1 < self.segments {
                let mut defect = run.y[run.y.len() - 1].clone();
                defect.add_scaled(-1.0, &model.starts()[k + 1]);
                let defect = divided(&defect, &scale);
                loss += factor * defect.inner(&defect);
                let mut bar = divided(&defect, &scale);
                bar.scale_by(2.0 * factor);
                starts[k + 1].add_scaled(-1.0, &bar);
                bars.push(bar);
            }
            let found = run.backward(&bars)?;
            params.add_scaled(1.0, &found.params);
            starts[k].add_scaled(1.0, &found.y0);
        }
        if !loss.is_finite() {
            return Err(Error::NonFiniteLoss { value: loss });
        }
        Ok((loss, model.gradient(params, &starts)))
    }
}
