//! States excluded from the error norm.

use super::{State, Tolerance};

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

    #[inline]
    fn fits(&self, x: &Self) -> bool {
        self.0.fits(&x.0)
    }

    #[inline]
    fn zeros_like(&self) -> Self {
        Self(self.0.zeros_like())
    }
    #[inline]
    fn assign(&mut self, x: &Self) {
        self.0.assign(&x.0);
    }
    #[inline]
    fn set_zeros(&mut self) {
        self.0.set_zeros();
    }
    #[inline]
    fn add_scaled(&mut self, a: f64, x: &Self) {
        self.0.add_scaled(a, &x.0);
    }
    #[inline]
    fn scale_by(&mut self, a: f64) {
        self.0.scale_by(a);
    }
    #[inline]
    fn inner(&self, x: &Self) -> f64 {
        self.0.inner(&x.0)
    }
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
    #[inline]
    fn all_finite(&self) -> bool {
        self.0.all_finite()
    }
    fn rounding(&self) -> f64 {
        self.0.rounding()
    }
    fn write_coordinates(&self, out: &mut Vec<f64>) {
        self.0.write_coordinates(out);
    }
    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        self.0.read_coordinates(from)
    }
}
