//! The adjoint equation along a solution that was kept.

use std::cell::RefCell;

use super::{Forward, ForwardResult, Output, solve_forward};
use crate::control::Controller;
use crate::solution::Curve;
use crate::state::Passive;
use crate::{Dense, Differentiable, Dynamics, State};

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

    // The field is asked before the forward pass.
    fn keeps_shape(&self) -> bool {
        true
    }

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

    // The field is asked before the forward pass.
    fn keeps_shape(&self) -> bool {
        true
    }

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
        self.curve.nearest(t)
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
    pub(super) times: Vec<f64>,
    pub(super) y: Vec<Y>,
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
    let Forward { y, record: curve, stats } = solve_forward(problem, output, times, y0, curve)?;
    let record = CurveRecord { times: times.to_vec(), y: y.clone(), curve };
    Ok(Forward { y, record, stats })
}
