//! A sparse matrix.

use super::Pattern;
use crate::error::{Error, Result};
use crate::state::Element;

/// A square matrix with entries at the places of a [`Pattern`].
///
/// ```
/// use rheos::state::{Pattern, SparseMatrix};
///
/// let mut second_difference = SparseMatrix::zeros(Pattern::banded(5, 1, 1));
/// for i in 0..5 {
///     second_difference.set(i, i, -2.0);
///     if i > 0 {
///         second_difference.set(i, i - 1, 1.0);
///         second_difference.set(i - 1, i, 1.0);
///     }
/// }
/// let mut out = [0.0; 5];
/// second_difference.multiply(&[1.0, 4.0, 9.0, 16.0, 25.0], &mut out);
/// assert_eq!(out, [2.0, 2.0, 2.0, 2.0, -34.0]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SparseMatrix<T = f64> {
    pattern: Pattern,
    values: Vec<T>,
    /// The first place outside the pattern that was set.
    outside: Option<(usize, usize)>,
}

impl<T: Element> SparseMatrix<T> {
    /// The matrix whose entries at these places are zero.
    #[must_use]
    pub fn zeros(pattern: Pattern) -> Self {
        let values = vec![T::zero(); pattern.len()];
        Self { pattern, values, outside: None }
    }

    /// The matrix with these entries `(row, column, value)`; entries at one place are added.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for a place outside the matrix.
    pub fn from_triplets(dimension: usize, entries: &[(usize, usize, T)]) -> Result<Self> {
        let pattern = Pattern::new(dimension, entries.iter().map(|&(row, column, _)| (row, column)))?;
        let mut matrix = Self::zeros(pattern);
        for &(row, column, value) in entries {
            if let Some(place) = matrix.pattern.position(row, column) {
                matrix.values[place] += value;
            }
        }
        Ok(matrix)
    }

    /// The places of the entries.
    #[must_use]
    pub const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The entries, column by column, in the order of the places.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    pub(crate) fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// Replaces the entry at `(row, column)`. A solve that uses the matrix reports a place outside the pattern as
    /// [`Error::NotInPattern`].
    #[inline]
    pub fn set(&mut self, row: usize, column: usize, value: T) {
        match self.pattern.position(row, column) {
            Some(place) => self.values[place] = value,
            None => self.outside = self.outside.or(Some((row, column))),
        }
    }

    /// The entry at `(row, column)`; zero outside the pattern.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> T {
        self.pattern.position(row, column).map_or_else(T::zero, |place| self.values[place])
    }

    /// Sets every entry to zero, and forgets that a place outside the pattern was set.
    pub fn clear(&mut self) {
        self.values.fill(T::zero());
        self.outside = None;
    }

    /// # Errors
    /// [`Error::NotInPattern`] if an entry outside the pattern was set.
    pub(crate) fn check(&self) -> Result<()> {
        match self.outside {
            Some((row, column)) => Err(Error::NotInPattern { row, column }),
            None => Ok(()),
        }
    }

    /// The entries `(row, column, value)`, column by column.
    pub fn entries(&self) -> impl Iterator<Item = (usize, usize, T)> + '_ {
        (0..self.pattern.dimension()).flat_map(move |j| {
            self.pattern.column(j).iter().zip(&self.values[self.pattern.range(j)]).map(move |(&i, &x)| (i, j, x))
        })
    }

    /// The transpose.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut columns = vec![Vec::new(); self.pattern.dimension()];
        self.entries().for_each(|(i, j, _)| columns[i].push(j));
        let mut out = Self::zeros(Pattern::of_columns(columns));
        self.entries().for_each(|(i, j, x)| out.set(j, i, x));
        out
    }

    /// `out ← A x`.
    pub fn multiply(&self, x: &[T], out: &mut [T]) {
        out.fill(T::zero());
        for (j, &x) in x.iter().enumerate() {
            for (&i, &a) in self.pattern.column(j).iter().zip(&self.values[self.pattern.range(j)]) {
                out[i] += a * x;
            }
        }
    }

    /// `out ← Aᵀ x`.
    pub fn multiply_transposed(&self, x: &[T], out: &mut [T]) {
        for (j, out) in out.iter_mut().enumerate() {
            let column = self.pattern.column(j).iter().zip(&self.values[self.pattern.range(j)]);
            *out = column.fold(T::zero(), |sum, (&i, &a)| sum + a * x[i]);
        }
    }
}
