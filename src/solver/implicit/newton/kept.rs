//! The equations of a step, solved with a Jacobian that may belong to an earlier step.

use crate::error::{Error, Result};
use crate::state::State;

/// Relative difference of two factors `a` up to which one matrix `I − a J` serves both. It is above the rounding in
/// `t + h`, and far below the rate at which a Jacobian is kept.
const ALIKE: f64 = 1e-8;

/// The largest ratio to the next step that is not worth a factorisation, as in the code RADAU5 (Hairer & Wanner II,
/// section IV.8).
const NOT_WORTH: f64 = 1.2;

/// Whether the matrix of the factor `prepared` serves for `a` as well.
pub fn serves(prepared: Option<f64>, a: f64) -> bool {
    prepared.is_some_and(|prepared| (a - prepared).abs() <= ALIKE * a.abs())
}

/// Whether a step keeps its length in favour of its factorisation, if its Jacobian is kept.
pub fn is_not_worth_a_factorisation(factor: f64) -> bool {
    (1.0..=NOT_WORTH).contains(&factor)
}

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
