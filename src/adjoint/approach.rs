//! The last step before an event.

use crate::dynamics::Dynamics;
use crate::integrate::Step;
use crate::solution::EventRecord;
use crate::solver::{Dense, StepStart};
use crate::state::State;

/// The data of an event's step that its backward pass needs.
#[derive(Debug, Clone)]
pub(super) struct Approach<Y> {
    /// The velocity of the solution before the event.
    pub velocity: Y,
    /// The largest value of the function of the event over the step.
    pub size: f64,
    /// The change of the function's rate over the step, estimated by secants.
    pub bend: f64,
}

impl<Y: State> Approach<Y> {
    /// For a hit of the event with the function `g`, at this `velocity`.
    pub fn new<F, S>(velocity: Y, hit: &EventRecord<Y>, g: &dyn Fn(f64, &Y) -> f64, step: &mut Step<'_, F, S>) -> Self
    where
        F: Dynamics<State = Y>,
        S: Dense<F>,
    {
        if step.is_still() {
            return Self { velocity, size: 0.0, bend: 0.0 };
        }
        let mut probe = step.y0.clone();
        let (mut size, mut secant) = (0.0_f64, 0.0_f64);
        for part in [0.125, 0.375, 0.625, 0.875] {
            let t = step.computed.t0 + part * step.h;
            step.interpolate(t, &mut probe);
            let (value, gap) = (g(t, &probe).abs(), (t - hit.t).abs());
            // Beyond the event the function may have no value.
            if gap > 0.0 && value.is_finite() {
                (size, secant) = (size.max(value), secant.max(value / gap));
            }
        }
        Self { velocity, size, bend: secant / step.h.abs() }
    }
}

/// The velocity before a hit in `step`. If the step is differentiated and the hit lies on its interpolant, this is the
/// derivative of the interpolant; otherwise it is the value of the field.
pub(super) fn velocity<F: Dynamics, S: Dense<F>>(
    step: &mut Step<'_, F, S>,
    hit: &EventRecord<F::State>,
    of_step: bool,
) -> F::State {
    let mut velocity = hit.before.zeros_like();
    // Between two jumps with no room for a step the state is constant.
    if step.is_still() {
        return velocity;
    }
    // A hit at a jump belongs to the field before it.
    let theta = ((hit.t - step.computed.t0) / step.h).clamp(0.0, 1.0);
    if of_step {
        let start = StepStart { t: step.computed.t0, h: step.h, y0: step.y0 };
        step.solver.slope(step.field, step.workspace, start, theta, &mut velocity);
    } else {
        let (first, last) = (step.computed.t0.min(step.computed.t1), step.computed.t0.max(step.computed.t1));
        step.field.eval(hit.t.clamp(first, last), &hit.before, &mut velocity);
    }
    velocity
}
