//! Solving the equations of a step with a Jacobian that may be that of an earlier one.

use crate::error::{Error, Result};
use crate::state::State;

/// What a step has to solve its linear systems with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// The Jacobian of this step.
    Fresh,
    /// One that was kept.
    Kept,
    /// A matrix without an inverse.
    Singular,
}

/// Why the equations of a step are not solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsolved {
    /// The iteration does not converge.
    Diverged,
    /// The field is not finite where the iteration led.
    NonFinite,
}

impl Unsolved {
    /// The reason to give up an iteration whose last evaluations of the field are `slopes`.
    pub fn after<Y: State>(slopes: &[Y]) -> Self {
        if slopes.iter().all(Y::all_finite) { Self::Diverged } else { Self::NonFinite }
    }
}

/// Solves the equations of the step of length `h` from `t`. A Jacobian of an earlier step may be to blame for a failure, so
/// then they are tried once more with a new one, which `prepare` takes after `solve` has failed.
///
/// # Errors
/// [`Error::SingularMatrix`], [`Error::NewtonDiverged`] and [`Error::NonFinite`].
pub fn solve_with_kept_jacobian<W>(
    ws: &mut W,
    (t, h): (f64, f64),
    mut prepare: impl FnMut(&mut W) -> Prepared,
    mut solve: impl FnMut(&mut W) -> Result<(), Unsolved>,
) -> Result<()> {
    loop {
        let prepared = prepare(ws);
        if prepared == Prepared::Singular {
            return Err(Error::SingularMatrix { t, h });
        }
        match solve(ws) {
            Ok(()) => return Ok(()),
            Err(_) if prepared == Prepared::Kept => {}
            Err(Unsolved::Diverged) => return Err(Error::NewtonDiverged { t, h }),
            Err(Unsolved::NonFinite) => return Err(Error::NonFinite { t, h }),
        }
    }
}
