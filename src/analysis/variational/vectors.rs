//! Tangent vectors as a state.

use crate::state::{State, Tolerance};

/// Tangent vectors at a state, and the logarithm of a volume.
///
/// In the error norm each vector counts as one number: its Euclidean error, relative to its length, in units of the relative
/// tolerance, or of 1e-9 if that is larger, since derivatives by differences have errors of 1e-10 that no step reduces. So the
/// lengths of the vectors and the unit of the state do not matter. The absolute tolerance and the volume do
/// not count; with a relative tolerance of zero, nothing does.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TangentVectors<Y> {
    /// The vectors.
    pub vectors: Vec<Y>,
    /// The logarithm of the volume.
    pub log_volume: f64,
}

impl<Y> TangentVectors<Y> {
    /// These vectors, with the volume 1.
    #[must_use]
    pub const fn new(vectors: Vec<Y>) -> Self {
        Self { vectors, log_volume: 0.0 }
    }
}

/// The least relative tolerance of a vector.
const LEAST: f64 = 1e-9;

impl<Y: State> TangentVectors<Y> {
    /// The sum of the squared relative errors, in units of the tolerance of each vector.
    fn relative_sq(&self, ends: [&Self; 2], rtol: impl Fn(usize) -> f64) -> f64 {
        let [v0, v1] = ends.map(|end| &end.vectors);
        let term = |k: usize| {
            let length = length(&v0[k]).max(length(&v1[k]));
            let ratio = length_of_error(&self.vectors[k], length) / rtol(k).max(LEAST);
            // No vector, or no tolerance, has no error. A vector that is not finite is found elsewhere.
            if length > 0.0 && rtol(k) > 0.0 { ratio * ratio } else { 0.0 }
        };
        (0..self.vectors.len()).map(term).sum()
    }
}

fn length<Y: State>(x: &Y) -> f64 {
    x.inner(x).sqrt()
}

/// The length of an error relative to a length. Lengths beyond the range of squares do not count.
fn length_of_error<Y: State>(error: &Y, length: f64) -> f64 {
    let squares = error.inner(error);
    if length.is_finite() || squares.is_nan() { squares.sqrt() / length } else { 0.0 }
}

impl<Y: State> State for TangentVectors<Y> {
    const IS_DUAL: bool = Y::IS_DUAL;

    #[inline]
    fn fits(&self, x: &Self) -> bool {
        self.vectors.fits(&x.vectors)
    }
    #[inline]
    fn zeros_like(&self) -> Self {
        Self::new(self.vectors.zeros_like())
    }
    #[inline]
    fn assign(&mut self, x: &Self) {
        self.vectors.assign(&x.vectors);
        self.log_volume = x.log_volume;
    }
    #[inline]
    fn set_zeros(&mut self) {
        self.vectors.set_zeros();
        self.log_volume = 0.0;
    }
    #[inline]
    fn add_scaled(&mut self, a: f64, x: &Self) {
        self.vectors.add_scaled(a, &x.vectors);
        self.log_volume += a * x.log_volume;
    }
    #[inline]
    fn scale_by(&mut self, a: f64) {
        self.vectors.scale_by(a);
        self.log_volume *= a;
    }
    #[inline]
    fn inner(&self, x: &Self) -> f64 {
        self.vectors.inner(&x.vectors) + self.log_volume * x.log_volume
    }
    #[inline]
    fn count(&self) -> usize {
        self.vectors.len()
    }
    #[inline]
    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        self.relative_sq([y0, y1], |_| tol.rtol)
    }
    /// The relative tolerance of a vector is the root mean square over its coordinates.
    fn weighted_sq_each(&self, y0: &Self, y1: &Self, rtol: &Self, _: &Self) -> f64 {
        let of = |k: usize| {
            let rtol = &rtol.vectors[k];
            (rtol.inner(rtol) / rtol.count().max(1) as f64).sqrt()
        };
        self.relative_sq([y0, y1], of)
    }
    #[inline]
    fn all_finite(&self) -> bool {
        self.vectors.all_finite() && self.log_volume.is_finite()
    }
    fn rounding(&self) -> f64 {
        self.vectors.rounding()
    }
    fn write_coordinates(&self, out: &mut Vec<f64>) {
        self.vectors.write_coordinates(out);
        out.push(self.log_volume);
    }
    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        let from = self.vectors.read_coordinates(from)?;
        self.log_volume.read_coordinates(from)
    }
}
