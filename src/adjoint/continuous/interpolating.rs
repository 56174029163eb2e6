//! The continuous adjoint along the forward solution.

use super::along::{AdjointEquation, AlongCurves, CurveRecord};
use crate::adjoint::pull_back::{Incoming, Swept, WayBack};
use crate::adjoint::stretch::{Landmarks, Stretch};
use crate::adjoint::{Adjoint, CotangentsRef, ForwardResult, Problem, Pullback};
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::integrate::Stats;
use crate::solver::{Dense, Solver};
use crate::state::{Passive, State};

/// The adjoint equation, solved backwards along the dense output of the forward pass, with a solver `S` and a
/// controller `C` of its own.
///
/// Nothing is reconstructed, so it stays accurate where [`BacksolveAdjoint`](crate::adjoint::BacksolveAdjoint) drifts.
/// In return the whole solution is stored: `d + 1` states per step for an interpolant of degree `d`. The gradient
/// approximates the gradient of the exact solution, up to the tolerances of both passes and the error of the
/// interpolant. The parameters are excluded from the error norm.
#[derive(Debug, Clone, Copy)]
pub struct InterpolatingAdjoint<S, C> {
    solver: S,
    control: C,
}

impl<S, C> InterpolatingAdjoint<S, C> {
    /// Solves the adjoint equation with `solver`, with steps chosen by `control`.
    pub const fn new(solver: S, control: C) -> Self {
        Self { solver, control }
    }
}

impl<F, S, C, S2, C2> Adjoint<F, S, C> for InterpolatingAdjoint<S2, C2>
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    S2: for<'f> Solver<AdjointEquation<'f, F>>,
    C2: for<'f> Controller<AdjointEquation<'f, F>, S2>,
{
    type Record = CurveRecord<F::State>;

    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record> {
        const { assert!(!F::HAS_MASS, "with a mass matrix, take `DiscreteAdjoint`") }
        CurveRecord::of(problem, y0)
    }

    fn backward(
        &self,
        problem: &Problem<'_, F, S, C>,
        record: &Self::Record,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        AlongCurves::pull_back(self, problem, record, cotangents, pbar)
    }
}

impl<F, S, C> WayBack<F> for AlongCurves<'_, InterpolatingAdjoint<S, C>, F>
where
    F: Differentiable,
    S: for<'f> Solver<AdjointEquation<'f, F>>,
    C: for<'f> Controller<AdjointEquation<'f, F>, S>,
{
    fn over(
        &mut self,
        incoming: &Incoming<'_, F::State>,
        end: F::State,
        _: &mut [f64],
        pbar: &mut F::Params,
    ) -> Result<Swept<F::State>> {
        let Self { adjoint: InterpolatingAdjoint { solver, control }, field, record, .. } = *self;
        let stretch = Stretch { field, timeline: &record.timeline, incoming, end: &end };
        let equation = AdjointEquation::new(field, &record.curves[incoming.index]);
        let start = (end.zeros_like(), Passive(pbar.zeros_like()));
        let solved = stretch.solve((&equation, solver, control), start, (&mut BesideParameters, &mut ()))?;
        self.stats += solved.stats;
        pbar.add_scaled(solved.unit, &solved.state.1.0);
        Ok(solved.swept(|(y, _)| y))
    }

    fn stats(&self) -> Stats {
        self.stats
    }
}

/// The costate is the first part of the state.
struct BesideParameters;

impl<Y, P> Landmarks<(Y, P), Y> for BesideParameters {
    fn costate((a, _): &mut (Y, P)) -> &mut Y {
        a
    }
}
