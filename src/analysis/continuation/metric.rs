//! Lengths along a branch, free of units.

use nalgebra::{DVector, DVectorView};

/// A coordinate beyond this multiple of its typical size is measured relative to itself.
const BEYOND: f64 = 10.0;

/// The sizes of the coordinates and of the parameter; lengths in these units are root mean squares over the
/// coordinates.
#[derive(Debug, Clone)]
pub(super) struct Sizes {
    /// The typical size of each coordinate.
    pub x: DVector<f64>,
    /// The length of the range of the parameter.
    pub p: f64,
}

impl Sizes {
    /// The metric near the point `u`.
    pub fn metric(&self, u: &DVector<f64>) -> Metric {
        let n = self.x.len();
        let root = (n as f64).sqrt();
        let unit = |i: usize| if i == n { self.p } else { root * self.x[i].max(u[i].abs() / BEYOND) };
        Metric { units: DVector::from_fn(n + 1, |i, _| unit(i)) }
    }
}

/// The units of the coordinates and, last, of the parameter. A point is `u = (x, p)`.
#[derive(Debug, Clone)]
pub(super) struct Metric {
    /// One for each coordinate, and one for the parameter.
    pub units: DVector<f64>,
}

impl Metric {
    /// A difference in these units.
    pub fn scaled(&self, difference: &DVector<f64>) -> DVector<f64> {
        difference.component_div(&self.units)
    }

    /// A scaled difference in its own units.
    pub fn raw(&self, scaled: &DVector<f64>) -> DVector<f64> {
        scaled.component_mul(&self.units)
    }

    /// The direction of a difference, of length 1 in these units.
    pub fn direction(&self, difference: &DVector<f64>) -> DVector<f64> {
        self.scaled(difference).normalize()
    }

    /// The units of the coordinates.
    pub fn coordinates(&self) -> DVectorView<'_, f64> {
        self.units.rows(0, self.units.len() - 1)
    }
}
