//! The places of the entries of a sparse matrix.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::Colouring;
use crate::error::{Error, Result};

/// The places where a square matrix may have entries that are not zero, by columns. A copy shares them.
///
/// ```
/// use rheos::state::Pattern;
///
/// let ring = Pattern::new(4, (0..4).flat_map(|i| [(i, i), (i, (i + 1) % 4)]))?;
/// assert_eq!(ring.column(0), [0, 3]);
/// assert_eq!((ring.len(), ring.colouring().len()), (8, 2));
/// assert_eq!(Pattern::banded(1000, 1, 1).colouring().len(), 3);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pattern(Arc<Places>);

#[derive(Debug)]
struct Places {
    /// The first place of every column, and the number of places.
    starts: Vec<usize>,
    /// The rows of the places, in order in every column.
    rows: Vec<usize>,
    colouring: OnceLock<Colouring>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        let both = (&self.0.starts, &self.0.rows) == (&other.0.starts, &other.0.rows);
        Arc::ptr_eq(&self.0, &other.0) || both
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// The pattern of a matrix of `dimension` rows and columns with these places `(row, column)`, in any order.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for a place outside the matrix.
    pub fn new(dimension: usize, places: impl IntoIterator<Item = (usize, usize)>) -> Result<Self> {
        let mut columns = vec![Vec::new(); dimension];
        for (index, (row, column)) in places.into_iter().enumerate() {
            let outside = row.max(column);
            if outside >= dimension {
                let (name, expected) = ("places", "a row and a column below the dimension");
                return Err(Error::InvalidEntry { name, index, value: outside as f64, expected });
            }
            columns[column].push(row);
        }
        Ok(Self::of_columns(columns))
    }

    /// The pattern of these rows of each column.
    pub(crate) fn of_columns(columns: Vec<Vec<usize>>) -> Self {
        let (mut starts, mut rows) = (vec![0], Vec::new());
        for mut column in columns {
            column.sort_unstable();
            column.dedup();
            rows.append(&mut column);
            starts.push(rows.len());
        }
        Self(Arc::new(Places { starts, rows, colouring: OnceLock::new() }))
    }

    /// The band of `lower` diagonals below the main one and `upper` above it.
    #[must_use]
    pub fn banded(dimension: usize, lower: usize, upper: usize) -> Self {
        let rows = |j: usize| j.saturating_sub(upper)..j.saturating_add(lower).saturating_add(1).min(dimension);
        Self::of_columns((0..dimension).map(|j| rows(j).collect()).collect())
    }

    /// Every place.
    #[must_use]
    pub fn dense(dimension: usize) -> Self {
        Self::banded(dimension, dimension, dimension)
    }

    /// The places of both patterns, which have one dimension.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let both = |j| [self.column(j), other.column(j)].concat();
        Self::of_columns((0..self.dimension()).map(both).collect())
    }

    /// The number of rows and columns.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.0.starts.len() - 1
    }

    /// The number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.rows.len()
    }

    /// Whether it has no places.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of the places in the column `j`, in order; empty if there is no such column.
    #[must_use]
    pub fn column(&self, j: usize) -> &[usize] {
        &self.0.rows[self.range(j)]
    }

    /// The positions of the places of the column `j` among all.
    #[inline]
    pub(crate) fn range(&self, j: usize) -> Range<usize> {
        match self.0.starts.get(j..j + 2) {
            Some(&[start, end]) => start..end,
            _ => 0..0,
        }
    }

    /// The position of a place among all.
    #[inline]
    pub(crate) fn position(&self, row: usize, column: usize) -> Option<usize> {
        let range = self.range(column);
        let rows = &self.0.rows[range.clone()];
        // The place in a column without gaps.
        let guess = row.wrapping_sub(*rows.first()?);
        if rows.get(guess) == Some(&row) {
            return Some(range.start + guess);
        }
        rows.binary_search(&row).ok().map(|place| range.start + place)
    }

    /// The numbers of diagonals below and above the main one that contain all places.
    #[must_use]
    pub fn bandwidths(&self) -> (usize, usize) {
        let (mut lower, mut upper) = (0, 0);
        for j in 0..self.dimension() {
            if let [first, .., last] | [first @ last] = self.column(j) {
                lower = lower.max(last.saturating_sub(j));
                upper = upper.max(j.saturating_sub(*first));
            }
        }
        (lower, upper)
    }

    /// Groups of columns without a common row, found once.
    #[must_use]
    pub fn colouring(&self) -> &Colouring {
        self.0.colouring.get_or_init(|| Colouring::of(self))
    }

    #[cfg(feature = "sparse")]
    pub(crate) fn starts(&self) -> &[usize] {
        &self.0.starts
    }

    #[cfg(feature = "sparse")]
    pub(crate) fn rows(&self) -> &[usize] {
        &self.0.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_any_order_and_with_gaps() {
        let pattern = Pattern::new(6, [(5, 2), (0, 2), (3, 2), (3, 2), (1, 1), (2, 5)]).unwrap();
        assert_eq!(pattern.column(2), [0, 3, 5]);
        assert_eq!((pattern.len(), pattern.bandwidths()), (5, (3, 3)));
        let found: Vec<_> = (0..6).map(|i| pattern.position(i, 2)).collect();
        assert_eq!(found, [Some(1), None, None, Some(2), None, Some(3)]);
        assert_eq!(pattern.position(0, 9), None);
        assert!(pattern.column(9).is_empty() && pattern.column(0).is_empty());
    }

    #[test]
    fn a_place_outside_the_matrix_is_an_error() {
        let found = Pattern::new(3, [(0, 0), (1, 3)]).unwrap_err();
        assert!(matches!(found, Error::InvalidEntry { name: "places", index: 1, value: 3.0, .. }), "{found}");
    }

    #[test]
    fn a_band_is_cut_at_the_ends() {
        let band = Pattern::banded(5, 2, 1);
        assert_eq!(band.column(0), [0, 1, 2]);
        assert_eq!(band.column(4), [3, 4]);
        assert_eq!(band.bandwidths(), (2, 1));
        assert_eq!(Pattern::banded(3, usize::MAX, 9), Pattern::dense(3));
        assert_eq!(Pattern::dense(3).len(), 9);
    }
}
