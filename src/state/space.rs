//! The trait of a state space, and the uniform tolerance.

use super::norm;

use crate::simd::larger;

/// A real vector space with an inner product and coordinates.
///
/// # Laws
/// For states `x`, `y` of the same shape and real `a`, up to rounding:
/// * `x.zeros_like()` is the neutral element, and shares no storage with `x`;
/// * [`add_scaled`](Self::add_scaled) and [`scale_by`](Self::scale_by) are linear;
/// * [`inner`](Self::inner) is symmetric, bilinear and positive, and equals the dot product of the
///   [coordinates](Self::write_coordinates).
///
/// [`verify::laws`](crate::verify::laws) checks them for a state of your own.
///
/// The two operands of a call always have the same shape: solvers make all their states from `y0` by
/// [`zeros_like`](Self::zeros_like) or `clone`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a state space",
    label = "this cannot be integrated",
    note = "states are f64, f32, arrays and tuples of states, nalgebra vectors and matrices, and (feature `dfdx`) \
            untaped dfdx tensors; implement `rheos::State` for a type of your own"
)]
pub trait State: Clone {
    /// Whether it carries derivatives that [`inner`](Self::inner) does not see. A solver based on inner products, such
    /// as Krylov, would leave them wrong, so it refuses such a state.
    const IS_DUAL: bool = false;

    /// Whether the type fixes the shape, as for static matrices: then any two states fit. If not, every solve evaluates
    /// the field once to check that its output [fits](Self::fits).
    const FIXED_SHAPE: bool = false;

    /// Whether `x` has the shape of `self`, as the two operands of a call must.
    ///
    /// The default compares the number of coordinates; override it to avoid copies, and if the number does not
    /// determine the shape.
    fn fits(&self, x: &Self) -> bool {
        Self::FIXED_SHAPE || self.coordinates().len() == x.coordinates().len()
    }

    /// The zero of the space of `self`.
    fn zeros_like(&self) -> Self;

    /// `self = x`, reusing the storage of `self`.
    fn assign(&mut self, x: &Self) {
        self.clone_from(x);
    }

    /// `self = x`, leaving in `x` the cheaper of the old value of `self` and `x`.
    #[inline]
    fn replace_by(&mut self, x: &mut Self) {
        std::mem::swap(self, x);
    }

    /// `self = 0`, also if an entry is not finite.
    fn set_zeros(&mut self);

    /// `self += a x`.
    fn add_scaled(&mut self, a: f64, x: &Self);

    /// `self *= a`.
    fn scale_by(&mut self, a: f64);

    /// The inner product `⟨self, x⟩`.
    fn inner(&self, x: &Self) -> f64;

    /// The number of coordinates in the mean of the error norm.
    fn count(&self) -> usize;

    /// `Σᵢ (selfᵢ / (atol + rtol max(|y0ᵢ|, |y1ᵢ|)))²`, the sum inside the error norm of Hairer, Nørsett & Wanner,
    /// *Solving Ordinary Differential Equations I*, section II.4.
    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64;

    /// The sum inside the error norm with a tolerance for each coordinate: `Σᵢ (selfᵢ / (atolᵢ + rtolᵢ max(|y0ᵢ|,
    /// |y1ᵢ|)))²`.
    ///
    /// The default goes through the [coordinates](Self::write_coordinates); override it to avoid copies, and if the
    /// error norm excludes coordinates.
    fn weighted_sq_each(&self, y0: &Self, y1: &Self, rtol: &Self, atol: &Self) -> f64 {
        let [e, y0, y1, rtol, atol] = [self, y0, y1, rtol, atol].map(Self::coordinates);
        (0..e.len()).map(|i| norm::coordinate_sq(e[i], y0[i], y1[i], rtol[i], atol[i])).sum()
    }

    /// Whether every coordinate is finite.
    fn all_finite(&self) -> bool;

    /// `self = y + h Σⱼ c[j] k[j]`: the inner loop of every Runge–Kutta method.
    ///
    /// The default repeats [`add_scaled`](Self::add_scaled); override it to make one pass over memory. Terms with `c[j]
    /// == 0` must not be read, since their slopes may not have been computed.
    #[inline]
    fn combine(&mut self, y: &Self, h: f64, c: &[f64], k: &[Self]) {
        self.assign(y);
        self.accumulate(h, c, k);
    }

    /// `self += h Σⱼ c[j] k[j]`, under the same rule for `c[j] == 0` as [`combine`](Self::combine).
    #[inline]
    fn accumulate(&mut self, h: f64, c: &[f64], k: &[Self]) {
        for (&c, k) in c.iter().zip(k) {
            if c != 0.0 {
                self.add_scaled(h * c, k);
            }
        }
    }

    /// The rounding unit of the coordinates, the distance from 1 to the next larger number; by default for `f64`.
    #[inline]
    fn rounding(&self) -> f64 {
        f64::EPSILON
    }

    /// Appends the coordinates to `out`.
    fn write_coordinates(&self, out: &mut Vec<f64>);

    /// Replaces the coordinates by the first entries of `from` and returns the rest.
    ///
    /// `None` if `from` is too short; the coordinates are then unspecified.
    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]>;

    /// The coordinates as one vector.
    fn coordinates(&self) -> Vec<f64> {
        let mut out = Vec::new();
        self.write_coordinates(&mut out);
        out
    }
}

/// Error tolerances of an adaptive solve, the same for every coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tolerance {
    /// Relative tolerance.
    pub rtol: f64,
    /// Absolute tolerance, in the units of the state.
    pub atol: f64,
}

impl Tolerance {
    /// The tolerance of the error in a coordinate that goes from `y0` to `y1` in a step.
    #[inline]
    #[must_use]
    pub fn scale(self, y0: f64, y1: f64) -> f64 {
        self.atol + self.rtol * larger(y0.abs(), y1.abs())
    }
}

/// `weighted_sq / count`: the mean square of the error in units of the tolerance.
#[inline]
#[must_use]
pub fn error_sq<Y: State>(error: &Y, y0: &Y, y1: &Y, tol: Tolerance) -> f64 {
    // Multiplies by a constant if the count is one.
    error.weighted_sq(y0, y1, tol) * (1.0 / error.count().max(1) as f64)
}

/// The root of [`error_sq`].
#[inline]
#[must_use]
pub fn error_norm<Y: State>(error: &Y, y0: &Y, y1: &Y, tol: Tolerance) -> f64 {
    error_sq(error, y0, y1, tol).sqrt()
}
