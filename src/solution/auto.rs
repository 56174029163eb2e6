//! Solving with the default method.

use super::{Failure, Solution, solve};
use crate::control::Pid;
use crate::dynamics::Jacobian;
use crate::error::Result;
use crate::solver::DefaultSolver;
use crate::state::Span;

/// Solves `dy/dt = f(t, y)` from `y(t0) = y0` to `t1` by the [`DefaultSolver`], for stiff and nonstiff problems.
///
/// `rtol` is the relative tolerance, `atol` the absolute tolerance in units of the state.
///
/// Short for `solve(f, y0, span, DefaultSolver::default(), Pid::new(rtol, atol))`.
///
/// ```
/// use nalgebra::{Vector3, vector};
/// use rheos::{ode, solve_ivp};
///
/// // H. H. Robertson's reaction
/// let reaction = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| {
///     let (slow, fast) = (0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]);
///     *dy = vector![-slow, slow - fast, fast];
/// });
/// let solution = solve_ivp(&reaction, vector![1.0, 0.0, 0.0], 0.0..40.0, 1e-6, 1e-10)?;
/// assert!((solution.last()[0] - 0.715827069).abs() < 1e-6);
/// assert!(solution.stats.evaluations < 3000);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// A [`Failure`] with the reason and the solution up to the failure.
pub fn solve_ivp<F: Jacobian>(
    f: &F,
    y0: F::State,
    span: impl Into<Span>,
    rtol: f64,
    atol: f64,
) -> Result<Solution<F::State>, Box<Failure<F::State>>> {
    solve(f, y0, span, DefaultSolver::default(), Pid::new(rtol, atol))
}
