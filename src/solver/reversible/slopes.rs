//! Steps between two carried slopes: `y1 = y0 + h (s0 + s1) / 2`.

use crate::solver::{OutputCotangent, StepCotangent};
use crate::state::State;

/// The weights of the slopes at `θ`: the parabola with these slopes at its ends.
fn weights(theta: f64) -> [f64; 2] {
    let end = 0.5 * theta * theta;
    [theta - end, end]
}

/// `out = y0 + h (w₀ s0 + w₁ s1)` with the weights at `theta`; at 1 it is the end of the step.
#[inline]
pub(super) fn point<Y: State>(theta: f64, y0: &Y, h: f64, [s0, s1]: [&Y; 2], out: &mut Y) {
    let [w0, w1] = weights(theta);
    out.assign(y0);
    out.add_scaled(h * w0, s0);
    out.add_scaled(h * w1, s1);
}

/// `out = h (s1 − s0) / 2`, the difference from Euler's method, which estimates the error.
#[inline]
pub(super) fn estimate<Y: State>(h: f64, [s0, s1]: [&Y; 2], out: &mut Y) {
    out.set_zeros();
    out.add_scaled(0.5 * h, s1);
    out.add_scaled(-0.5 * h, s0);
}

/// Adds the cotangents of the slopes, given the cotangent `w` of the [`point`] at `theta`. Returns the derivative with
/// respect to `h`.
fn pull_point<Y: State>(theta: f64, w: &Y, h: f64, slopes: [&Y; 2], bars: &mut [Y; 2]) -> f64 {
    let mut length = 0.0;
    for ((weight, slope), bar) in weights(theta).into_iter().zip(slopes).zip(bars) {
        bar.add_scaled(h * weight, w);
        length += weight * w.inner(slope);
    }
    length
}

/// The same for the end of the step, with the cotangent `ybar`, and for the outputs inside, whose derivatives in time
/// it fills in.
pub(super) fn pull_points<Y: State>(
    h: f64,
    ybar: &Y,
    outputs: &mut [OutputCotangent<'_, Y>],
    slopes: [&Y; 2],
    bars: &mut [Y; 2],
) -> StepCotangent {
    let mut cotangent = StepCotangent::from_length(pull_point(1.0, ybar, h, slopes, bars));
    for output in outputs {
        let OutputCotangent { theta, cotangent: w, .. } = *output;
        cotangent += StepCotangent::from_length(pull_point(theta, w, h, slopes, bars));
        output.time = (1.0 - theta) * w.inner(slopes[0]) + theta * w.inner(slopes[1]);
        // θ = (time − t) / h moves with the ends of the step.
        cotangent.start -= (1.0 - theta) * output.time;
        cotangent.end -= theta * output.time;
    }
    cotangent
}
