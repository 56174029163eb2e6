//! The observed order of a method on a problem.

use std::fmt;

use crate::{Dense, Dopri5, Dynamics, Fixed, Ivp, Pid, Result, Solver, Span, State, Tsit5, solve};

/// The observed order may differ from the declared one by this much.
const TOLERANCE: f64 = 0.2;
/// The same for interpolants.
const DENSE_TOLERANCE: f64 = 0.3;
/// Refinements the order is fitted to.
const FITTED: usize = 4;
/// Errors below this, relative to the solution, are rounding.
const FLOOR: f64 = 3e-13;

/// Errors of a method under refinement, and the order they show.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderReport {
    /// The name of the method.
    pub method: &'static str,
    /// The order it declares.
    pub declared: u32,
    /// The order fitted to the finest refinements above rounding; NaN where there are fewer than three.
    pub observed: f64,
    /// How far the two may be apart.
    pub tolerance: f64,
    /// One line per refinement, from coarse to fine.
    pub refinements: Vec<Refinement>,
}

/// One solve of an order test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refinement {
    /// The step.
    pub h: f64,
    /// The error, relative to the largest component of the solution.
    pub error: f64,
    /// Whether the error is far enough above rounding and below 1 to say something.
    pub used: bool,
}

impl OrderReport {
    /// Whether the observed order is the declared one.
    #[must_use]
    pub fn passed(&self) -> bool {
        (self.observed - f64::from(self.declared)).abs() <= self.tolerance
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

/// Observed order of `solver` on a problem of your own, against a reference solution at tight tolerance.
///
/// The reference is computed by [`Dopri5`] and by [`Tsit5`] at a tolerance of `1e-13`; errors within a hundred times
/// their difference are not used. With a closed solution use [`order_with`].
///
/// # Errors
/// Whatever ends one of the solves.
pub fn order<F, S>(f: &F, y0: &F::State, span: impl Into<Span>, solver: &S) -> Result<OrderReport>
where
    F: Dynamics,
    S: Solver<F> + Clone,
{
    let span = span.into();
    let tight = Pid::new(1e-13, 1e-13).max_steps(10_000_000);
    let reference = solve(f, y0.clone(), span, Dopri5, tight)?.last().clone();
    let other = solve(f, y0.clone(), span, Tsit5, tight)?;
    let uncertainty = distance(other.last(), &reference);
    refine(f, y0, span, solver, &reference, FLOOR.max(100.0 * uncertainty))
}

/// Observed order of `solver` on a problem whose solution `exact(t)` is known.
///
/// # Errors
/// Whatever ends one of the solves.
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
    refine(f, y0, span, solver, &exact(span.t1), FLOOR)
}

fn refine<F, S>(f: &F, y0: &F::State, span: Span, solver: &S, reference: &F::State, floor: f64) -> Result<OrderReport>
where
    F: Dynamics,
    S: Solver<F> + Clone,
{
    let mut refinements = Vec::new();
    for n in (2..12).map(|k| 1 << k) {
        let solution = solve(f, y0.clone(), span, solver.clone(), Fixed::steps(n))?;
        let error = distance(solution.last(), reference);
        refinements.push(Refinement { h: span.length().abs() / n as f64, error, used: error > floor && error < 0.1 });
    }
    Ok(OrderReport {
        method: S::NAME,
        declared: S::ORDER,
        observed: slope(&refinements),
        tolerance: TOLERANCE,
        refinements,
    })
}

/// Observed order of the interpolant of `solver`, from single steps that start on the exact solution `exact(t)` in the
/// middle of `span`: a local error of `O(h^(q + 1))` shows the order `q`.
///
/// # Errors
/// Whatever ends one of the solves.
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
    let t0 = span.t0 + 0.5 * span.length();
    let y0 = exact(t0);
    let mut refinements = Vec::new();
    for h in (1..12).map(|k| span.length() * 0.5_f64.powi(k)) {
        let times: Vec<f64> = (1..10).map(|i| t0 + h * f64::from(i) / 10.0).collect();
        let problem = Ivp::new(f, y0.clone(), (t0, t0 + h)).save_at(&times);
        let solution = problem.solve(solver.clone(), Fixed::steps(1))?;
        let errors = times.iter().zip(&solution.y).map(|(&t, y)| distance(y, &exact(t)));
        let error = errors.fold(0.0, f64::max);
        refinements.push(Refinement { h: h.abs(), error, used: error > FLOOR && error < 0.1 });
    }
    Ok(OrderReport {
        method: S::NAME,
        declared: S::DENSE_ORDER,
        observed: slope(&refinements) - 1.0,
        tolerance: DENSE_TOLERANCE,
        refinements,
    })
}

/// The largest difference of two states, relative to the largest coordinate of the second.
fn distance<Y: State>(y: &Y, reference: &Y) -> f64 {
    let reference = reference.coordinates();
    let scale = reference.iter().fold(f64::MIN_POSITIVE, |max, x| max.max(x.abs()));
    let difference = y.coordinates().iter().zip(&reference).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    difference / scale
}

/// The slope of `log error` over `log h` through the finest refinements that are used.
fn slope(refinements: &[Refinement]) -> f64 {
    let points: Vec<(f64, f64)> =
        refinements.iter().filter(|line| line.used).map(|line| (line.h.ln(), line.error.ln())).collect();
    let points = &points[points.len().saturating_sub(FITTED)..];
    if points.len() < 3 {
        return f64::NAN;
    }
    let n = points.len() as f64;
    let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let covariance: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    let variance: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    covariance / variance
}
