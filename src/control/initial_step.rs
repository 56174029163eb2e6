//! A first step from the size of the field and of its change.

use crate::dynamics::Dynamics;
use crate::solver::Embedded;
use crate::state::{ErrorNorm, Span, State};

/// The part of a tolerance that the error of the first step should take.
const SHARE: f64 = 1e-3;
/// The change, in tolerances, that counts as the size of a small state.
const LEAST_SIZE: f64 = 100.0;
/// If the field vanishes, this part of the interval is tried. It has no small multiple, so that no periodic force
/// hides.
const GLANCE: f64 = 7.182e-4;

/// The first step, by two evaluations. It is positive and not longer than the span.
///
/// It starts as Hairer, Nørsett & Wanner I, section II.4, "Starting step size": an Euler step over a hundredth of the
/// time in which the state changes by its own size gives `d₁`, the norm of the slope, and `d₂`, the norm of its
/// derivative along the solution. Their rule takes the larger of the two, so it depends on the unit of time. Here each
/// derivative of the solution is assumed larger than the previous one by `λ = max(d₂/d₁, d₁/d₀)`, so an error of order
/// `k` is `d₁ λᵏ⁻¹ hᵏ`. If the slope is zero, it is `(√d₂ h)ᵏ`.
pub(super) fn initial_step<F: Dynamics, S: Embedded<F>>(
    f: &F,
    solver: &S,
    ws: &mut S::Workspace,
    span: Span,
    y0: &F::State,
    norm: &impl ErrorNorm<F::State>,
) -> f64 {
    let norm = |x: &F::State| norm.norm(x, y0, y0);
    let length = span.length().abs();
    let size = norm(y0).max(LEAST_SIZE);
    let mut d1 = 0.0;
    let probe = solver.probe(f, ws, span.t0, y0, |slope| {
        d1 = norm(slope);
        // A shorter step would vanish in the rounding of time.
        let resolved = 64.0 * f64::EPSILON * span.t0.abs();
        glance(size, d1, length).max(resolved).min(length) * span.direction()
    });
    let glanced = probe.h.abs();

    let mut change = probe.end.clone();
    change.add_scaled(-1.0, probe.start);
    let d2 = norm(&change) / glanced;

    let h = (100.0 * glanced).min(by_growth([size, d1, d2], f64::from(solver.first_error_order()))).min(length);
    // A field that is not finite here gives no step; the first trial will report it.
    if h.is_finite() && h > 0.0 { h } else { length }
}

/// The length of the Euler step: a hundredth of the time in which the state changes by its `size`, both in tolerances.
/// A slope that changes it by less than a tolerance over the whole interval is ignored.
fn glance(size: f64, d1: f64, length: f64) -> f64 {
    if d1 * length <= 1.0 { GLANCE * length } else { 0.01 * size / d1 }
}

/// The step whose error of this order is a small part of the tolerance. `d0`, `d1`, `d2` are the norms of the state,
/// its slope and its second derivative.
fn by_growth([d0, d1, d2]: [f64; 3], order: f64) -> f64 {
    if d1 > 0.0 {
        let rate = (d2 / d1).max(d1 / d0);
        (SHARE * rate / d1).powf(1.0 / order) / rate
    } else {
        SHARE.powf(1.0 / order) / d2.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_the_first_step_is_a_small_part_of_the_tolerance() {
        for (d0, d1, d2, order) in [(1e6, 2e6, 8e6, 5.0), (1e4, 3e6, 3e5, 8.0), (100.0, 1e3, 0.0, 2.0)] {
            let (rate, h) = (f64::max(d2 / d1, d1 / d0), by_growth([d0, d1, d2], order));
            let error = d1 * rate.powf(order - 1.0) * h.powf(order);
            assert!((error / SHARE - 1.0).abs() < 1e-10, "{error:e}");
        }
        let h = by_growth([1.0, 0.0, 16.0], 3.0);
        assert!(((4.0 * h).powi(3) / SHARE - 1.0).abs() < 1e-10, "{h:e}");
    }
}
