//! The continuous adjoint, solved backwards in time.

use super::finite::check_params;
use super::segments::{Segments, Solved, solve_backwards};
use super::{Adjoint, Augmented, Forward, ForwardResult, Output, Pullback, refuse, solve_forward};
use crate::control::Controller;
use crate::state::{Passive, error_norm};
use crate::{Dense, Differentiable, Error, Result, Solver, State, Tolerance};

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

    /// How far, relative to the state, the reconstruction may come from the forward pass, 0 at least; 1 % by default.
    /// Infinity allows any distance.
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

    fn validate(&self) -> Result<()> {
        let value = self.drift_limit;
        if value >= 0.0 {
            return Ok(());
        }
        Err(Error::InvalidArgument { name: "drift_limit", value, expected: "0 at least" })
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
        self.validate().map_err(|error| refuse(error, times, y0))?;
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
        self.validate()?;
        let BacksolveRecord { times, y } = record;
        let Some(start) = y.first() else {
            return Err(Error::LengthMismatch { name: "times", found: 0, expected: 1 });
        };
        check_params(f, pbar)?;
        let augmented = Augmented::new(f);
        let state = (start.clone(), start.zeros_like(), Passive(pbar.zeros_like()));
        let mut reconstruction =
            Reconstruction { difference: start.zeros_like(), limit: self.drift_limit, largest: 0.0, drift: 0.0 };
        let Solved { state, unit, times, stats } = solve_backwards(
            f,
            (&augmented, &self.solver, &self.control),
            (&times, &y),
            cotangents,
            state,
            (&mut reconstruction, &mut ()),
        )?;
        let (_, mut y0, Passive(quadrature)) = state;
        y0.scale_by(unit);
        pbar.add_scaled(unit, &quadrature);
        Pullback { y0, times, stats, drift: reconstruction.drift }.checked(start, pbar)
    }
}

/// Puts the state back to that of the forward pass at every output time, and measures how far it was from it.
struct Reconstruction<Y> {
    difference: Y,
    limit: f64,
    /// The norm of the largest state from which the way back set out so far.
    largest: f64,
    /// The largest distance so far, relative to the state.
    drift: f64,
}

impl<Y: State, P> Segments<(Y, Y, P), Y> for Reconstruction<Y> {
    fn costate((_, a, _): &mut (Y, Y, P)) -> &mut Y {
        a
    }

    fn depart(&mut self, (reconstructed, _, _): &mut (Y, Y, P), y: &Y) {
        reconstructed.assign(y);
        self.largest = self.largest.max(active_norm(y));
    }

    fn arrive(&mut self, (reconstructed, _, _): &(Y, Y, P), t: f64, y: &Y) -> Result<()> {
        self.difference.assign(reconstructed);
        self.difference.add_scaled(-1.0, y);
        let (error, size) = (active_norm(&self.difference), active_norm(y));
        // A state at the origin is compared with the largest that the way back came from.
        let unit = if size > 0.0 { size } else { self.largest };
        let drift = if error == 0.0 { 0.0 } else { error / unit };
        if drift.is_nan() || drift > self.limit {
            return Err(Error::Drift { t, drift, limit: self.limit });
        }
        self.drift = self.drift.max(drift);
        Ok(())
    }
}

/// The root mean square of the coordinates that an error norm sees. Passive parts do not move, so a drift relative to them as
/// well would look smaller than it is.
fn active_norm<Y: State>(x: &Y) -> f64 {
    let zero = x.zeros_like();
    error_norm(x, &zero, &zero, Tolerance { rtol: 0.0, atol: 1.0 })
}
