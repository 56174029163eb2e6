//! Conversions from and to the sparse matrices of nalgebra.

use nalgebra_sparse::CscMatrix;
use nalgebra_sparse::pattern::SparsityPattern;

use super::{Pattern, SparseMatrix};
use crate::error::{Error, Result};
use crate::state::Element;

/// The places of a compressed-column pattern: its lanes are columns. The matrix must be square.
///
/// ```
/// use nalgebra_sparse::{CooMatrix, CscMatrix};
/// use rheos::state::{Pattern, SparseMatrix};
///
/// let mut entries = CooMatrix::new(3, 3);
/// entries.push(0, 2, 1.5);
/// entries.push(1, 1, -1.0);
/// let columns = CscMatrix::from(&entries);
/// let matrix = SparseMatrix::try_from(&columns)?;
/// assert_eq!((matrix.get(0, 2), matrix.get(2, 0)), (1.5, 0.0));
/// assert_eq!(Pattern::try_from(columns.pattern())?, *matrix.pattern());
/// assert_eq!(CscMatrix::from(&matrix), columns);
/// # Ok::<(), rheos::Error>(())
/// ```
impl TryFrom<&SparsityPattern> for Pattern {
    type Error = Error;

    fn try_from(pattern: &SparsityPattern) -> Result<Self> {
        let (found, expected) = (pattern.minor_dim(), pattern.major_dim());
        if found != expected {
            return Err(Error::LengthMismatch { name: "rows", found, expected });
        }
        Ok(Self::of_columns((0..expected).map(|j| pattern.lane(j).to_vec()).collect()))
    }
}

impl<T: Element> TryFrom<&CscMatrix<T>> for SparseMatrix<T> {
    type Error = Error;

    fn try_from(matrix: &CscMatrix<T>) -> Result<Self> {
        let mut out = Self::zeros(Pattern::try_from(matrix.pattern())?);
        // The rows of both are in order.
        out.values_mut().copy_from_slice(matrix.values());
        Ok(out)
    }
}

impl<T: Element> From<&SparseMatrix<T>> for CscMatrix<T> {
    fn from(matrix: &SparseMatrix<T>) -> Self {
        let n = matrix.pattern().dimension();
        let mut entries = nalgebra_sparse::CooMatrix::new(n, n);
        matrix.entries().for_each(|(i, j, x)| entries.push(i, j, x));
        Self::from(&entries)
    }
}
