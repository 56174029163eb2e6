//! Evaluations that are stored for their pullbacks.

use std::cell::RefCell;

use super::{Differentiable, Dynamics, Jacobian, MassMatrix, Neighbourhood, Parametric};
use crate::error::Error;
use crate::state::{ElementOf, MatrixOf, MatrixSpace, SparseMatrix, State};

/// A field that stores the trace of every evaluation, so that a discrete adjoint does not evaluate it again.
///
/// A solve over it takes the same steps, and its gradient is the same up to the rounding of times. By default,
/// [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint) recomputes the stages of every step in the backward pass, since
/// states take much less memory than stages with their traces. With memory for all traces, such as the activations of a
/// network, this field saves those evaluations. Implicit methods gain less, as most of their evaluations have no
/// pullback.
///
/// The memory grows by a trace and two states per evaluation, also in rejected steps, until a backward pass consumes
/// them, [`forget`](Self::forget) is called, or the parameters change. So use it for training only, with
/// [`Checkpoints::All`](crate::adjoint::Checkpoints::All).
///
/// ```
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::dynamics::{Counted, Memoized};
/// use rheos::{DiscreteAdjoint, Dopri5, Ivp, Pid};
///
/// let (model, y0) = LotkaVolterra::problem();
/// let field = Memoized::new(Counted::new(model));
/// let run = Ivp::new(&field, y0, 0.0..1.0).forward(Dopri5, Pid::tolerance(1e-6), DiscreteAdjoint::new())?;
/// run.backward(&run.y)?;
/// // The evaluations of the forward pass, and none in the backward pass.
/// assert_eq!(field.inner().evaluations(), run.stats.evaluations);
/// # Ok::<(), rheos::Error>(())
/// ```
pub struct Memoized<F: Differentiable> {
    field: F,
    log: RefCell<Vec<Evaluation<F>>>,
}

struct Evaluation<F: Differentiable> {
    t: f64,
    y: F::State,
    slope: F::State,
    trace: F::Trace,
}

impl<F: Differentiable> Memoized<F> {
    /// Starts with no stored evaluations.
    pub const fn new(field: F) -> Self {
        Self { field, log: RefCell::new(Vec::new()) }
    }

    /// The field inside.
    pub const fn inner(&self) -> &F {
        &self.field
    }

    /// The field inside, mutable; the stored evaluations are dropped.
    pub fn inner_mut(&mut self) -> &mut F {
        self.forget();
        &mut self.field
    }

    /// The field inside.
    pub fn into_inner(self) -> F {
        self.field
    }

    /// The number of stored evaluations.
    pub fn len(&self) -> usize {
        self.log.borrow().len()
    }

    /// Whether no evaluation is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the stored evaluations.
    pub fn forget(&self) {
        self.log.borrow_mut().clear();
    }

    /// Removes and returns the last evaluation at `(t, y)`, if it is stored.
    fn take(&self, t: f64, y: &F::State) -> Option<Evaluation<F>> {
        let mut log = self.log.borrow_mut();
        // A backward pass asks for the latest evaluation first.
        let place = log.iter().rposition(|evaluation| is_near(evaluation.t, t) && are_equal(&evaluation.y, y))?;
        Some(log.remove(place))
    }
}

/// Whether two times differ by rounding only: the last stage of a step is at `t + h`, and the next step, which reuses
/// it as its first stage, may start a rounding error away.
fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2.0 * f64::EPSILON * b.abs()
}

/// Whether no coordinate differs.
fn are_equal<Y: State>(x: &Y, y: &Y) -> bool {
    let mut difference = x.clone();
    difference.add_scaled(-1.0, y);
    difference.inner(&difference) == 0.0
}

impl<F: Differentiable> Dynamics for Memoized<F> {
    type State = F::State;

    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        let mut trace = F::Trace::default();
        self.field.eval_traced(t, y, dy, &mut trace);
        self.log.borrow_mut().push(Evaluation { t, y: y.clone(), slope: dy.clone(), trace });
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

impl<F: Differentiable> Parametric for Memoized<F> {
    type Params = F::Params;

    fn params(&self) -> F::Params {
        self.field.params()
    }

    fn set_params(&mut self, params: &F::Params) {
        self.forget();
        self.field.set_params(params);
    }
}

impl<F: Differentiable> Differentiable for Memoized<F> {
    type Trace = F::Trace;

    fn vjp(&self, t: f64, y: &F::State, w: &F::State, ybar: &mut F::State, pbar: &mut F::Params) -> f64 {
        self.field.vjp(t, y, w, ybar, pbar)
    }

    fn eval_traced(&self, t: f64, y: &F::State, dy: &mut F::State, trace: &mut F::Trace) {
        match self.take(t, y) {
            Some(evaluation) => {
                dy.assign(&evaluation.slope);
                *trace = evaluation.trace;
            }
            None => self.field.eval_traced(t, y, dy, trace),
        }
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
        self.field.vjp_traced(trace, t, y, w, ybar, pbar)
    }
}

impl<F: Differentiable + Jacobian> Jacobian for Memoized<F>
where
    F::State: MatrixSpace,
{
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State> {
        self.field.jacobian(t, y, near)
    }

    fn sparse_jacobian(
        &self,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
        out: &mut SparseMatrix<ElementOf<F::State>>,
    ) {
        self.field.sparse_jacobian(t, y, near, out);
    }

    fn time_derivative(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        self.field.time_derivative(t, y, near, out);
    }
}
