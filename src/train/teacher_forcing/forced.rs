//! The forced recursion and its pullback.

use super::observation::Observation;
use crate::error::{Error, Result};
use crate::nn::{BatchMatrix, Block};
use crate::state::{Element, State};

/// One batch of windows: the observations of all its samples, in order of time.
pub(super) struct Windows<'a, T: Element, const N: usize, const M: usize> {
    pub(super) observation: &'a Observation<N, M>,
    /// One more than there are steps.
    pub(super) x: Vec<BatchMatrix<T, N>>,
    /// The time of a step.
    pub(super) dt: f64,
    /// The strength of the forcing after a step.
    pub(super) alpha: f64,
    /// The steps between two forcings.
    pub(super) every: usize,
    /// The first steps, whose predictions are not in the loss.
    pub(super) transient: usize,
}

/// A forward pass: the records of the steps, and `B z − x` after each.
pub(super) struct Pass<T: Element, R, const N: usize> {
    records: Vec<R>,
    residuals: Vec<BatchMatrix<T, N>>,
}

impl<T: Element, const N: usize, const M: usize> Windows<'_, T, N, M> {
    /// The number of steps.
    fn steps(&self) -> usize {
        self.x.len() - 1
    }

    /// Whether the state is forced after this many steps.
    const fn is_forced(&self, after: usize) -> bool {
        self.alpha > 0.0 && after.is_multiple_of(self.every)
    }

    /// Whether the prediction of the `step`-th step, from 1, is in the loss.
    fn is_counted(&self, step: usize) -> bool {
        step > self.transient
    }

    /// The number of predicted numbers in the loss, of all samples.
    fn count(&self) -> f64 {
        ((self.steps() - self.transient) * self.x[0].len()) as f64
    }

    /// Whether a forcing replaces the state by the observation.
    fn starts_anew(&self) -> bool {
        N == M && self.alpha == 1.0
    }

    /// `z − α B⁺ (B z − x)`, which is `B⁺ x` for a square `B` and `α = 1`: then a large `z` does not round `x` away.
    fn force(&self, z: &mut BatchMatrix<T, M>, x: &BatchMatrix<T, N>, residual: &BatchMatrix<T, N>) {
        if self.starts_anew() {
            *z = self.observation.lift(x);
        } else {
            z.add_scaled(-self.alpha, &self.observation.lift(residual));
        }
    }

    /// Runs the recursion to the sum of the squares in the loss, and to the last state. `keep` receives the record and the residual
    /// of each step.
    fn run<R>(
        &self,
        mut step: impl FnMut(&mut BatchMatrix<T, M>) -> Result<R>,
        mut keep: impl FnMut(R, BatchMatrix<T, N>),
    ) -> Result<(f64, BatchMatrix<T, M>)> {
        let mut z = self.observation.lift(&self.x[0]);
        let mut sum = 0.0;
        for (i, target) in self.x[1..].iter().enumerate() {
            let record = step(&mut z)?;
            let mut residual = self.observation.observe(&z);
            residual.add_scaled(-1.0, target);
            if self.is_counted(i + 1) {
                sum += residual.inner(&residual);
            } else if !residual.all_finite() {
                // A full forcing would hide it from the loss, but not from the gradient.
                return Err(Error::NonFiniteLoss { value: residual.inner(&residual) });
            }
            if self.is_forced(i + 1) {
                self.force(&mut z, target, &residual);
            }
            keep(record, residual);
        }
        Ok((sum, z))
    }

    /// The mean of the squares with this sum.
    fn mean(&self, sum: f64) -> Result<f64> {
        let loss = sum / self.count();
        if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss { value: loss }) }
    }

    fn advance<B>(&self, model: &B) -> Result<(f64, BatchMatrix<T, M>)>
    where
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        let mut memory = None;
        self.run::<()>(|z| model.advance_with(&(), z, self.dt.into(), &mut memory), |(), _| {})
    }

    /// The mean squared error of the predicted observations.
    pub(super) fn loss<B>(&self, model: &B) -> Result<f64>
    where
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        self.mean(self.advance(model)?.0)
    }

    /// The state after the last step and its forcing. The squares of its residuals may overflow.
    pub(super) fn last<B>(&self, model: &B) -> Result<BatchMatrix<T, M>>
    where
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        let (_, z) = self.advance(model)?;
        match z.coordinates().into_iter().enumerate().find(|(_, x)| !x.is_finite()) {
            Some((index, value)) => Err(Error::InvalidEntry { name: "state", index, value, expected: "finite" }),
            None => Ok(z),
        }
    }

    /// The loss with the records of the pass.
    pub(super) fn forward<B>(&self, model: &B) -> Result<(f64, Pass<T, B::Record, N>)>
    where
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        let room = self.steps();
        let mut pass = Pass { records: Vec::with_capacity(room), residuals: Vec::with_capacity(room) };
        let step = |z: &mut BatchMatrix<T, M>| {
            let (next, record) = model.forward(&(), z, self.dt.into())?;
            *z = next;
            Ok(record)
        };
        let (sum, _) = self.run(step, |record, residual| {
            pass.records.push(record);
            pass.residuals.push(residual);
        })?;
        Ok((self.mean(sum)?, pass))
    }

    /// The gradient of the loss with respect to the parameters.
    pub(super) fn backward<B>(&self, model: &B, pass: Pass<T, B::Record, N>) -> Result<B::Params>
    where
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        let mut gradient = model.params().zeros_like();
        let mut bar = BatchMatrix::<T, M>::zeros(self.x[0].ncols());
        for (i, (record, mut residual)) in pass.records.into_iter().zip(pass.residuals).enumerate().rev() {
            residual.scale_by(if self.is_counted(i + 1) { 2.0 / self.count() } else { 0.0 });
            if self.is_forced(i + 1) {
                if self.starts_anew() {
                    bar = bar.zeros_like();
                } else {
                    residual.add_scaled(-self.alpha, &self.observation.lift_back(&bar));
                }
            }
            bar.add_scaled(1.0, &self.observation.observe_back(&residual));
            ((), bar) = model.backward(record, bar, &mut gradient)?;
        }
        Ok(gradient)
    }
}
