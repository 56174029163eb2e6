//! Solving with the default method.

use super::{Failure, Solution, solve};
use crate::control::Pid;
use crate::dynamics::Jacobian;
use crate::error::Result;
use crate::solver::DefaultSolver;
use crate::state::{Span, Tolerance};

/// Solves `dy/dt = f(t, y)` from `y(t0) = y0` to `t1` by the [`DefaultSolver`], for stiff and nonstiff problems.
///
/// `rtol` is the relative tolerance, `atol` the absolute tolerance in units of the state.
///
/// Short for `solve(f, y0, span, DefaultSolver::default(), Pid::tolerance(tolerance.rtol).atol(tolerance.atol))`.
///
/// ```
/// use nalgebra::{Vector3, vector};
/// use rheos::state::Tolerance;
/// use rheos::{ode, solve_ivp};
///
/// // H. H. Robertson's reaction
/// let reaction = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| {
///     let (slow, fast) = (0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]);
///     *dy = vector![-slow, slow - fast, fast];
/// });
/// let solution = solve_ivp(&reaction, vector![1.0, 0.0, 0.0], 0.0..40.0, Tolerance { rtol: 1e-6, atol: 1e-10 })?;
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
    tolerance: Tolerance,
) -> Result<Solution<F::State>, Box<Failure<F::State>>> {
    let Tolerance { rtol, atol } = tolerance;
    solve(f, y0, span, DefaultSolver::default(), Pid::tolerance(rtol).atol(atol))
}
