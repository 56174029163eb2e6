//! A grid in a plane of state space.

use std::ops::Range;

use nalgebra::DVector;

use crate::error::{Error, Result};
use crate::state::State;

/// A rectangular grid of states: two coordinates vary, the others have the values of a given state.
///
/// ```
/// use rheos::analysis::PlaneGrid;
///
/// // Coordinate 0 from −1 to 1 in 5 points, coordinate 2 from 0 to 3 in 4 points, coordinate 1 at 7.
/// let grid = PlaneGrid::new([0.0, 7.0, 0.0], (0, -1.0..1.0, 5), (2, 0.0..3.0, 4))?;
/// assert_eq!(grid.state(1, 3), [-0.5, 7.0, 3.0]);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneGrid<Y> {
    at: Y,
    pub(super) x: GridAxis,
    pub(super) y: GridAxis,
}

/// A coordinate with its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GridAxis {
    coordinate: usize,
    low: f64,
    high: f64,
    pub(super) count: usize,
}

impl GridAxis {
    fn new(name: &'static str, (coordinate, range, count): (usize, Range<f64>, usize), n: usize) -> Result<Self> {
        if coordinate >= n {
            let expected = "below the number of coordinates";
            return Err(Error::InvalidEntry { name, index: 0, value: coordinate as f64, expected });
        }
        for value in [range.start, range.end] {
            if !value.is_finite() {
                return Err(Error::InvalidEntry { name, index: 1, value, expected: "finite" });
            }
        }
        if !(range.end - range.start).is_finite() {
            let expected = "of a finite length";
            return Err(Error::InvalidEntry { name, index: 1, value: range.end, expected });
        }
        if count < 2 || range.start == range.end {
            let expected = "at least two different points";
            return Err(Error::InvalidEntry { name, index: 2, value: count as f64, expected });
        }
        Ok(Self { coordinate, low: range.start, high: range.end, count })
    }

    fn value(&self, index: usize) -> f64 {
        // The ends are exact.
        let part = index as f64 / (self.count - 1) as f64;
        self.low * (1.0 - part) + self.high * part
    }
}

impl<Y: State> PlaneGrid<Y> {
    /// The plane through `at` in which two coordinates vary. Each axis is given by the index of its coordinate, its range, and its
    /// number of points, ends included.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for an axis: its coordinate does not exist, its range is not finite or empty, or it has fewer
    /// than two points; [`Error::InvalidArgument`] if both have the same coordinate.
    pub fn new(at: Y, x: (usize, Range<f64>, usize), y: (usize, Range<f64>, usize)) -> Result<Self> {
        let n = at.coordinates().len();
        let (x, y) = (GridAxis::new("x", x, n)?, GridAxis::new("y", y, n)?);
        if x.coordinate == y.coordinate {
            let expected = "another coordinate than `x`";
            return Err(Error::InvalidArgument { name: "y", value: y.coordinate as f64, expected });
        }
        Ok(Self { at, x, y })
    }

    /// The number of columns and of rows.
    #[must_use]
    pub const fn size(&self) -> (usize, usize) {
        (self.x.count, self.y.count)
    }

    /// The state at a column and a row, counted from 0. Beyond the grid, it goes on evenly.
    #[must_use]
    pub fn state(&self, column: usize, row: usize) -> Y {
        let (mut coordinates, mut state) = (self.at.coordinates(), self.at.zeros_like());
        coordinates[self.x.coordinate] = self.x.value(column);
        coordinates[self.y.coordinate] = self.y.value(row);
        let _ = state.read_coordinates(&coordinates);
        state
    }

    /// The ranges of the two coordinates.
    #[must_use]
    pub const fn ranges(&self) -> [(f64, f64); 2] {
        [(self.x.low, self.x.high), (self.y.low, self.y.high)]
    }

    /// The unit of length of each coordinate: the length of the range, and for the others the larger of both.
    pub(super) fn units(&self) -> DVector<f64> {
        let [x, y] = [&self.x, &self.y].map(|axis| (axis.high - axis.low).abs());
        let mut units = DVector::from_element(self.at.coordinates().len(), x.max(y));
        units[self.x.coordinate] = x;
        units[self.y.coordinate] = y;
        units
    }

    /// The two coordinates of a state.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if the state has another shape.
    pub fn place(&self, state: &Y) -> Result<(f64, f64)> {
        let (coordinates, expected) = (state.coordinates(), self.at.coordinates().len());
        if coordinates.len() != expected {
            return Err(Error::LengthMismatch { name: "state", found: coordinates.len(), expected });
        }
        Ok((coordinates[self.x.coordinate], coordinates[self.y.coordinate]))
    }
}
