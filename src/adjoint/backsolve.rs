//! The continuous adjoint, solved backwards in time.

use super::{Adjoint, Augmented, Forward, ForwardResult, Output, Pullback, check_cotangents, solve_forward};
use crate::control::Controller;
use crate::integrate::Integration;
use crate::state::Passive;
use crate::{Dense, Differentiable, Error, Result, Solver, Span, State, Stats};

/// The adjoint method of Chen et al. 2018: solves the augmented system of [`Augmented`] backwards, from each output
/// time to the one before, with a solver `S` and a controller `C` of its own.
///
/// Memory is constant in the number of steps. The gradient is that of the exact solution up to the tolerances of both
/// passes; it is not the gradient of the computed solution. Between two output times the state is reconstructed
/// backwards, which is inaccurate where the forward system contracts strongly: what it forgets, the way back cannot know.
/// At each output time it is compared with the value of the forward pass, and reset to it. The largest distance is
/// reported ([`Gradient::drift`](crate::Gradient::drift)), and a backward pass that drifts beyond
/// [`drift_limit`](Self::drift_limit) fails instead of returning a wrong gradient.
#[derive(Debug, Clone, Copy)]
pub struct Backsolve<S, C> {
    solver: S,
    control: C,
    output: Output,
    drift_limit: f64,
}

impl<S, C> Backsolve<S, C> {
    /// Solves the augmented system with `solver`, with steps from `control`.
    pub const fn new(solver: S, control: C) -> Self {
        Self { solver, control, output: Output::Interpolate, drift_limit: 0.01 }
    }

    /// How far, relative to the state, the reconstruction may come from the forward pass; 1 % by default. Infinity allows
    /// any distance.
    #[must_use]
    pub const fn drift_limit(mut self, limit: f64) -> Self {
        self.drift_limit = limit;
        self
    }

    /// Makes the forward pass land on the output times instead of interpolating.
    #[must_use]
    pub fn landing(mut self) -> Self {
        self.output = Output::Land;
        self
    }
}

/// The output times and the states there.
#[derive(Debug, Clone)]
pub struct BacksolveRecord<Y> {
    times: Vec<f64>,
    y: Vec<Y>,
}

impl<F, S, C, S2, C2> Adjoint<F, S, C> for Backsolve<S2, C2>
where
    F: Differentiable,
    S: Dense<F>,
    C: Controller<F, S>,
    S2: for<'f> Solver<Augmented<'f, F>>,
    C2: for<'f> Controller<Augmented<'f, F>, S2>,
{
    type Record = BacksolveRecord<F::State>;

    fn forward(
        &self,
        f: &F,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> ForwardResult<F::State, Self::Record> {
        let Forward { y, stats, .. } = solve_forward((f, solver, control), self.output, times, y0, ())?;
        let record = BacksolveRecord { times: times.to_vec(), y: y.clone() };
        Ok(Forward { y, record, stats })
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
        let BacksolveRecord { times, y } = record;
        check_cotangents(cotangents.len(), times.len())?;
        let Some(start) = y.first() else {
            return Err(Error::LengthMismatch { name: "times", found: 0, expected: 1 });
        };

        let augmented = Augmented::new(f);
        let mut state = (start.clone(), start.zeros_like(), Passive(pbar.zeros_like()));
        let mut ws = self.solver.workspace(&augmented, &state);
        let mut velocity = start.zeros_like();
        let mut times_bar = vec![0.0; times.len()];
        let mut stats = Stats::default();
        let mut drift = 0.0_f64;

        for i in (1..times.len()).rev() {
            state.0.assign(&y[i]);
            f.eval(times[i], &y[i], &mut velocity);
            times_bar[i] = cotangents[i].inner(&velocity);
            state.1.add_scaled(1.0, &cotangents[i]);
            let span = Span { t0: times[i], t1: times[i - 1] };
            let Self { solver, control, .. } = self;
            let integration = Integration { field: &augmented, solver, control, span, stops: &[] };
            let reached = integration.run(state, ws, &mut ());
            (state, ws) = (reached.y, reached.workspace);
            stats += reached.outcome.map_err(|halt| halt.error)?;
            let here = distance(&mut velocity, &state.0, &y[i - 1]);
            if here.is_nan() || here > self.drift_limit {
                return Err(Error::Drift { t: times[i - 1], drift: here, limit: self.drift_limit });
            }
            drift = drift.max(here);
        }

        // Starting later by dt moves y0 along the solution by −f dt.
        let (_, mut ybar, Passive(quadrature)) = state;
        f.eval(times[0], start, &mut velocity);
        times_bar[0] = -ybar.inner(&velocity);
        stats.evaluations += times.len() as u64;
        ybar.add_scaled(1.0, &cotangents[0]);
        pbar.add_scaled(1.0, &quadrature);
        Ok(Pullback { y0: ybar, times: times_bar, stats, drift })
    }
}

/// How far `reconstructed` is from `y`, relative to it; `difference` is overwritten.
fn distance<Y: State>(difference: &mut Y, reconstructed: &Y, y: &Y) -> f64 {
    difference.assign(reconstructed);
    difference.add_scaled(-1.0, y);
    let (error, size) = (difference.inner(difference).sqrt(), y.inner(y).sqrt());
    // A state at the origin is compared with 1.
    if size == 0.0 { error } else { error / size }
}
