//! The derivative of the equations with respect to the parameter.

use nalgebra::DVector;

use super::equations::Equations;
use crate::error::Result;

/// The first increment, in units of the range of `p`: the error of the formula, of fourth order, is below rounding for
/// a family that changes over a hundredth of the range.
const INCREMENT: f64 = 1e-4;

/// Differences with the increments `h` and `2h` that differ by more than this fraction call for smaller ones.
const AGREEMENT: f64 = 1e-2;

/// The attempts, each with a tenth of the increment.
const ATTEMPTS: i32 = 5;

/// `∂G/∂p` by central differences of fourth order, one-sided where the family has no value on one side.
///
/// # Errors
/// The error of the system, if it has no value on either side.
pub(super) fn slope_in_p(equations: &dyn Equations, u: &DVector<f64>, range: f64) -> Result<DVector<f64>> {
    let first = range * INCREMENT.max(equations.rounding().cbrt());
    let mut best = difference(equations, u, first)?;
    for attempt in 1..ATTEMPTS {
        if best.disagreement <= AGREEMENT * best.slope.norm() {
            break;
        }
        let Ok(next) = difference(equations, u, first * 0.1_f64.powi(attempt)) else { break };
        if next.disagreement < best.disagreement {
            best = next;
        }
    }
    Ok(best.slope)
}

struct Difference {
    slope: DVector<f64>,
    /// The difference of the formulas with the increments `h` and `2h`.
    disagreement: f64,
}

fn difference(equations: &dyn Equations, u: &DVector<f64>, h: f64) -> Result<Difference> {
    let n = u.len() - 1;
    // The value, and the increment that was taken after rounding.
    let value = |shift: f64| {
        let mut moved = u.clone();
        moved[n] += shift;
        equations.value(&moved).map(|value| (value, moved[n] - u[n]))
    };
    let central = |h: f64| -> Result<DVector<f64>> {
        let ((above, up), (below, down)) = (value(h)?, value(-h)?);
        Ok((above - below) / (up - down))
    };
    if let (Ok(near), Ok(far)) = (central(h), central(2.0 * h)) {
        return Ok(extrapolated(near, far, 3.0));
    }
    let here = equations.value(u)?;
    let forward = |h: f64| value(h).map(|(value, step)| (value - &here) / step);
    let one_sided = |h: f64| Ok(extrapolated(forward(h)?, forward(2.0 * h)?, 1.0));
    one_sided(h).or_else(|_: crate::error::Error| one_sided(-h))
}

/// Richardson's extrapolation.
fn extrapolated(near: DVector<f64>, far: DVector<f64>, divisor: f64) -> Difference {
    let change = &near - far;
    Difference { disagreement: change.norm(), slope: near + change / divisor }
}
