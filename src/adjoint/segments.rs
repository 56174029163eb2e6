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

/// The last state of an adjoint equation, the derivatives with respect to the output times, and the cost.
pub(super) type Solved<Z> = (Z, Vec<f64>, Stats);

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
        T::costate(&mut state).add_scaled(1.0, &cotangents[i]);
        let span = Span { t0: times[i], t1: times[i - 1] };
        let integration = Integration { field: equation, solver, control, span, stops: &[], jumps: &[] };
        let reached = integration.run(state, ws, observer);
        (state, ws) = (reached.y, reached.workspace);
        stats += reached.outcome.map_err(|halt| on_the_way_back(halt.error, span))?;
        segments.arrive(&state, times[i - 1], &y[i - 1])?;
    }
    // Starting later by dt moves y0 along the solution by −f dt.
    field.eval(times[0], start, &mut velocity);
    times_bar[0] = -T::costate(&mut state).inner(&velocity);
    T::costate(&mut state).add_scaled(1.0, &cotangents[0]);
    stats.evaluations += times.len() as u64;
    Ok((state, times_bar, stats))
}
