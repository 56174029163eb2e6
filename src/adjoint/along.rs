//! The adjoint equation along a solution that was kept.

use std::cell::RefCell;

use super::{ForwardResult, Output, check_cotangents, solve_forward};
use crate::control::Controller;
use crate::integrate::{Integration, Observer};
use crate::solution::Curve;
use crate::state::Passive;
use crate::{Dense, Differentiable, Dynamics, Result, Solver, Span, State, Stats};

/// `da/dt = −(∂f/∂y)ᵀ a` along a [`Curve`], with the gradient of the parameters beside it:
/// `dp̄/dt = −(∂f/∂θ)ᵀ a`, which nothing depends on.
pub struct AdjointEquation<'c, F: Differentiable> {
    along: Along<'c, F>,
}

impl<'c, F: Differentiable> AdjointEquation<'c, F> {
    /// The equation of `field` along `curve`.
    pub fn new(field: &'c F, curve: &'c Curve<F::State>) -> Self {
        Self { along: Along::new(field, curve) }
    }
}

impl<F: Differentiable> Dynamics for AdjointEquation<'_, F> {
    type State = (F::State, Passive<F::Params>);

    fn eval(&self, t: f64, (a, _): &Self::State, (da, dp): &mut Self::State) {
        dp.set_zeros();
        self.along.pull_back(t, a, da, &mut dp.0);
    }
}

/// The same equation without the parameters.
pub struct Costate<'c, F: Differentiable> {
    along: Along<'c, F>,
    unwanted: RefCell<F::Params>,
}

impl<'c, F: Differentiable> Costate<'c, F> {
    /// The equation of `field` along `curve`.
    pub fn new(field: &'c F, curve: &'c Curve<F::State>) -> Self {
        Self { along: Along::new(field, curve), unwanted: RefCell::new(field.params().zeros_like()) }
    }
}

impl<F: Differentiable> Dynamics for Costate<'_, F> {
    type State = F::State;

    fn eval(&self, t: f64, a: &F::State, da: &mut F::State) {
        self.along.pull_back(t, a, da, &mut self.unwanted.borrow_mut());
    }
}

/// A field and a solution of it.
pub(super) struct Along<'c, F: Differentiable> {
    pub(super) field: &'c F,
    curve: &'c Curve<F::State>,
    minus_a: RefCell<Option<F::State>>,
}

impl<'c, F: Differentiable> Along<'c, F> {
    pub(super) fn new(field: &'c F, curve: &'c Curve<F::State>) -> Self {
        Self { field, curve, minus_a: RefCell::new(None) }
    }

    /// The solution at `t`, or at the end that is nearer: stages of a method may lie a little outside.
    pub(super) fn state(&self, t: f64) -> F::State {
        let Span { t0, t1 } = self.curve.span();
        let inside = t.clamp(t0.min(t1), t0.max(t1));
        // Inside, a curve is known.
        self.curve.at(inside).unwrap_or_else(|_| self.curve.end().clone())
    }

    /// `da = −(∂f/∂y)ᵀ a`, and `dp −= (∂f/∂θ)ᵀ a`.
    fn pull_back(&self, t: f64, a: &F::State, da: &mut F::State, dp: &mut F::Params) {
        let minus_a = &mut *self.minus_a.borrow_mut();
        let minus_a = minus_a.get_or_insert_with(|| a.zeros_like());
        minus_a.set_zeros();
        minus_a.add_scaled(-1.0, a);
        da.set_zeros();
        self.field.vjp(t, &self.state(t), minus_a, da, dp);
    }
}

/// The output times, the states there, and the solution between.
#[derive(Debug, Clone)]
pub struct CurveRecord<Y> {
    times: Vec<f64>,
    y: Vec<Y>,
    pub(super) curve: Curve<Y>,
}

/// The forward pass of the adjoints that keep the solution.
pub(super) fn keep_curve<F, S, C>(
    problem: (&F, &S, &C),
    output: Output,
    times: &[f64],
    y0: &F::State,
) -> ForwardResult<F::State, CurveRecord<F::State>>
where
    F: Dynamics,
    S: Dense<F>,
    C: Controller<F, S>,
{
    let curve = Curve::new(times.first().copied().unwrap_or(0.0), y0);
    let forward = solve_forward(problem, output, times, y0, curve)?;
    let record = CurveRecord { times: times.to_vec(), y: forward.y.clone(), curve: forward.record };
    Ok(super::Forward { y: forward.y, record, stats: forward.stats })
}

/// Solves an adjoint equation backwards from each output time to the one before. `costate` is the part of its state that the
/// cotangents of outputs are added to. Returns its last state, the derivatives with respect to the times, and the cost.
pub(super) fn solve_backwards<F, G, S, C, O>(
    field: &F,
    (equation, solver, control): (&G, &S, &C),
    record: &CurveRecord<F::State>,
    cotangents: &[F::State],
    (mut state, costate): (G::State, fn(&mut G::State) -> &mut F::State),
    observer: &mut O,
) -> Result<(G::State, Vec<f64>, Stats)>
where
    F: Differentiable,
    G: Dynamics,
    S: Solver<G>,
    C: Controller<G, S>,
    O: Observer<G, S>,
{
    let CurveRecord { times, y, .. } = record;
    check_cotangents(cotangents.len(), times.len())?;
    let mut ws = solver.workspace(equation, &state);
    let mut velocity = cotangents[0].zeros_like();
    let mut times_bar = vec![0.0; times.len()];
    let mut stats = Stats::default();
    for i in (1..times.len()).rev() {
        field.eval(times[i], &y[i], &mut velocity);
        times_bar[i] = cotangents[i].inner(&velocity);
        costate(&mut state).add_scaled(1.0, &cotangents[i]);
        let span = Span { t0: times[i], t1: times[i - 1] };
        let integration = Integration { field: equation, solver, control, span, stops: &[] };
        let reached = integration.run(state, ws, observer);
        (state, ws) = (reached.y, reached.workspace);
        stats += reached.outcome.map_err(|halt| halt.error)?;
    }
    // Starting later by dt moves y0 along the solution by −f dt.
    field.eval(times[0], &y[0], &mut velocity);
    times_bar[0] = -costate(&mut state).inner(&velocity);
    costate(&mut state).add_scaled(1.0, &cotangents[0]);
    stats.evaluations += times.len() as u64;
    Ok((state, times_bar, stats))
}
