//! Counting evaluations.

use std::cell::Cell;

use super::{Differentiable, Dynamics, MassMatrix, Parametric};
use crate::error::Error;

/// A field that counts its evaluations and pullbacks.
///
/// A solve reports its own evaluations in [`Stats`](crate::integrate::Stats). This wrapper counts at the source, across
/// solves, and counts evaluations and pullbacks separately.
///
/// ```
/// use rheos::dynamics::Counted;
/// use rheos::{Fixed, Rk4, ode, solve};
///
/// let field = Counted::new(ode(|_t, y: &f64, dy: &mut f64| *dy = -y));
/// solve(&field, 1.0, 0.0..1.0, Rk4, Fixed::steps(10))?;
/// assert_eq!(field.evaluations(), 40);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Counted<F> {
    field: F,
    evaluations: Cell<u64>,
    pullbacks: Cell<u64>,
    jacobians: Cell<u64>,
}

impl<F> Counted<F> {
    /// Counts from zero.
    pub fn new(field: F) -> Self {
        Self { field, evaluations: Cell::new(0), pullbacks: Cell::new(0), jacobians: Cell::new(0) }
    }

    /// Evaluations so far, traced ones included.
    pub fn evaluations(&self) -> u64 {
        self.evaluations.get()
    }

    /// Vector–Jacobian products so far.
    pub fn pullbacks(&self) -> u64 {
        self.pullbacks.get()
    }

    /// Jacobians so far, not their evaluations.
    pub fn jacobians(&self) -> u64 {
        self.jacobians.get()
    }

    /// Resets the counters to zero.
    pub fn reset(&self) {
        self.evaluations.set(0);
        self.pullbacks.set(0);
        self.jacobians.set(0);
    }

    pub(super) fn count_jacobian(&self) {
        increment(&self.jacobians);
    }

    pub(super) fn inner(&self) -> &F {
        &self.field
    }

    /// The field inside.
    pub fn into_inner(self) -> F {
        self.field
    }
}

fn increment(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}

impl<F: Dynamics> Dynamics for Counted<F> {
    type State = F::State;
    #[inline]
    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        increment(&self.evaluations);
        self.field.eval(t, y, dy);
    }

    const HAS_MASS: bool = F::HAS_MASS;

    fn mass(&self) -> Option<&MassMatrix<F::State>> {
        self.field.mass()
    }

    fn keeps_shape(&self) -> bool {
        self.field.keeps_shape()
    }

    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }

    fn failure(&self, t: f64, y: &Self::State) -> Option<Error> {
        self.field.failure(t, y)
    }
}

impl<F: Parametric> Parametric for Counted<F> {
    type Params = F::Params;
    fn params(&self) -> F::Params {
        self.field.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.field.set_params(params);
    }
}

impl<F: Differentiable> Differentiable for Counted<F> {
    type Trace = F::Trace;
    fn vjp(&self, t: f64, y: &F::State, w: &F::State, ybar: &mut F::State, pbar: &mut F::Params) -> f64 {
        increment(&self.pullbacks);
        self.field.vjp(t, y, w, ybar, pbar)
    }
    fn eval_traced(&self, t: f64, y: &F::State, dy: &mut F::State, trace: &mut F::Trace) {
        increment(&self.evaluations);
        self.field.eval_traced(t, y, dy, trace);
    }
    fn vjp_traced(
        &self,
        trace: &mut F::Trace,
        t: f64,
        y: &F::State,
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        increment(&self.pullbacks);
        self.field.vjp_traced(trace, t, y, w, ybar, pbar)
    }
}
