//! The continuous adjoint along the forward solution.

use super::along::{AdjointEquation, CurveRecord, keep_curve};
use super::finite::check_params;
use super::segments::{Segments, Solved, solve_backwards};
use super::{Adjoint, ForwardResult, Output, Pullback};
use crate::control::Controller;
use crate::state::Passive;
use crate::{Dense, Differentiable, Result, Solver, State};

/// Solves the adjoint equation backwards with a solver `S` and a controller `C` of its own, along the dense output of the
/// forward pass.
///
/// Nothing is reconstructed, so that it is right where [`Backsolve`](crate::Backsolve) drifts; the price is that the
/// solution is kept, at `d + 1` states per step for an interpolant of degree `d`. The gradient is that of the exact solution
/// up to the tolerances of both passes and the error of the interpolant. The parameters take no part in the error norm.
#[derive(Debug, Clone, Copy)]
pub struct Interpolating<S, C> {
    solver: S,
    control: C,
    output: Output,
}

impl<S, C> Interpolating<S, C> {
    /// Solves the adjoint equation with `solver`, with steps from `control`.
    pub const fn new(solver: S, control: C) -> Self {
        Self { solver, control, output: Output::Interpolate }
    }

    /// Makes the forward pass land on the output times instead of interpolating.
    #[must_use]
    pub fn landing(mut self) -> Self {
        self.output = Output::Land;
        self
    }
}

impl<F, S, C, S2, C2> Adjoint<F, S, C> for Interpolating<S2, C2>
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    S2: for<'f> Solver<AdjointEquation<'f, F>>,
    C2: for<'f> Controller<AdjointEquation<'f, F>, S2>,
{
    type Record = CurveRecord<F::State>;

    fn forward(
        &self,
        f: &F,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> ForwardResult<F::State, Self::Record> {
        keep_curve((f, solver, control), self.output, times, y0)
    }

    fn backward(
        &self,
        f: &F,
        _solver: &S,
        _control: &C,
        record: Self::Record,
        cotangents: &[F::State],
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>> {
        check_params(f, pbar)?;
        let equation = AdjointEquation::new(f, &record.curve);
        let start = (record.curve.end().zeros_like(), Passive(pbar.zeros_like()));
        let Solved { state, unit, times, stats } = solve_backwards(
            f,
            (&equation, &self.solver, &self.control),
            (&record.times, &record.y),
            cotangents,
            start,
            (&mut BesideParameters, &mut ()),
        )?;
        let (mut y0, Passive(quadrature)) = state;
        y0.scale_by(unit);
        pbar.add_scaled(unit, &quadrature);
        Pullback { y0, times, stats, drift: 0.0 }.checked(record.curve.end(), pbar)
    }
}

/// The costate is the first part of the state.
struct BesideParameters;

impl<Y, P> Segments<(Y, P), Y> for BesideParameters {
    fn costate((a, _): &mut (Y, P)) -> &mut Y {
        a
    }
}
