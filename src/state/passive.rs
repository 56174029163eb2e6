//! States excluded from the error norm.

use super::{State, Tolerance, space_of_field};

/// A quadrature variable (CVODES), excluded from the error norm (a *seminorm* in torchdiffeq and diffrax).
///
/// Use it for integrals along a solution (the parameter gradient of a backsolve, a running cost) and for constant
/// inputs. In everything else it equals the state inside.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Passive<Y>(pub Y);

impl<Y: State> State for Passive<Y> {
    const IS_DUAL: bool = Y::IS_DUAL;
    const FIXED_SHAPE: bool = Y::FIXED_SHAPE;

    space_of_field!();

    /// Zero: none of its coordinates is in the mean of the error norm.
    #[inline]
    fn count(&self) -> usize {
        0
    }
    /// Zero: any error is tolerated.
    #[inline]
    fn weighted_sq(&self, _: &Self, _: &Self, _: Tolerance) -> f64 {
        0.0
    }
    #[inline]
    fn weighted_sq_each(&self, _: &Self, _: &Self, _: &Self, _: &Self) -> f64 {
        0.0
    }
}
