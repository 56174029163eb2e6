//! The equations of a step, solved with a Jacobian that may belong to an earlier step.

use crate::error::{Error, Result};
use crate::state::State;

/// The linear systems of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// With the Jacobian of this step.
    Fresh,
    /// With a Jacobian of an earlier step.
    Kept,
    /// With a singular matrix.
    Singular,
}

/// The reason why the equations of a step are not solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsolved {
    /// The iteration does not converge.
    Diverged,
    /// The field is not finite at an iterate.
    NonFinite,
}

impl Unsolved {
    /// The reason for a failed iteration, whose last evaluations of the field are `slopes`.
    pub fn after<Y: State>(slopes: &[Y]) -> Self {
        if slopes.iter().all(Y::all_finite) { Self::Diverged } else { Self::NonFinite }
    }
}

/// Solves the equations of the step of length `h` from `t`. After a failure with a Jacobian of an earlier step they are
/// tried once more with a new one, which `prepare` takes after `solve` has failed.
///
/// # Errors
/// [`Error::SingularMatrix`], [`Error::NewtonDiverged`] and [`Error::NonFinite`], and the errors of `prepare`.
pub fn solve_with_kept_jacobian<W>(
    ws: &mut W,
    (t, h): (f64, f64),
    mut prepare: impl FnMut(&mut W) -> Result<Prepared>,
    mut solve: impl FnMut(&mut W) -> Result<(), Unsolved>,
) -> Result<()> {
    loop {
        let prepared = prepare(ws)?;
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
