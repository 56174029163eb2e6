//! Ensembles: many initial value problems with independent steps.

use super::parallel::in_parallel;
use super::{Failure, Ivp, Solution, keep};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::Solver;
use crate::state::Span;

/// The outcome of one sample of an [`Ensemble`].
pub type Outcome<Y> = Result<Solution<Y>, Box<Failure<Y>>>;

/// Independent solves from many initial states, of one field or of one field per state.
///
/// If a batch is one state, its samples share every step: a difficult sample slows all of them down, and the error norm
/// is a mean over all. Here each sample has its own steps and its own outcome. The outcome equals, bit for bit, the one
/// of an [`Ivp`] with the same arguments, on any number of threads.
///
/// ```
/// use rheos::{Dopri5, Pid, ode};
/// use rheos::solution::Ensemble;
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let starts = [1.0, 2.0, f64::NAN, 4.0];
/// let outcomes = Ensemble::new(&decay, &starts, 0.0..1.0).solve_on(2, Dopri5, Pid::tolerance(1e-8));
/// assert!((outcomes[3].as_ref().unwrap().last() - 4.0 * (-1.0_f64).exp()).abs() < 1e-7);
/// assert!(outcomes[2].is_err());
/// ```
#[derive(Debug, Clone)]
#[must_use = "an `Ensemble` does nothing until it is solved"]
pub struct Ensemble<'a, F: Dynamics, K = keep::End> {
    fields: Fields<'a, F>,
    y0: &'a [F::State],
    span: Span,
    keep: K,
}

#[derive(Debug)]
enum Fields<'a, F> {
    One(&'a F),
    Each(&'a [F]),
}

impl<F> Clone for Fields<'_, F> {
    fn clone(&self) -> Self {
        match self {
            Self::One(f) => Self::One(f),
            Self::Each(fields) => Self::Each(fields),
        }
    }
}

impl<'a, F: Dynamics> Ensemble<'a, F> {
    /// The solutions of `dy/dt = f(t, y)` from each of the states `y0`; only the end states are saved.
    pub fn new(f: &'a F, y0: &'a [F::State], span: impl Into<Span>) -> Self {
        Self { fields: Fields::One(f), y0, span: span.into(), keep: keep::End }
    }

    /// An ensemble with a field for each initial state, such as one model with many parameters.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there are as many fields as states.
    pub fn with_fields(fields: &'a [F], y0: &'a [F::State], span: impl Into<Span>) -> Result<Self> {
        if fields.len() != y0.len() {
            return Err(Error::LengthMismatch { name: "fields", found: fields.len(), expected: y0.len() });
        }
        Ok(Self { fields: Fields::Each(fields), y0, span: span.into(), keep: keep::End })
    }

    /// Saves the states at `times`, as [`Ivp::save_at`] does.
    pub fn save_at(self, times: &'a [f64]) -> Ensemble<'a, F, keep::At<'a>> {
        Ensemble { fields: self.fields, y0: self.y0, span: self.span, keep: keep::At(times) }
    }
}

impl<'a, F: Dynamics, K: Copy> Ensemble<'a, F, K> {
    pub(crate) const fn initial_states(&self) -> &'a [F::State] {
        self.y0
    }

    pub(crate) const fn span(&self) -> Span {
        self.span
    }

    /// Solves one sample after the other. The outcomes are in the order of the initial states.
    pub fn solve<S, C>(&self, solver: S, control: C) -> Vec<Outcome<F::State>>
    where
        S: Solver<F> + Clone,
        C: Controller<F, S> + Clone,
        K: keep::Keep<'a, F, S, Kept = Vec<F::State>>,
    {
        (0..self.y0.len()).map(|i| self.sample(i).solve(solver.clone(), control.clone())).collect()
    }

    /// [`solve`](Self::solve) on up to `threads` threads, including the calling one.
    ///
    /// # Panics
    /// Panics if the field panics.
    pub fn solve_on<S, C>(&self, threads: usize, solver: S, control: C) -> Vec<Outcome<F::State>>
    where
        F: Sync,
        F::State: Send + Sync,
        S: Solver<F> + Clone + Sync,
        C: Controller<F, S> + Clone + Sync,
        K: keep::Keep<'a, F, S, Kept = Vec<F::State>> + Sync,
    {
        in_parallel(self.y0.len(), threads, |i| self.sample(i).solve(solver.clone(), control.clone()))
    }

    pub(crate) fn sample(&self, i: usize) -> Ivp<'a, F, K> {
        let f = match self.fields {
            Fields::One(f) => f,
            Fields::Each(fields) => &fields[i],
        };
        let y0 = self.y0[i].clone();
        Ivp { f, y0, span: self.span, jumps: &[], keep: self.keep, events: (), observers: () }
    }
}
