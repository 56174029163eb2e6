//! The continuous adjoint with the gradient of the parameters by quadrature.

use super::along::{Along, AlongCurves, Costate, CurveRecord};
use super::rule::{GAUSS_5, KRONROD_15, Node};
use crate::adjoint::pull_back::{Incoming, Swept, WayBack};
use crate::adjoint::recorder::refuse;
use crate::adjoint::stretch::{Landmarks, Stretch};
use crate::adjoint::{Adjoint, CotangentsRef, ForwardResult, Problem, Pullback};
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::{Error, Result};
use crate::integrate::{Observer, Stats, Step, StepAction};
use crate::solver::Dense;
use crate::state::{State, euclidean_norm};

/// The adjoint equation of the state alone, with the gradient of the parameters, `∫ (∂f/∂θ)ᵀ a dt`, by a quadrature
/// rule over each of its steps.
///
/// The parameters never enter a differential equation. A step costs one more pullback for each node of the rule, but
/// the stages add up no vectors of the size of the parameters. This suits models with many parameters and a small
/// state. Otherwise as [`InterpolatingAdjoint`](crate::adjoint::InterpolatingAdjoint).
#[derive(Debug, Clone, Copy)]
pub struct QuadratureAdjoint<S, C> {
    solver: S,
    control: C,
    rule: Rule,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    Gauss,
    Kronrod { tolerance: f64 },
}

/// The largest number of parts that a step is cut into.
const MOST_PARTS: u32 = 4096;

/// The rounding error of the difference of two rules, in rounding units of the integral of the absolute value.
const ROUNDINGS: f64 = 50.0;

impl<S, C> QuadratureAdjoint<S, C> {
    /// Uses the Gauss–Legendre rule of 5 nodes over each step of `solver`, with steps chosen by `control`. It is exact
    /// for polynomials of degree 9, and the interpolants of most methods have a lower degree.
    pub const fn gauss(solver: S, control: C) -> Self {
        Self { solver, control, rule: Rule::Gauss }
    }

    /// Uses the Gauss–Kronrod rule of 15 nodes, adaptively.
    ///
    /// A part of a step is halved until the rule agrees with its embedded Gauss rule of 7 nodes to `tolerance > 0`,
    /// relative to the gradient so far, or to rounding. A step that needs more than 4096 parts is an error,
    /// [`Error::QuadratureFailed`](crate::error::Error::QuadratureFailed).
    pub const fn kronrod(solver: S, control: C, tolerance: f64) -> Self {
        Self { solver, control, rule: Rule::Kronrod { tolerance } }
    }

    fn validate(&self) -> Result<()> {
        match self.rule {
            Rule::Kronrod { tolerance: value } if !(value > 0.0 && value.is_finite()) => {
                Err(Error::InvalidArgument { name: "tolerance", value, expected: "positive and finite" })
            }
            _ => Ok(()),
        }
    }
}

impl<F, S, C, S2, C2> Adjoint<F, S, C> for QuadratureAdjoint<S2, C2>
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    S2: for<'f> Dense<Costate<'f, F>>,
    C2: for<'f> Controller<Costate<'f, F>, S2>,
{
    type Record = CurveRecord<F::State>;

    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record> {
        const { assert!(!F::HAS_MASS, "with a mass matrix, take `DiscreteAdjoint`") }
        self.validate().map_err(|error| refuse(error, problem.span.t0, y0))?;
        CurveRecord::of(problem, y0)
    }

    fn backward(
        &self,
        problem: &Problem<'_, F, S, C>,
        record: &Self::Record,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        self.validate()?;
        AlongCurves::pull_back(self, problem, record, cotangents, pbar)
    }
}

impl<F, S, C> WayBack<F> for AlongCurves<'_, QuadratureAdjoint<S, C>, F>
where
    F: Differentiable,
    S: for<'f> Dense<Costate<'f, F>>,
    C: for<'f> Controller<Costate<'f, F>, S>,
{
    fn over(
        &mut self,
        incoming: &Incoming<'_, F::State>,
        end: F::State,
        _: &mut [f64],
        pbar: &mut F::Params,
    ) -> Result<Swept<F::State>> {
        let Self { adjoint: QuadratureAdjoint { solver, control, rule }, field, record, .. } = *self;
        let stretch = Stretch { field, timeline: &record.timeline, incoming, end: &end };
        let curve = &record.curves[incoming.index];
        let equation = Costate::new(field, curve);
        let mut integral = Integral {
            along: Along::new(field, curve),
            rule: *rule,
            total: pbar.zeros_like(),
            fine: pbar.zeros_like(),
            coarse: pbar.zeros_like(),
            magnitude: 0.0,
            node: pbar.zeros_like(),
            costate: end.zeros_like(),
            unwanted: end.zeros_like(),
            pullbacks: 0,
            parts: Vec::new(),
        };
        let start = end.zeros_like();
        let solved = stretch.solve((&equation, solver, control), start, (&mut Alone, &mut integral))?;
        self.stats += solved.stats;
        self.stats.evaluations += integral.pullbacks;
        pbar.add_scaled(solved.unit, &integral.total);
        Ok(solved.swept(|y| y))
    }

    fn stats(&self) -> Stats {
        self.stats
    }
}

/// The costate is the whole state.
struct Alone;

impl<Y> Landmarks<Y, Y> for Alone {
    fn costate(a: &mut Y) -> &mut Y {
        a
    }
}

/// Adds up the gradient of the parameters, step by step.
struct Integral<'c, F: Differentiable> {
    along: Along<'c, F>,
    rule: Rule,
    total: F::Params,
    /// The integral over a part of a step: by the rule, and by its embedded rule.
    fine: F::Params,
    coarse: F::Params,
    /// The integral of the norm of the integrand.
    magnitude: f64,
    /// The integrand at a node.
    node: F::Params,
    costate: F::State,
    unwanted: F::State,
    pullbacks: u64,
    /// The parts of a step that are not integrated yet; the first is on top.
    parts: Vec<(f64, f64)>,
}

impl<F: Differentiable> Integral<'_, F> {
    /// Leaves the integral from `t0` to `t1` in `fine`, and its value by the embedded rule in `coarse`.
    fn apply<'c, S: Dense<Costate<'c, F>>>(
        &mut self,
        rule: &[Node],
        step: &mut Step<'_, Costate<'c, F>, S>,
        (t0, t1): (f64, f64),
    ) where
        F: 'c,
    {
        self.fine.set_zeros();
        self.coarse.set_zeros();
        self.magnitude = 0.0;
        let adaptive = self.rule != Rule::Gauss;
        for &Node { place, weight, inner } in rule {
            let t = t0 + place * (t1 - t0);
            step.interpolate(t, &mut self.costate);
            self.node.set_zeros();
            self.along.field.vjp(t, &self.along.state(t), &self.costate, &mut self.unwanted, &mut self.node);
            self.pullbacks += 1;
            // Backwards, so that the integral from the earlier time to the later is positive.
            self.fine.add_scaled(weight * (t0 - t1), &self.node);
            if inner != 0.0 {
                self.coarse.add_scaled(inner * (t0 - t1), &self.node);
            }
            if adaptive {
                self.magnitude += weight * (t0 - t1).abs() * euclidean_norm(&self.node);
            }
        }
    }

    /// Adds the integral over a step, which is halved until the tolerance is met.
    fn add_adaptively<'c, S: Dense<Costate<'c, F>>>(
        &mut self,
        step: &mut Step<'_, Costate<'c, F>, S>,
        tolerance: f64,
    ) -> Result<()>
    where
        F: 'c,
    {
        self.parts.clear();
        self.parts.push((step.computed.t0, step.computed.t1));
        let mut count = 1;
        while let Some((t0, t1)) = self.parts.pop() {
            self.apply(&KRONROD_15, step, (t0, t1));
            let Self { total, fine, coarse, magnitude, .. } = self;
            coarse.add_scaled(-1.0, fine);
            let (error, size) = (euclidean_norm(coarse), euclidean_norm(total).max(euclidean_norm(fine)));
            if !error.is_finite() {
                return Err(Error::NonFiniteDerivative { t: t0, h: t1 - t0 });
            }
            let middle = 0.5 * (t0 + t1);
            // A part that contains a jump shrinks to the resolution of times.
            let resolved = middle == t0 || middle == t1;
            if resolved || error <= (tolerance * size).max(ROUNDINGS * fine.rounding() * *magnitude) {
                total.add_scaled(1.0, fine);
                continue;
            }
            count += 1;
            if count > MOST_PARTS {
                return Err(Error::QuadratureFailed { t: t0, h: t1 - t0, error, tolerance });
            }
            self.parts.extend([(middle, t1), (t0, middle)]);
        }
        Ok(())
    }
}

impl<'c, F: Differentiable, S: Dense<Costate<'c, F>>> Observer<Costate<'c, F>, S> for Integral<'_, F> {
    fn observe(&mut self, mut step: Step<'_, Costate<'c, F>, S>) -> Result<StepAction<F::State>> {
        if step.is_still() {
            return Ok(StepAction::On);
        }
        match self.rule {
            Rule::Gauss => {
                let ends = (step.computed.t0, step.computed.t1);
                self.apply(&GAUSS_5, &mut step, ends);
                self.total.add_scaled(1.0, &self.fine);
            }
            Rule::Kronrod { tolerance } => self.add_adaptively(&mut step, tolerance)?,
        }
        Ok(StepAction::On)
    }
}
