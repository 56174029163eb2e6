//! Many samples of one small model, several of them in each instruction.

use nalgebra::SVector;

use super::SharedSteps;
use super::block::{gather, samples_of_block, solution_of};
use crate::control::Controller;
use crate::dynamics::{Autodiff, Dynamics, GenericDynamics, LaneField, Parametric, watch_for_splits};
use crate::error::{Error, Result};
use crate::solution::{Ivp, Outcome, in_parallel};
use crate::solver::Dense;
use crate::state::Span;

/// An ensemble of a [`GenericDynamics`] whose samples are solved in blocks: the samples of a block share every step, and
/// each instruction of the processor serves several of them.
///
/// A step is accepted if the error of every sample is within the tolerance. A difficult sample slows its block down, so
/// similar samples should be neighbours. In an [`Ensemble`](crate::solution::Ensemble) each sample has its own steps.
///
/// The model is evaluated over a [`Scalar`](crate::dynamics::Scalar) that holds eight samples. If they decide a branch
/// differently, such as `if y[0] > T::from(0.0)`, or differ where the model takes a real part (`re`), or if the block fails,
/// its samples are solved one by one. So each has its own outcome. Mark `eval` with `#[inline(always)]`: then it is compiled
/// for the vectors of the CPU.
///
/// The field of a block has no Jacobian, so the method is explicit, or implicit with
/// [`Krylov`](crate::solver::implicit::Krylov), and has dense output.
///
/// ```
/// use nalgebra::{SVector, Vector2};
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::solution::LaneEnsemble;
/// use rheos::{Pid, Tsit5};
///
/// let (model, _) = LotkaVolterra::problem();
/// let starts: Vec<_> = (0..1000).map(|i| Vector2::new(1.0 + 1e-3 * f64::from(i), 1.0)).collect();
/// let outcomes = LaneEnsemble::new(&model, &starts, 0.0..10.0).solve_on(2, Tsit5, Pid::tolerance(1e-6));
/// assert!(outcomes.iter().all(|outcome| outcome.is_ok()));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a `LaneEnsemble` does nothing until it is solved"]
pub struct LaneEnsemble<'a, M, const N: usize, const P: usize> {
    model: &'a M,
    params: SampleParams<'a, P>,
    y0: &'a [SVector<f64, N>],
    span: Span,
    /// The times of the outputs; without them, the end is saved.
    times: Option<&'a [f64]>,
}

#[derive(Debug, Clone)]
enum SampleParams<'a, const P: usize> {
    Shared(SVector<f64, P>),
    Each(&'a [SVector<f64, P>]),
}

impl<const P: usize> SampleParams<'_, P> {
    /// Of the sample `i`. Those beyond the end are copies of the last.
    fn of(&self, i: usize) -> SVector<f64, P> {
        match self {
            Self::Shared(params) => *params,
            Self::Each(params) => params[i.min(params.len() - 1)],
        }
    }
}

impl<'a, M: GenericDynamics<N, P>, const N: usize, const P: usize> LaneEnsemble<'a, M, N, P> {
    /// The solutions of `model` from each of the states `y0`; only the end states are saved.
    pub fn new(model: &'a Autodiff<M, N, P>, y0: &'a [SVector<f64, N>], span: impl Into<Span>) -> Self {
        let params = SampleParams::Shared(model.params());
        Self { model: model.field(), params, y0, span: span.into(), times: None }
    }

    /// Gives each sample parameters of its own.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there are as many parameters as states.
    pub fn with_params(self, params: &'a [SVector<f64, P>]) -> Result<Self> {
        if params.len() != self.y0.len() {
            return Err(Error::LengthMismatch { name: "params", found: params.len(), expected: self.y0.len() });
        }
        Ok(Self { params: SampleParams::Each(params), ..self })
    }

    /// Saves the states at `times`, as [`Ivp::save_at`] does.
    pub fn save_at(self, times: &'a [f64]) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Solves one block after the other. The outcomes are in the order of the initial states. Each sample has the statistics
    /// and the diagnosis of stiffness of its block.
    pub fn solve<S, C>(&self, solver: S, control: C) -> Vec<Outcome<SVector<f64, N>>>
    where
        S: Dense<LaneField<'a, M, N, P>> + Dense<Autodiff<&'a M, N, P>> + Clone,
        C: SharedSteps<N, Shared: Controller<LaneField<'a, M, N, P>, S>> + Controller<Autodiff<&'a M, N, P>, S> + Clone,
    {
        (0..self.blocks()).flat_map(|i| self.block(i, &solver, &control)).collect()
    }

    /// [`solve`](Self::solve) on up to `threads` threads, including the calling one.
    ///
    /// # Panics
    /// Panics if the model panics.
    pub fn solve_on<S, C>(&self, threads: usize, solver: S, control: C) -> Vec<Outcome<SVector<f64, N>>>
    where
        M: Sync,
        S: Dense<LaneField<'a, M, N, P>> + Dense<Autodiff<&'a M, N, P>> + Clone + Sync,
        C: SharedSteps<N, Shared: Controller<LaneField<'a, M, N, P>, S>>
            + Controller<Autodiff<&'a M, N, P>, S>
            + Clone
            + Sync,
    {
        in_parallel(self.blocks(), threads, |i| self.block(i, &solver, &control)).into_iter().flatten().collect()
    }

    fn blocks(&self) -> usize {
        self.y0.len().div_ceil(const { samples_of_block(N) })
    }

    /// The outcomes of the samples of block `i`.
    fn block<S, C>(&self, i: usize, solver: &S, control: &C) -> Vec<Outcome<SVector<f64, N>>>
    where
        S: Dense<LaneField<'a, M, N, P>> + Dense<Autodiff<&'a M, N, P>> + Clone,
        C: SharedSteps<N, Shared: Controller<LaneField<'a, M, N, P>, S>> + Controller<Autodiff<&'a M, N, P>, S> + Clone,
    {
        let most = const { samples_of_block(N) };
        let first = i * most;
        let states = &self.y0[first..self.y0.len().min(first + most)];
        let y0 = gather(states);
        let samples = y0.nrows();
        let field = LaneField::new(self.model, samples, |k| self.params.of(first + k));
        let together = watch_for_splits(|| self.outcome(&field, y0, solver, control.shared(samples)));
        match together {
            Some(Ok(all)) if all.stats.forced == 0 => (0..states.len()).map(|k| Ok(solution_of(&all, k))).collect(),
            _ => {
                let one = |(k, y0): (usize, &SVector<f64, N>)| {
                    let field = Autodiff::new(self.model, self.params.of(first + k));
                    self.outcome(&field, *y0, solver, control.clone())
                };
                states.iter().enumerate().map(one).collect()
            }
        }
    }

    fn outcome<F, S, C>(&self, f: &F, y0: F::State, solver: &S, control: C) -> Outcome<F::State>
    where
        F: Dynamics,
        S: Dense<F> + Clone,
        C: Controller<F, S>,
    {
        let problem = Ivp::new(f, y0, self.span);
        match self.times {
            Some(times) => problem.save_at(times).solve(solver.clone(), control),
            None => problem.solve(solver.clone(), control),
        }
    }
}
