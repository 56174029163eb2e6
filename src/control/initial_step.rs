//! A first step from the size of the field and of its change.

use crate::state::ErrorNorm;
use crate::{Dynamics, Embedded, Span, State};

/// The starting step of Hairer, Nørsett & Wanner I, section II.4, "Starting step size"; two evaluations.
///
/// Not longer than the span, and positive.
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
    let direction = span.direction();
    let d0 = norm(y0);
    let mut d1 = 0.0;
    let probe = solver.probe(f, ws, span.t0, y0, |slope| {
        d1 = norm(slope);
        let h = if d0 < 1e-5 || d1 < 1e-5 { 1e-6 } else { 0.01 * d0 / d1 };
        h.min(length) * direction
    });
    let h0 = probe.h.abs();

    let mut change = probe.end.clone();
    change.add_scaled(-1.0, probe.start);
    let d2 = norm(&change) / h0;

    let steepest = d1.max(d2);
    let h1 =
        if steepest <= 1e-15 { (h0 * 1e-3).max(1e-6) } else { (0.01 / steepest).powf(1.0 / f64::from(S::ERROR_ORDER)) };
    let h = (100.0 * h0).min(h1).min(length);
    // A field that is not finite here gives no step; the first trial will report it.
    if h.is_finite() && h > 0.0 { h } else { length }
}
