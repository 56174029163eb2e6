//! Principal components, to look at states of many coordinates.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::error::{Error, Result};
use crate::state::State;

/// The principal components of a set of states: their mean, and the directions in which they vary most.
///
/// ```
/// use rheos::analysis::PrincipalComponents;
///
/// // Points near a line in space.
/// let states: Vec<[f64; 3]> = (-5..=5).map(f64::from).map(|i| [1.0 + 3.0 * i, 4.0 * i, 0.01 * i * i]).collect();
/// let components = PrincipalComponents::of(&states, 2)?;
/// assert!((components.direction(0)[1] - 0.8).abs() < 1e-9);
/// assert!(components.explained[0] > 0.999);
/// assert!((components.project(&states[10])?[0] - 25.0).abs() < 1e-9);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalComponents {
    /// The mean of the states.
    pub mean: DVector<f64>,
    /// The directions, column by column: orthonormal, each with its largest entry positive.
    pub directions: DMatrix<f64>,
    /// The share of the variance along each direction, from the largest.
    pub explained: Vec<f64>,
}

impl PrincipalComponents {
    /// The first `count` principal components of `states`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if there are fewer than two states or coordinates than `count`,
    /// [`Error::ShapeMismatch`] if the states differ in shape, and [`Error::InvalidEntry`] for a state that is not finite.
    pub fn of<Y: State>(states: &[Y], count: usize) -> Result<Self> {
        let rows: Vec<Vec<f64>> = states.iter().map(State::coordinates).collect();
        let n = rows.first().map_or(0, Vec::len);
        if rows.len() < 2 {
            return Err(Error::InvalidArgument { name: "states", value: rows.len() as f64, expected: "at least two" });
        }
        if count == 0 || count > n {
            let expected = "at least 1, and at most the number of coordinates";
            return Err(Error::InvalidArgument { name: "count", value: count as f64, expected });
        }
        for (index, row) in rows.iter().enumerate() {
            if row.len() != n {
                return Err(Error::ShapeMismatch { name: "states", index, found: row.len(), expected: n });
            }
            if let Some(&value) = row.iter().find(|x| !x.is_finite()) {
                return Err(Error::InvalidEntry { name: "states", index, value, expected: "finite" });
            }
        }
        // Deviations from the first state, of quarters that do not overflow: equal states have none, and large offsets do not
        // round small ones away. In units of the largest deviation, whose square neither overflows nor vanishes.
        let states = rows.len() as f64;
        let mut centred = DMatrix::from_fn(n, rows.len(), |i, k| 0.25 * rows[k][i] - 0.25 * rows[0][i]);
        let shift = DVector::from_fn(n, |i, _| centred.row(i).iter().map(|x| x / states).sum::<f64>());
        let mean = DVector::from_fn(n, |i, _| 4.0 * (0.25 * rows[0][i] + shift[i]));
        for mut column in centred.column_iter_mut() {
            column -= &shift;
        }
        let unit = centred.amax();
        if unit > 0.0 {
            centred /= unit;
        }
        let scatter: DMatrix<f64> = &centred * centred.transpose();
        let eigen = SymmetricEigen::new(scatter);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        let total: f64 = eigen.eigenvalues.iter().map(|x| x.max(0.0)).sum();
        let share = |i: usize| if total > 0.0 { eigen.eigenvalues[i].max(0.0) / total } else { 0.0 };
        let mut directions = DMatrix::zeros(n, count);
        for (k, &i) in order[..count].iter().enumerate() {
            let direction = eigen.eigenvectors.column(i);
            let sign = direction[direction.iamax()].signum();
            directions.set_column(k, &(direction * sign));
        }
        Ok(Self { mean, directions, explained: order[..count].iter().map(|&i| share(i)).collect() })
    }

    /// The coordinates of a state along the directions, from the mean.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if the state has another number of coordinates.
    pub fn project<Y: State>(&self, x: &Y) -> Result<Vec<f64>> {
        let x = x.coordinates();
        if x.len() != self.mean.len() {
            return Err(Error::LengthMismatch { name: "x", found: x.len(), expected: self.mean.len() });
        }
        let centred = DVector::from_vec(x) - &self.mean;
        Ok(self.directions.tr_mul(&centred).as_slice().to_vec())
    }

    /// A direction, of length 1.
    ///
    /// # Panics
    /// Panics if there is no such component, like the index of a slice.
    #[must_use]
    pub fn direction(&self, component: usize) -> Vec<f64> {
        self.directions.column(component).iter().copied().collect()
    }
}
