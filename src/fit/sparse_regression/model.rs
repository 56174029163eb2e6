//! The result of a sparse regression.

use std::fmt;

use nalgebra::DMatrix;

use super::library::Library;

/// One sparse combination of the terms of a library for each target: the result of a
/// [`SparseRegression`](super::SparseRegression). It prints as formulas.
#[derive(Debug, Clone)]
pub struct SparseModel {
    /// The library.
    pub library: Library,
    /// The coefficients in the units of the data, a row for each term and a column for each target; 0 for a term that was
    /// dropped.
    pub coefficients: DMatrix<f64>,
    /// The root mean square of the residual of each target, relative to the root mean square of the target.
    pub residuals: Vec<f64>,
}

impl SparseModel {
    /// The terms of a target with their coefficients, in the order of the library.
    pub fn terms(&self, target: usize) -> impl Iterator<Item = (&str, f64)> {
        let column = (0..self.library.len()).map(move |i| self.coefficients.get((i, target)).copied().unwrap_or(0.0));
        self.library.names().zip(column).filter(|(_, coefficient)| *coefficient != 0.0)
    }

    /// The formula of a target, with three decimals of the coefficients: `-0.900 x y`.
    #[must_use]
    pub fn formula(&self, target: usize) -> String {
        let mut text = String::new();
        for (name, coefficient) in self.terms(target) {
            let sign = match (text.is_empty(), coefficient < 0.0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            let size = coefficient.abs();
            let number = if (1e-2..1e4).contains(&size) { format!("{size:.3}") } else { format!("{size:.2e}") };
            text += sign;
            text += &number;
            if name != "1" {
                text += " ";
                text += name;
            }
        }
        text
    }

    /// The values of all targets at a point, given by its coordinates.
    #[must_use]
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        let terms = self.library.values(point);
        let columns = self.coefficients.column_iter();
        // A term without a coefficient may be infinite elsewhere.
        columns
            .map(|column| column.iter().zip(&terms).filter(|(c, _)| **c != 0.0).map(|(c, term)| c * term).sum())
            .collect()
    }
}

impl fmt::Display for SparseModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formulas: Vec<String> = (0..self.coefficients.ncols()).map(|target| self.formula(target)).collect();
        f.write_str(&formulas.join("\n"))
    }
}
