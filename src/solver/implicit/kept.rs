//! Solving the equations of a step with a Jacobian that may be that of an earlier one.

use crate::{Error, Result};

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

/// Solves the equations of the step of length `h` from `t`. A Jacobian of an earlier step may be to blame for a failure, so
/// then they are tried once more with a new one, which `prepare` takes after `solve` has failed.
///
/// # Errors
/// [`Error::SingularMatrix`] and [`Error::NewtonDiverged`].
pub fn solve_with_kept_jacobian<W>(
    ws: &mut W,
    (t, h): (f64, f64),
    mut prepare: impl FnMut(&mut W) -> Prepared,
    mut solve: impl FnMut(&mut W) -> bool,
) -> Result<()> {
    loop {
        let prepared = prepare(ws);
        if prepared == Prepared::Singular {
            return Err(Error::SingularMatrix { t, h });
        }
        if solve(ws) {
            return Ok(());
        }
        if prepared == Prepared::Fresh {
            return Err(Error::NewtonDiverged { t, h });
        }
    }
}
