//! Newton's method in the norm of its steps.

use nalgebra::DVector;

use super::descend::{Buffers, Descent};
use super::residual::Residual;
use crate::analysis::System;
use crate::error::Result;

/// The least fraction of a step.
const SHORTEST: f64 = 1e-4;

/// Newton's method from `start`, with steps shortened until the next simplified step is shorter: the natural
/// monotonicity test of P. Deuflhard, *Newton Methods for Nonlinear Problems* (2004), section 3.3. The test does not
/// change if the residual is multiplied by a regular matrix.
pub(super) fn newton<S: System>(
    residual: &Residual<S>,
    start: &S::State,
    budget: usize,
    b: &mut Buffers<S::State>,
) -> Result<Descent> {
    if !b.begin(residual, start)? {
        return Ok(Descent::NotFinite);
    }
    let mut fraction = 1.0_f64;
    for _ in 0..budget {
        let lu = b.slopes.matrix.clone().lu();
        let mut step = DVector::from_column_slice(&b.here.residual);
        if b.here.norm == 0.0 || !lu.solve_mut(&mut step) || !step.iter().all(|x| x.is_finite()) {
            return Ok(Descent::Ended);
        }
        let length = step.norm();
        loop {
            let target: Vec<f64> =
                (0..step.len()).map(|i| b.here.at[i] - fraction * step[i] * residual.units[i]).collect();
            let finite = residual.move_to(&mut b.trial, &target).is_ok() && b.trial.norm.is_finite();
            if b.trial.at == b.here.at {
                return Ok(Descent::Ended);
            }
            let mut next = DVector::from_column_slice(&b.trial.residual);
            let falls = finite && lu.solve_mut(&mut next) && next.norm() <= (1.0 - 0.25 * fraction) * length;
            if falls && residual.linearise(&b.trial, &mut b.other).is_ok_and(|finite| finite) {
                break;
            }
            fraction *= 0.5;
            if fraction < SHORTEST {
                return Ok(Descent::Ended);
            }
        }
        std::mem::swap(&mut b.here, &mut b.trial);
        std::mem::swap(&mut b.slopes, &mut b.other);
        fraction = (2.0 * fraction).min(1.0);
        if b.here.norm <= b.slopes.noise_norm() {
            return Ok(Descent::Ended);
        }
    }
    Ok(Descent::Unfinished)
}
