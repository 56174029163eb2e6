//! The settings of a search.

use crate::error::{Error, Result};
use crate::solution::cores;

/// The settings of a search for fixed points or cycles.
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::analysis::{Flow, PointKind, Search, fixed_points};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
///
/// /// `dx/dt = x² + c`: at `c > 0` the two fixed points are gone, and the flow lingers at 0.
/// struct Fold;
/// impl GenericDynamics<1, 1> for Fold {
///     fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, c: &SVector<T, 1>) -> SVector<T, 1> {
///         vector![x[0] * x[0] + c[0]]
///     }
/// }
///
/// let flow = Flow::new(Autodiff::new(Fold, vector![1e-3]));
/// let starts = [-1.0, -0.2, 0.4].map(|x| vector![x]);
/// assert!(fixed_points(&flow, &starts, &Search::default()).is_err());
/// let search = Search::default().threads(1).slow_points(1e-5);
/// let found = fixed_points(&flow, &starts, &search)?;
/// assert_eq!((found.points.len(), found.points[0].kind), (1, PointKind::Slow));
/// assert!((found.points[0].speed() - 1e-3).abs() < 1e-15);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Search {
    pub(in crate::analysis) threads: usize,
    pub(super) max_iterations: usize,
    pub(super) distance: Option<f64>,
    pub(super) outlier_factor: f64,
    pub(super) slow: Option<f64>,
}

impl Default for Search {
    fn default() -> Self {
        Self { threads: cores(), max_iterations: 100, distance: None, outlier_factor: 10.0, slow: None }
    }
}

impl Search {
    /// Sets the number of threads, the calling one included; by default one for each core. The result does not depend
    /// on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the budget of linear systems solved from each start; 100 by default.
    pub fn max_iterations(mut self, iterations: usize) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// Sets the distance below which two points count as one, in units of the
    /// [size of the starts](super::fixed_points#size-of-the-starts). The default is the square root of the rounding
    /// unit: 1.5e-8 for `f64`, 3.5e-4 for `f32`. Points also count as one if they are closer than the sum of their
    /// errors, each counted up to a thousandth of that size.
    pub fn distance(mut self, distance: f64) -> Self {
        self.distance = Some(distance);
        self
    }

    /// Sets the factor of the rule for outliers, 10 by default: a point is rejected if its distance from the centroid
    /// of the starts exceeds `factor` times the mean distance of the starts from it, in units of the
    /// [size of the starts](super::fixed_points#size-of-the-starts). Infinity keeps every point. The rule comes from
    /// `FixedPointFinder` (M. Golub & D. Sussillo, J. Open Source Softw. 3 (2018) 1003, doi:10.21105/joss.01003). It is off for
    /// starts that coincide to half of their digits, a single one included.
    pub fn outlier_factor(mut self, factor: f64) -> Self {
        self.outlier_factor = factor;
        self
    }

    /// Also looks for slow points: local minima of `q = ½|F(x) − x|²` or `q = ½|f(x)|²` that are not fixed points, with
    /// `q` at most `limit`, in the units of `q`. Infinity keeps all of them. D. Sussillo & O. Barak, *Opening the black
    /// box*, Neural Comput. 25 (2013), doi:10.1162/NECO_a_00409.
    pub fn slow_points(mut self, limit: f64) -> Self {
        self.slow = Some(limit);
        self
    }

    pub(in crate::analysis) fn without_slow_points(self) -> Self {
        Self { slow: None, ..self }
    }

    /// # Errors
    /// [`Error::InvalidArgument`] for a setting outside its domain.
    pub(in crate::analysis) fn validate(&self) -> Result<()> {
        for (name, value) in [("threads", self.threads), ("max_iterations", self.max_iterations)] {
            if value == 0 {
                return Err(Error::InvalidArgument { name, value: 0.0, expected: "at least 1" });
            }
        }
        if let Some(value) = self.distance.filter(|x| !(*x > 0.0 && x.is_finite())) {
            return Err(Error::InvalidArgument { name: "distance", value, expected: "positive and finite" });
        }
        let limits = [("outlier_factor", Some(self.outlier_factor)), ("slow_points", self.slow)];
        for (name, value) in limits.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            if value.is_nan() || value <= 0.0 {
                return Err(Error::InvalidArgument { name, value, expected: "positive" });
            }
        }
        Ok(())
    }
}
