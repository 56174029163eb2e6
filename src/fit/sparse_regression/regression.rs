//! Sequentially thresholded least squares.

use nalgebra::{DMatrix, DVector};

use super::library::Library;
use super::model::SparseModel;
use super::pivoted_qr::{DependentColumn, least_squares};
use crate::error::{Error, Result};
use crate::state::State;

/// Sparse regression by sequentially thresholded least squares, the SINDy method of S. L. Brunton, J. L. Proctor & J. N. Kutz,
/// *Discovering governing equations from data by sparse identification of nonlinear dynamical systems* (2016).
///
/// A least-squares fit on all terms, which then drops the terms below the threshold and repeats until all stay. The
/// threshold is relative: a term stays if the root mean square of `coefficient × term` over the data is at least
/// `threshold` times the root mean square of the target. (The paper compares the coefficients themselves.) So the units of
/// points and targets do not matter.
///
/// ```
/// use rheos::fit::{Library, SparseRegression};
///
/// let points: Vec<[f64; 2]> = (0..20).map(|i| [0.1 * f64::from(i), (0.7 * f64::from(i)).sin()]).collect();
/// let targets: Vec<f64> = points.iter().map(|[x, y]| 2.0 * x - 0.9 * x * y).collect();
/// let found = SparseRegression::new(0.05).fit(&Library::monomials(&["x", "y"], 3), &points, &targets)?;
/// assert_eq!(found.to_string(), "2.000 x - 0.900 x y");
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparseRegression {
    threshold: f64,
    ridge: f64,
}

impl SparseRegression {
    /// With this threshold in `[0, 1)`; 0 is ordinary least squares.
    #[must_use]
    pub const fn new(threshold: f64) -> Self {
        Self { threshold, ridge: 0.0 }
    }

    /// Selects the terms with the penalty `ridge × Σ c²` on the coefficients, in the units of the threshold: for terms that are almost
    /// dependent on the data, S. H. Rudy, S. L. Brunton, J. L. Proctor & J. N. Kutz, *Data-driven discovery of partial
    /// differential equations* (2017). The coefficients of the terms that stay are fitted without it. 0 by default; try
    /// 1e-4.
    #[must_use]
    pub const fn ridge(mut self, ridge: f64) -> Self {
        self.ridge = ridge;
        self
    }

    /// Fits every coordinate of the targets by terms of the library at the points.
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for a threshold outside `[0, 1)`;
    /// * [`Error::LengthMismatch`] unless there is one target for each point, and at least as many points as terms;
    ///   [`Error::ShapeMismatch`] for a point that does not have the inputs of the library, or a target of another shape than
    ///   the first;
    /// * [`Error::InvalidEntry`] for a point or target that is not finite, and for the terms at a point if one of them is not;
    /// * [`Error::DependentTerms`] if a term is a combination of the others on these points, or zero;
    /// * [`Error::NoTerms`] if no term stays, also for a target that is 0.
    pub fn fit<X: State, Y: State>(&self, library: &Library, points: &[X], targets: &[Y]) -> Result<SparseModel> {
        if !(0.0..1.0).contains(&self.threshold) {
            let (name, value) = ("threshold", self.threshold);
            return Err(Error::InvalidArgument { name, value, expected: "at least 0 and below 1" });
        }
        if !(self.ridge >= 0.0 && self.ridge.is_finite()) {
            let (name, value) = ("ridge", self.ridge);
            return Err(Error::InvalidArgument { name, value, expected: "finite and not negative" });
        }
        if targets.len() != points.len() {
            return Err(Error::LengthMismatch { name: "targets", found: targets.len(), expected: points.len() });
        }
        let least = library.len().max(1);
        if points.len() < least {
            return Err(Error::LengthMismatch { name: "points", found: points.len(), expected: least });
        }
        let points = rows("points", points, library.inputs())?;
        let outputs = targets[0].coordinates().len();
        let targets = rows("targets", targets, outputs)?;
        let values: Vec<Vec<f64>> = points.iter().map(|point| library.values(point)).collect();
        let values = rows("terms", &values, library.len())?;
        let terms = Columns::new(&values, library.len());
        let targets = Columns::new(&targets, outputs);

        let mut coefficients = DMatrix::zeros(library.len(), outputs);
        let mut residuals = Vec::with_capacity(outputs);
        for k in 0..outputs {
            let target = targets.scaled.column(k).into_owned();
            let (kept, found) = self.select(library, &terms, &target, k)?;
            let mut residual = target;
            for (&i, &c) in kept.iter().zip(&found) {
                residual.axpy(-c, &terms.scaled.column(i), 1.0);
                let value = c * (targets.sizes[k] / terms.sizes[i]);
                if !value.is_finite() {
                    return Err(Error::InvalidEntry { name: "coefficients", index: i, value, expected: "finite" });
                }
                coefficients[(i, k)] = value;
            }
            residuals.push(root_mean_square(residual.as_slice()));
        }
        Ok(SparseModel { library: library.clone(), coefficients, residuals })
    }

    /// The terms of one target and their coefficients, in units of the root mean squares.
    fn select(
        &self,
        library: &Library,
        terms: &Columns,
        target: &DVector<f64>,
        k: usize,
    ) -> Result<(Vec<usize>, Vec<f64>)> {
        let none = Error::NoTerms { target: k, threshold: self.threshold };
        let mut kept: Vec<usize> = if target.amax() > 0.0 { (0..library.len()).collect() } else { Vec::new() };
        while !kept.is_empty() {
            let found = Self::solve(library, terms, target, &kept, self.ridge)?;
            let stay = |i: &usize| found[*i].abs() >= self.threshold && found[*i] != 0.0;
            if (0..kept.len()).all(|i| stay(&i)) {
                let found = if self.ridge > 0.0 { Self::solve(library, terms, target, &kept, 0.0)? } else { found };
                return Ok((kept, found.iter().copied().collect()));
            }
            kept = (0..kept.len()).filter(stay).map(|i| kept[i]).collect();
        }
        Err(none)
    }

    /// The least-squares coefficients of these terms, with the penalty `ridge` as further rows.
    fn solve(
        library: &Library,
        terms: &Columns,
        target: &DVector<f64>,
        kept: &[usize],
        ridge: f64,
    ) -> Result<DVector<f64>> {
        let (rows, columns) = (target.len(), kept.len());
        let (mut matrix, mut target) = (terms.scaled.select_columns(kept), target.clone());
        if ridge > 0.0 {
            matrix = matrix.resize_vertically(rows + columns, 0.0);
            (0..columns).for_each(|i| matrix[(rows + i, i)] = (ridge * rows as f64).sqrt());
            target = target.resize_vertically(rows + columns, 0.0);
        }
        least_squares(matrix, target).map_err(|DependentColumn(i)| Error::DependentTerms {
            term: library.name(kept[i]).to_owned(),
            terms: columns,
        })
    }
}

/// Columns of numbers, divided by their root mean squares.
struct Columns {
    scaled: DMatrix<f64>,
    sizes: Vec<f64>,
}

impl Columns {
    fn new(rows: &[Vec<f64>], columns: usize) -> Self {
        let mut scaled = DMatrix::from_fn(rows.len(), columns, |i, j| rows[i][j]);
        let mut sizes = Vec::with_capacity(columns);
        for mut column in scaled.column_iter_mut() {
            let size = root_mean_square(column.as_slice());
            if size > 0.0 {
                column.iter_mut().for_each(|x| *x /= size);
            }
            sizes.push(size);
        }
        Self { scaled, sizes }
    }
}

/// Without overflow: in units of the largest number.
fn root_mean_square(numbers: &[f64]) -> f64 {
    let largest = numbers.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest * (numbers.iter().map(|x| (x / largest).powi(2)).sum::<f64>() / numbers.len() as f64).sqrt()
}

/// The coordinates of states, if they are finite and as many as expected.
fn rows<Y: State>(name: &'static str, states: &[Y], expected: usize) -> Result<Vec<Vec<f64>>> {
    let row = |(index, state): (usize, &Y)| {
        let row = state.coordinates();
        if row.len() != expected {
            return Err(Error::ShapeMismatch { name, index, found: row.len(), expected });
        }
        match row.iter().find(|x| !x.is_finite()) {
            Some(&value) => Err(Error::InvalidEntry { name, index, value, expected: "finite" }),
            None => Ok(row),
        }
    };
    states.iter().enumerate().map(row).collect()
}
