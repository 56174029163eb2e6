//! The adjoint equation along a stored solution.

use std::cell::RefCell;

use crate::adjoint::pull_back::{WayBack, pull_back};
use crate::adjoint::recorder::{Keep, Seen, record};
use crate::adjoint::timeline::Timeline;
use crate::adjoint::{CotangentsRef, ForwardResult, Problem, Pullback};
use crate::control::Controller;
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::Result;
use crate::integrate::{Observer, Stats, Step};
use crate::solution::Curve;
use crate::solver::Dense;
use crate::state::{Passive, Span, State};

/// The adjoint equation `da/dt = −(∂f/∂y)ᵀ a` along a [`Curve`], with the gradient of the parameters,
/// `dp̄/dt = −(∂f/∂θ)ᵀ a`, as a quadrature variable.
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
    const HAS_MASS: bool = F::HAS_MASS;

    // The shape of the output of the field is checked before the forward pass.
    fn keeps_shape(&self) -> bool {
        true
    }

    fn jumps(&self) -> &[f64] {
        self.along.field.jumps()
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
    const HAS_MASS: bool = F::HAS_MASS;

    // The shape of the output of the field is checked before the forward pass.
    fn keeps_shape(&self) -> bool {
        true
    }

    fn jumps(&self) -> &[f64] {
        self.along.field.jumps()
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

    /// The solution at `t`, clamped to the ends: stages of a method may lie a little outside.
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

/// The forward solution as curves, with the output times and the states there. A new curve begins at every reset of the
/// state and every jump of the field.
#[derive(Debug, Clone)]
pub struct CurveRecord<Y> {
    pub(super) timeline: Timeline<Y>,
    pub(super) curves: Vec<Curve<Y>>,
}

impl<Y: State> CurveRecord<Y> {
    /// Solves and keeps the solution.
    pub(super) fn of<F, S, C>(problem: &Problem<'_, F, S, C>, y0: &Y) -> ForwardResult<Y, Self>
    where
        F: Differentiable<State = Y>,
        S: Dense<F>,
        C: Controller<F, S>,
    {
        record(problem, y0, Curves(Vec::with_capacity(1)), |timeline, Curves(curves)| Self { timeline, curves })
    }
}

/// The way back of an adjoint `A` along curves.
pub(super) struct AlongCurves<'a, A, F: Differentiable> {
    pub(super) adjoint: &'a A,
    pub(super) field: &'a F,
    pub(super) record: &'a CurveRecord<F::State>,
    pub(super) stats: Stats,
}

impl<'a, A, F: Differentiable> AlongCurves<'a, A, F>
where
    Self: WayBack<F>,
{
    /// Pulls cotangents back along the record.
    pub(super) fn pull_back<S, C>(
        adjoint: &'a A,
        problem: &Problem<'a, F, S, C>,
        record: &'a CurveRecord<F::State>,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        let way = Self { adjoint, field: problem.field, record, stats: Stats::default() };
        pull_back(problem, &record.timeline, cotangents, pbar, way)
    }
}

/// Keeps the solution piece by piece.
struct Curves<Y>(Vec<Curve<Y>>);

impl<F: Dynamics, S: Dense<F>> Keep<F, S> for Curves<F::State> {
    const EXACT: bool = false;

    fn start(&mut self, t0: f64, y0: &F::State, _: Option<Span>) {
        self.0.push(Curve::new(t0, y0));
    }

    fn step(&mut self, Seen { step, cut, .. }: Seen<'_, F, S>) -> Result<()> {
        let Some(curve) = self.0.last_mut() else { return Ok(()) };
        let (t1, y1) = cut.unwrap_or((step.t1, step.y1));
        let _ = curve.observe(Step { t1, y1, next: y1, ..step })?;
        Ok(())
    }
}
