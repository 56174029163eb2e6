//! How a solution comes to an event.

use crate::integrate::Step;
use crate::solver::StepStart;
use crate::{Dense, Dynamics, Hit, Solver, State};

/// What the way back across an event needs to know of the step it was found in.
#[derive(Debug, Clone)]
pub(super) struct Approach<Y> {
    /// The velocity of the solution before the event.
    pub velocity: Y,
    /// The largest value of the function of the event over the step.
    pub size: f64,
    /// How fast the function changes its rate, as far as secants over the step can tell.
    pub bend: f64,
}

impl<Y: State> Approach<Y> {
    /// Of the event with the function `g` that was hit with this `velocity` in a step.
    pub fn new<F, S>(velocity: Y, hit: &Hit<Y>, g: &dyn Fn(f64, &Y) -> f64, step: &mut Step<'_, F, S>) -> Self
    where
        F: Dynamics<State = Y>,
        S: Dense<F>,
    {
        let mut probe = step.y0.clone();
        let (mut size, mut secant) = (0.0_f64, 0.0_f64);
        for part in [0.125, 0.375, 0.625, 0.875] {
            let t = step.t0 + part * step.h;
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

/// The velocity of the interpolant of a step at `t`.
pub(super) fn slope<F: Dynamics, S: Dense<F>>(step: &mut Step<'_, F, S>, t: f64) -> F::State {
    let start = StepStart { t: step.t0, h: step.h, y0: step.y0 };
    let mut velocity = step.y0.zeros_like();
    step.solver.slope(step.field, step.workspace, start, (t - step.t0) / step.h, &mut velocity);
    velocity
}

/// The field before a hit.
pub(super) fn field_at<F: Dynamics, S: Solver<F>>(step: &Step<'_, F, S>, hit: &Hit<F::State>) -> F::State {
    let mut velocity = hit.before.zeros_like();
    step.field.eval(hit.t, &hit.before, &mut velocity);
    velocity
}
