//! The way back of the continuous adjoints, from each output time to the one before.

use super::finite::{check_cotangents, on_the_way_back};
use crate::control::Controller;
use crate::integrate::{Integration, Observer};
use crate::{Differentiable, Dynamics, Error, Result, Solver, Span, State, Stats};

/// What an adjoint does at the output times with the state `Z` of its equation.
pub(super) trait Segments<Z, Y> {
    /// The part of the state that the cotangents of outputs are added to.
    fn costate(state: &mut Z) -> &mut Y;

    /// Leaves the output time at which the forward pass was at `y`.
    fn depart(&mut self, state: &mut Z, y: &Y) {
        let _ = (state, y);
    }

    /// Comes to the output time `t`, at which the forward pass was at `y`.
    fn arrive(&mut self, state: &Z, t: f64, y: &Y) -> Result<()> {
        let _ = (state, t, y);
        Ok(())
    }
}

/// The end of an adjoint equation, at the first of the output times.
pub(super) struct Solved<Z> {
    /// Its last state, with the costate and all that is linear in it in units of `unit`.
    pub(super) state: Z,
    /// The size of the cotangents.
    pub(super) unit: f64,
    /// The derivatives with respect to the output times.
    pub(super) times: Vec<f64>,
    /// The cost.
    pub(super) stats: Stats,
}

/// The power of two next to the size of the largest of the cotangents.
///
/// The tolerances of the adjoint equation hold for a costate of the size 1: a loss may be in any unit.
fn unit_of<Y: State>(cotangents: &[Y]) -> f64 {
    let largest = cotangents.iter().map(largest_coordinate).fold(0.0, f64::max);
    if largest > 0.0 { largest.log2().round().exp2().clamp(f64::MIN_POSITIVE, f64::MAX) } else { 1.0 }
}

fn largest_coordinate<Y: State>(x: &Y) -> f64 {
    x.coordinates().into_iter().map(f64::abs).fold(0.0, f64::max)
}

/// Solves the adjoint equation of `field`, from the state `state` at the last of the output `times`, where the forward pass was
/// at `y`, back to the first.
pub(super) fn solve_backwards<F, G, S, C, T, O>(
    field: &F,
    (equation, solver, control): (&G, &S, &C),
    (times, y): (&[f64], &[F::State]),
    cotangents: &[F::State],
    mut state: G::State,
    (segments, observer): (&mut T, &mut O),
) -> Result<Solved<G::State>>
where
    F: Differentiable,
    G: Dynamics,
    S: Solver<G>,
    C: Controller<G, S>,
    T: Segments<G::State, F::State>,
    O: Observer<G, S>,
{
    check_cotangents("cotangents", cotangents, y.iter())?;
    let unit = unit_of(cotangents);
    let Some(start) = y.first() else {
        return Err(Error::LengthMismatch { name: "times", found: 0, expected: 1 });
    };
    let mut ws = solver.workspace(equation, &state);
    let mut velocity = start.zeros_like();
    let mut times_bar = vec![0.0; times.len()];
    let mut stats = Stats::default();
    for i in (1..times.len()).rev() {
        segments.depart(&mut state, &y[i]);
        field.eval(times[i], &y[i], &mut velocity);
        times_bar[i] = cotangents[i].inner(&velocity);
        T::costate(&mut state).add_scaled(1.0 / unit, &cotangents[i]);
        let span = Span { t0: times[i], t1: times[i - 1] };
        let integration = Integration { field: equation, solver, control, span, stops: &[], jumps: &[] };
        let reached = integration.run(state, ws, observer);
        (state, ws) = (reached.y, reached.workspace);
        stats += reached.outcome.map_err(|halt| on_the_way_back(halt.error, span))?;
        segments.arrive(&state, times[i - 1], &y[i - 1])?;
    }
    // Starting later by dt moves y0 along the solution by −f dt.
    field.eval(times[0], start, &mut velocity);
    times_bar[0] = -unit * T::costate(&mut state).inner(&velocity);
    T::costate(&mut state).add_scaled(1.0 / unit, &cotangents[0]);
    stats.evaluations += times.len() as u64;
    Ok(Solved { state, unit, times: times_bar, stats })
}
