//! The continuous adjoint, solved backwards in time.

use super::Augmented;
use crate::adjoint::drift::{Drift, check_limit};
use crate::adjoint::pull_back::{Incoming, Swept, WayBack, pull_back};
use crate::adjoint::recorder::{record, refuse};
use crate::adjoint::stretch::{Landmarks, Stretch};
use crate::adjoint::timeline::Timeline;
use crate::adjoint::{Adjoint, CotangentsRef, ForwardResult, Problem, Pullback};
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::integrate::Stats;
use crate::solver::{Dense, Solver};
use crate::state::{Passive, State};

/// The adjoint method of Chen et al. 2018: solves the [`Augmented`] system backwards, with a solver `S` and a
/// controller `C` of its own.
///
/// Memory is constant in the number of steps. The gradient approximates the gradient of the exact solution, up to the
/// tolerances of both passes; it is not the gradient of the computed solution.
///
/// The state is reconstructed backwards from each output time to the one before. This is inaccurate where the forward
/// system contracts strongly, since the solution forgets its past. At each output time the reconstruction is compared
/// with the forward pass and reset to it. [`Gradient::drift`](crate::adjoint::Gradient::drift) reports the largest
/// distance; a drift above [`drift_limit`](Self::drift_limit) is an error.
#[derive(Debug, Clone, Copy)]
pub struct BacksolveAdjoint<S, C> {
    solver: S,
    control: C,
    drift_limit: f64,
}

impl<S, C> BacksolveAdjoint<S, C> {
    /// Solves the augmented system with `solver`, with steps chosen by `control`.
    pub const fn new(solver: S, control: C) -> Self {
        Self { solver, control, drift_limit: 0.01 }
    }

    /// The largest distance allowed between the reconstruction and the forward pass, relative to the state: at least 0,
    /// by default 1 %. Infinity allows any distance.
    #[must_use]
    pub const fn drift_limit(mut self, limit: f64) -> Self {
        self.drift_limit = limit;
        self
    }
}

/// The output times, resets of the state and jumps of the field, with the states there.
#[derive(Debug, Clone)]
pub struct BacksolveRecord<Y> {
    timeline: Timeline<Y>,
}

impl<F, S, C, S2, C2> Adjoint<F, S, C> for BacksolveAdjoint<S2, C2>
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    S2: for<'f> Solver<Augmented<'f, F>>,
    C2: for<'f> Controller<Augmented<'f, F>, S2>,
{
    type Record = BacksolveRecord<F::State>;

    fn forward(&self, problem: &Problem<'_, F, S, C>, y0: &F::State) -> ForwardResult<F::State, Self::Record> {
        const { assert!(!F::HAS_MASS, "with a mass matrix, take `DiscreteAdjoint`") }
        check_limit(self.drift_limit).map_err(|error| refuse(error, problem.span.t0, y0))?;
        record(problem, y0, (), |timeline, ()| BacksolveRecord { timeline })
    }

    fn backward(
        &self,
        problem: &Problem<'_, F, S, C>,
        BacksolveRecord { timeline }: &Self::Record,
        cotangents: CotangentsRef<'_, F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        check_limit(self.drift_limit)?;
        let drift = Drift::new(&timeline.start, self.drift_limit);
        let way = Reconstructing { adjoint: self, field: problem.field, timeline, drift, stats: Stats::default() };
        pull_back(problem, timeline, cotangents, pbar, way)
    }
}

/// The backward pass by the augmented system.
struct Reconstructing<'a, F: Differentiable, S, C> {
    adjoint: &'a BacksolveAdjoint<S, C>,
    field: &'a F,
    timeline: &'a Timeline<F::State>,
    drift: Drift,
    stats: Stats,
}

impl<F, S, C> WayBack<F> for Reconstructing<'_, F, S, C>
where
    F: Differentiable,
    S: for<'f> Solver<Augmented<'f, F>>,
    C: for<'f> Controller<Augmented<'f, F>, S>,
{
    fn over(
        &mut self,
        incoming: &Incoming<'_, F::State>,
        end: F::State,
        _: &mut [f64],
        pbar: &mut F::Params,
    ) -> Result<Swept<F::State>> {
        let Self { adjoint: BacksolveAdjoint { solver, control, .. }, field, timeline, .. } = *self;
        let stretch = Stretch { field, timeline, incoming, end: &end };
        let augmented = Augmented::new(field);
        let state = (stretch.ends().1.clone(), end.zeros_like(), Passive(pbar.zeros_like()));
        let solved = stretch.solve((&augmented, solver, control), state, (&mut self.drift, &mut ()))?;
        self.stats += solved.stats;
        pbar.add_scaled(solved.unit, &solved.state.2.0);
        Ok(solved.swept(|(_, y, _)| y))
    }

    fn stats(&self) -> Stats {
        self.stats
    }

    fn drift(&self) -> f64 {
        self.drift.worst()
    }
}

/// Puts the state back to its value in the forward pass at every output time, and measures the distance.
impl<Y: State, P> Landmarks<(Y, Y, P), Y> for Drift {
    fn costate((_, a, _): &mut (Y, Y, P)) -> &mut Y {
        a
    }

    fn depart(&mut self, (reconstructed, _, _): &mut (Y, Y, P), y: &Y) {
        reconstructed.assign(y);
        self.set_out(y);
    }

    fn arrive(&mut self, (reconstructed, _, _): &(Y, Y, P), t: f64, y: &Y) -> Result<()> {
        self.compare(reconstructed, t, y)
    }
}
