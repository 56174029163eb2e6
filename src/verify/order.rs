//! The observed order of a method on a problem.

use std::fmt;

use crate::control::{Fixed, Pid};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solution::Ivp;
use crate::solver::explicit::{Dopri5, Tsit5};
use crate::solver::{Dense, Solver, StepStart};
use crate::state::{Span, State};

/// The observed order may differ from the declared one by this much.
const TOLERANCE: f64 = 0.2;
/// The tolerance for interpolants.
const DENSE_TOLERANCE: f64 = 0.3;
/// Up to this order, errors above rounding come close to the asymptotic range.
const LIMIT_IN_SIGHT: u32 = 5;
/// Rounding in `n` steps amounts to about `ε √n` relative to the solution; errors must be this many times larger.
const ABOVE_ROUNDING: f64 = 100.0;

/// Larger errors are outside the asymptotic range. A mean over refinements must leave out more of them than an
/// extrapolation from the finest; with a high order it can.
const fn ceiling(order: u32) -> f64 {
    if order > LIMIT_IN_SIGHT { 0.01 } else { 0.1 }
}

fn floor(steps: usize) -> f64 {
    ABOVE_ROUNDING * f64::EPSILON * (steps as f64).sqrt()
}

/// The observed order of a method, from its errors under refinement.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderReport {
    /// The name of the method.
    pub method: &'static str,
    /// The order it declares.
    pub declared: u32,
    /// The observed order, from the refinements above rounding: extrapolated to small steps up to a declared order of
    /// 5, the mean above. NaN if there are too few.
    pub observed: f64,
    /// The largest difference allowed between the two orders.
    pub tolerance: f64,
    /// One line per refinement, from coarse to fine.
    pub refinements: Vec<Refinement>,
}

/// One solve of an order test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refinement {
    /// The step.
    pub h: f64,
    /// The root mean square error over several points, relative to the largest component of the solution.
    pub error: f64,
    /// Whether the error is used: well above rounding and below 1.
    pub used: bool,
}

impl OrderReport {
    /// Whether the observed order equals the declared one; for a declared order above 5, whether it is no less.
    ///
    /// High-order methods are built with a small first error term. Where this term would dominate the next, errors are
    /// below rounding.
    #[must_use]
    pub fn passed(&self) -> bool {
        let excess = self.observed - f64::from(self.declared);
        excess >= -self.tolerance && (excess <= self.tolerance || self.declared > LIMIT_IN_SIGHT)
    }
}

impl fmt::Display for OrderReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: declared order {}, observed {:.3}", self.method, self.declared, self.observed)?;
        writeln!(f, "{:>12} {:>12} {:>8}", "h", "error", "order")?;
        let mut previous: Option<Refinement> = None;
        for line in &self.refinements {
            let local = previous.map(|p| (p.error / line.error).log2() / (p.h / line.h).log2());
            let local = local.map_or(String::from("—"), |order| format!("{order:.3}"));
            let mark = if line.used { "" } else { "  (not used)" };
            writeln!(f, "{:>12.4e} {:>12.4e} {:>8}{mark}", line.h, line.error, local)?;
            previous = Some(*line);
        }
        Ok(())
    }
}

/// The observed order of `solver` on a problem of your own, against a reference solution at tight tolerance.
///
/// The reference is computed by [`Dopri5`](type@Dopri5) and by [`Tsit5`](type@Tsit5) at a tolerance of `1e-13`. Errors
/// below a hundred times their difference are not used. With a closed-form solution use [`order_with`].
///
/// # Errors
/// Any error of a solve for the reference.
pub fn order<F, S>(f: &F, y0: &F::State, span: impl Into<Span>, solver: &S) -> Result<OrderReport>
where
    F: Dynamics,
    S: Solver<F> + Clone,
{
    let span = span.into();
    let times = checkpoints(span);
    let tight = Pid::tolerance(1e-13).max_steps(10_000_000);
    let reference = Ivp::new(f, y0.clone(), span).land_on(&times).solve(Dopri5, tight)?.y;
    let other = Ivp::new(f, y0.clone(), span).land_on(&times).solve(Tsit5, tight)?.y;
    let uncertainty = distance(&other, &reference);
    Ok(refine(f, y0, span, solver, &reference, 100.0 * uncertainty))
}

/// The observed order of `solver` on a problem with the known solution `exact(t)`.
///
/// # Errors
/// A span that is not finite.
pub fn order_with<F, S>(
    f: &F,
    y0: &F::State,
    span: impl Into<Span>,
    solver: &S,
    exact: impl Fn(f64) -> F::State,
) -> Result<OrderReport>
where
    F: Dynamics,
    S: Solver<F> + Clone,
{
    let span = span.into();
    span.validate()?;
    let reference: Vec<F::State> = checkpoints(span).into_iter().map(exact).collect();
    Ok(refine(f, y0, span, solver, &reference, 0.0))
}

/// Eighths of the span: common points of all grids of `2ᵏ ≥ 8` steps. The error at a single point may pass through
/// zero.
fn checkpoints(span: Span) -> Vec<f64> {
    (1..=8).map(|i| span.t0 + f64::from(i) * (span.length() / 8.0)).collect()
}

fn refine<F, S>(f: &F, y0: &F::State, span: Span, solver: &S, reference: &[F::State], uncertainty: f64) -> OrderReport
where
    F: Dynamics,
    S: Solver<F> + Clone,
{
    let times = checkpoints(span);
    let mut refinements = Vec::new();
    // Powers of two and numbers half-way between: with a high order, few refinements are in the asymptotic range above
    // rounding.
    for n in (3..13).flat_map(|k| [1 << k, 3 << (k - 1)]) {
        let problem = Ivp::new(f, y0.clone(), span).land_on(&times);
        // A step far too long may blow up; the report shows an infinite error.
        let error = problem.solve(solver.clone(), Fixed::steps(n)).map_or(f64::INFINITY, |s| distance(&s.y, reference));
        let used = error > uncertainty.max(floor(n)) && error < ceiling(S::ORDER);
        refinements.push(Refinement { h: span.length().abs() / n as f64, error, used });
    }
    discard_stalled(&mut refinements, S::ORDER);
    OrderReport {
        method: S::NAME,
        declared: S::ORDER,
        observed: observed_order(&refinements, S::ORDER),
        tolerance: TOLERANCE,
        refinements,
    }
}

/// The observed order of the interpolant of `solver`. Single steps start on the exact solution `exact(t)` in the middle
/// of `span`; a local error of `O(h^(q + 1))` shows the order `q`.
///
/// # Errors
/// A span that is not finite.
pub fn dense_order<F, S>(
    f: &F,
    span: impl Into<Span>,
    solver: &S,
    exact: impl Fn(f64) -> F::State,
) -> Result<OrderReport>
where
    F: Dynamics,
    S: Dense<F> + Clone,
{
    let span = span.into();
    span.validate()?;
    let t0 = span.t0 + 0.5 * span.length();
    let y0 = exact(t0);
    let mut refinements = Vec::new();
    for h in (1..12).map(|k| span.length() * 0.5_f64.powi(k)).flat_map(|h| [h, h / 1.5]) {
        let thetas = (1..10).map(|i| f64::from(i) / 10.0);
        let expected: Vec<F::State> = thetas.clone().map(|theta| exact(t0 + theta * h)).collect();
        let found = inside_a_step(f, solver, StepStart { t: t0, h, y0: &y0 }, thetas);
        let error = found.map_or(f64::INFINITY, |found| distance(&found, &expected));
        refinements.push(Refinement { h: h.abs(), error, used: error > floor(1) && error < ceiling(S::DENSE_ORDER) });
    }
    discard_stalled(&mut refinements, S::DENSE_ORDER + 1);
    Ok(OrderReport {
        method: S::NAME,
        declared: S::DENSE_ORDER,
        observed: observed_order(&refinements, S::DENSE_ORDER) - 1.0,
        tolerance: DENSE_TOLERANCE,
        refinements,
    })
}

/// The interpolated states of one step at the places `thetas`.
fn inside_a_step<F: Dynamics, S: Dense<F>>(
    f: &F,
    solver: &S,
    step: StepStart<'_, F::State>,
    thetas: impl Iterator<Item = f64>,
) -> Result<Vec<F::State>> {
    let mut workspace = solver.workspace(f, step.y0);
    let mut end = step.y0.zeros_like();
    solver.reset(&mut workspace);
    solver.begin(f, &mut workspace, Span { t0: step.t, t1: step.t + step.h }, step.y0)?;
    solver.step(f, &mut workspace, StepStart { t: step.t, h: step.h, y0: step.y0 }, &mut end)?;
    let inside = thetas.map(|theta| {
        let mut y = step.y0.zeros_like();
        solver.interpolate(f, &mut workspace, step, theta, &mut y);
        y
    });
    Ok(inside.collect())
}

/// Discards the refinements from the first halving of the step that gains less than half the expected digits. There,
/// rounding errors are larger than assumed, in a method whose slopes cancel each other. The two refinements before are
/// affected too.
fn discard_stalled(refinements: &mut [Refinement], order: u32) {
    let expected = 2_f64.powf(0.5 * f64::from(order));
    let stalls = |pair: &[Refinement]| pair[0].error < f64::EPSILON.sqrt() && pair[0].error < expected * pair[2].error;
    if let Some(stalled) = refinements.windows(3).position(stalls) {
        for line in &mut refinements[stalled.saturating_sub(1)..] {
            line.used = false;
        }
    }
}

/// The root mean square difference over all points and coordinates, relative to the largest coordinate of `reference`.
fn distance<Y: State>(y: &[Y], reference: &[Y]) -> f64 {
    let all = |states: &[Y]| states.iter().flat_map(State::coordinates).collect::<Vec<f64>>();
    let (y, reference) = (all(y), all(reference));
    let scale = reference.iter().fold(f64::MIN_POSITIVE, |max, x| max.max(x.abs()));
    let squares: f64 = y.iter().zip(&reference).map(|(a, b)| ((a - b) / scale).powi(2)).sum();
    (squares / reference.len().max(1) as f64).sqrt()
}

/// The order of the used refinements: in the limit `h → 0`, or the mean for high orders.
///
/// With an error of `C hᵖ (1 + β h + …)` the orders between neighbours are `p + O(h)`, and two of them extrapolate to
/// the limit. They are taken from the finest refinement and the ones twice and four times as coarse.
fn observed_order(refinements: &[Refinement], declared: u32) -> f64 {
    let used: Vec<&Refinement> = refinements.iter().filter(|line| line.used).collect();
    let local = |coarse: &Refinement, fine: &Refinement| (coarse.error / fine.error).ln() / (coarse.h / fine.h).ln();
    match used[..] {
        [.., a, _, b, _, c] if declared <= LIMIT_IN_SIGHT => 2.0 * local(b, c) - local(a, b),
        [first, .., last] if declared > LIMIT_IN_SIGHT => local(first, last),
        _ => f64::NAN,
    }
}
