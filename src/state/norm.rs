//! Error norms.

use super::{MatrixSpace, State, Tolerance};
use crate::error::{Error, Result};
use crate::simd::larger;

/// A norm of errors in units of the tolerance: an error is acceptable if its norm is at most 1.
///
/// It is a trait so that a solve with one tolerance for all coordinates stores nothing else.
pub trait ErrorNorm<Y: State> {
    /// The mean square of `error` for a step from `y0` to `y1`, in units of the tolerance.
    fn mean_sq(&self, error: &Y, y0: &Y, y1: &Y) -> f64;

    /// The norm itself: the root of [`mean_sq`](Self::mean_sq).
    #[inline]
    fn norm(&self, error: &Y, y0: &Y, y1: &Y) -> f64 {
        self.mean_sq(error, y0, y1).sqrt()
    }

    /// The norm as a value that a workspace can store.
    fn stored(&self) -> StoredNorm<Y>;

    /// Checks that it can measure errors of states of the shape of `y0`.
    ///
    /// # Errors
    /// A tolerance outside its domain, or of another shape.
    fn validate(&self, y0: &Y) -> Result<()>;
}

/// Error tolerances of an adaptive solve, one for each coordinate.
///
/// Coordinate `i` of an error is measured in units of `atolᵢ + rtolᵢ max(|y0ᵢ|, |y1ᵢ|)`. One of the two may be zero. A
/// coordinate with `atolᵢ = 0` must stay away from zero, where no error is tolerated.
///
/// ```
/// use nalgebra::{Vector2, vector};
/// use rheos::state::{ErrorNorm, Tolerances};
///
/// let tolerances = Tolerances { rtol: vector![1e-3, 0.0], atol: vector![0.0, 1e-6] };
/// let y = vector![2.0, 5.0];
/// // Each error equals its tolerance.
/// assert!((tolerances.norm(&vector![2e-3, 1e-6], &y, &y) - 1.0).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tolerances<Y> {
    /// Relative tolerances.
    pub rtol: Y,
    /// Absolute tolerances, in the units of their coordinates.
    pub atol: Y,
}

/// Any [`ErrorNorm`] as a value. Implicit methods use it as the tolerance of their equations.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum StoredNorm<Y> {
    /// The same tolerance for every coordinate.
    Uniform(Tolerance),
    /// A tolerance for each coordinate.
    Each(Tolerances<Y>),
}

impl<Y: State> ErrorNorm<Y> for Tolerance {
    #[inline]
    fn mean_sq(&self, error: &Y, y0: &Y, y1: &Y) -> f64 {
        super::error_sq(error, y0, y1, *self)
    }

    fn stored(&self) -> StoredNorm<Y> {
        StoredNorm::Uniform(*self)
    }

    fn validate(&self, y0: &Y) -> Result<()> {
        let expected = "positive and finite";
        for (name, value) in [("rtol", self.rtol), ("atol", self.atol)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::InvalidArgument { name, value, expected });
            }
        }
        check_rounding(self, y0)
    }
}

impl<Y: State> ErrorNorm<Y> for Tolerances<Y> {
    #[inline]
    fn mean_sq(&self, error: &Y, y0: &Y, y1: &Y) -> f64 {
        error.weighted_sq_each(y0, y1, &self.rtol, &self.atol) * (1.0 / error.count().max(1) as f64)
    }

    fn stored(&self) -> StoredNorm<Y> {
        StoredNorm::Each(self.clone())
    }

    fn validate(&self, y0: &Y) -> Result<()> {
        let (rtol, atol) = (self.rtol.coordinates(), self.atol.coordinates());
        let count = y0.coordinates().len();
        for (name, tolerances) in [("rtol", &rtol), ("atol", &atol)] {
            if tolerances.len() != count {
                return Err(Error::LengthMismatch { name, found: tolerances.len(), expected: count });
            }
            if let Some(index) = tolerances.iter().position(|x| !(*x >= 0.0 && x.is_finite())) {
                let expected = "finite and not negative";
                return Err(Error::InvalidEntry { name, index, value: tolerances[index], expected });
            }
        }
        match rtol.iter().zip(&atol).position(|(rtol, atol)| rtol + atol == 0.0) {
            Some(index) => {
                Err(Error::InvalidEntry { name: "atol", index, value: 0.0, expected: "positive where `rtol` is zero" })
            }
            None => check_rounding(self, y0),
        }
    }
}

/// Refuses tolerances below the rounding of the state.
pub(super) fn check_rounding<Y: State>(norm: &impl ErrorNorm<Y>, y0: &Y) -> Result<()> {
    let mut rounding = y0.clone();
    rounding.scale_by(0.5 * y0.rounding());
    let size = norm.norm(&rounding, y0, y0);
    if size > 1.0 { Err(Error::ToleranceBelowRounding { rounding: y0.rounding(), size }) } else { Ok(()) }
}

impl<Y: MatrixSpace> StoredNorm<Y> {
    /// The absolute tolerance of the coordinate `j`.
    pub(crate) fn absolute(&self, j: usize) -> f64 {
        match self {
            Self::Uniform(tolerance) => tolerance.atol,
            Self::Each(tolerances) => tolerances.atol.coordinate(j),
        }
    }
}

impl<Y: State> StoredNorm<Y> {
    /// The Euclidean norm of the absolute tolerances of all coordinates of `y`.
    pub(crate) fn absolute_of_all(&self, y: &Y) -> f64 {
        match self {
            Self::Uniform(tolerance) => tolerance.atol * (y.count() as f64).sqrt(),
            Self::Each(tolerances) => tolerances.atol.inner(&tolerances.atol).sqrt(),
        }
    }
}

impl<Y: State> ErrorNorm<Y> for StoredNorm<Y> {
    #[inline]
    fn mean_sq(&self, error: &Y, y0: &Y, y1: &Y) -> f64 {
        match self {
            Self::Uniform(tolerance) => tolerance.mean_sq(error, y0, y1),
            Self::Each(tolerances) => tolerances.mean_sq(error, y0, y1),
        }
    }

    fn stored(&self) -> Self {
        self.clone()
    }

    fn validate(&self, y0: &Y) -> Result<()> {
        match self {
            Self::Uniform(tolerance) => tolerance.validate(y0),
            Self::Each(tolerances) => tolerances.validate(y0),
        }
    }
}

/// The square of an error `e` in one coordinate, in units of `atol + rtol max(|y0|, |y1|)`.
///
/// The unit is zero where a coordinate with `atol = 0` passes through zero. The result is then large but finite, and
/// zero for no error.
#[inline(always)]
pub(super) fn coordinate_sq(e: f64, y0: f64, y1: f64, rtol: f64, atol: f64) -> f64 {
    const LARGEST: f64 = 1e150;
    let ratio = e / larger(Tolerance { rtol, atol }.scale(y0, y1), f64::MIN_POSITIVE);
    // NaN stays NaN.
    if ratio.abs() > LARGEST { LARGEST * LARGEST } else { ratio * ratio }
}
