//! The pattern of a field over `f64`, by evaluations at changed states.

use super::refine::refine;
use crate::dynamics::differences::Increments;
use crate::dynamics::{Dynamics, Neighbourhood};
use crate::state::{MatrixSpace, Pattern, State};

/// The number of parts of a block of columns: with fewer, an evaluation tells less; with more, it takes more of them.
const PARTS: usize = 2;

/// The pattern of `∂f/∂y` at `(t, y)` for a field over `f64`, such as a closure, by evaluations of the field.
///
/// Groups of coordinates are changed, once by the increments of [`differences`](fn@crate::dynamics::differences) and once
/// to NaN. A component depends on a group if a bit of it changes, or if it becomes NaN. Halving the groups leads to the
/// places. NaN finds an entry that is zero at the point, as `y²` has at 0; a change finds an entry that NaN
/// does not reach, as in `y.max(0.0)`.
///
/// A dependence is missed if neither shows it: if the field is constant around the point, as in a branch that it does not
/// take, and handles NaN by another branch. The solvers check their pattern, and report such a dependence where it is
/// felt. A component that reacts to NaN without a dependence, as an average of all coordinates that switches a branch, gets
/// more places than necessary. The field must return for a state with NaN.
///
/// A pattern with few places in each row takes `O(log n)` evaluations. A field over a generic scalar is better served by
/// [`detect_pattern`](crate::dynamics::detect_pattern).
///
/// ```
/// use nalgebra::DVector;
/// use rheos::dynamics::{Neighbourhood, probe_pattern};
/// use rheos::ode;
/// use rheos::state::Pattern;
///
/// let ring = ode(|_t, u: &DVector<f64>, du: &mut DVector<f64>| {
///     let n = u.len();
///     (0..n).for_each(|i| du[i] = u[(i + 1) % n] - u[i] * u[i]);
/// });
/// let found = probe_pattern(&ring, 0.0, &DVector::zeros(30), Neighbourhood::of_step(0.1));
/// assert_eq!(found, Pattern::new(30, (0..30).flat_map(|i| [(i, i), (i, (i + 1) % 30)]))?);
/// # Ok::<(), rheos::Error>(())
/// ```
pub fn probe_pattern<F>(f: &F, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> Pattern
where
    F: Dynamics<State: MatrixSpace> + ?Sized,
{
    let n = y.dimension();
    let increments = Increments::new(f, t, y, near);
    // Irrational parts, so that changes do not cancel by symmetry.
    let part = |j: usize| 0.5 + ((j as f64 + 1.0) * 0.618_033_988_749_894_9).fract();
    let (mut changed, mut slope, mut after) = (y.clone(), y.zeros_like(), y.zeros_like());
    f.eval(t, y, &mut slope);
    refine(n, PARTS, |marks, find| {
        for mark in 0..PARTS {
            let columns = || (0..n).filter(|&j| marks[j] == Some(mark));
            if columns().next().is_none() {
                continue;
            }
            let mut depends = vec![false; n];
            for to_nan in [false, true] {
                changed.assign(y);
                for j in columns() {
                    if to_nan {
                        changed.set_coordinate(j, f64::NAN);
                    } else {
                        increments.shift(y, &mut changed, j, part(j));
                    }
                }
                f.eval(t, &changed, &mut after);
                for (row, depends) in depends.iter_mut().enumerate() {
                    let (before, after) = (slope.coordinate(row), after.coordinate(row));
                    *depends |= before.to_bits() != after.to_bits() && !(before.is_nan() && after.is_nan());
                }
            }
            (0..n).filter(|&row| depends[row]).for_each(|row| find(row, mark));
        }
    })
}
