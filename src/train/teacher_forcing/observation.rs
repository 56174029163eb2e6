//! Linear observations of a state.

use nalgebra::{DMatrix, SMatrix};

use crate::error::{Error, Result};
use crate::nn::BatchMatrix;
use crate::state::Element;

/// The map `x = B z` from `M` states to `N ≤ M` observations, with its pseudo-inverse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Observation<const N: usize, const M: usize> {
    /// `B = I`, and `N = M`.
    Identity,
    /// A matrix of full rank.
    Linear { matrix: SMatrix<f64, N, M>, inverse: SMatrix<f64, M, N> },
}

/// The smallest singular value of an observation whose rows have a largest entry of 1, relative to the largest.
const RANK: f64 = 1e-10;

impl<const N: usize, const M: usize> Observation<N, M> {
    /// The observation by `matrix`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a matrix that is not finite, whose rank is below `N`, or whose pseudo-inverse overflows.
    pub(super) fn linear(matrix: SMatrix<f64, N, M>) -> Result<Self> {
        let refuse = |value, expected| Err(Error::InvalidArgument { name: "observation", value, expected });
        if let Some(&value) = matrix.iter().find(|x| !x.is_finite()) {
            return refuse(value, "finite in all entries");
        }
        let full = "of full rank: as many independent rows as observations";
        if N == 0 || M == 0 {
            return refuse(0.0, full);
        }
        // The observations may have different units, so every row gets a largest entry of 1: `(D B)⁺ = B⁺ D⁻¹` for a full rank.
        let units: [f64; N] = std::array::from_fn(|row| matrix.row(row).amax());
        let unit = |row: usize| if units[row] > 0.0 { units[row] } else { 1.0 };
        // On the heap: an SVD of static matrices asks for a bound on their sizes.
        let svd = DMatrix::from_fn(N, M, |row, column| matrix[(row, column)] / unit(row)).svd(true, true);
        let rank = svd.rank(RANK * svd.singular_values.iter().copied().fold(0.0, f64::max));
        if rank < N {
            return refuse(rank as f64, full);
        }
        let Ok(inverse) = svd.pseudo_inverse(0.0) else {
            return refuse(rank as f64, "a matrix whose singular values can be computed");
        };
        let inverse = SMatrix::<f64, M, N>::from_fn(|row, column| inverse[(row, column)] / unit(column));
        match inverse.iter().find(|x| !x.is_finite()) {
            Some(&value) => refuse(value, "a matrix whose pseudo-inverse does not overflow"),
            None => Ok(Self::Linear { matrix, inverse }),
        }
    }

    /// `B z`.
    pub(super) fn observe<T: Element>(&self, z: &BatchMatrix<T, M>) -> BatchMatrix<T, N> {
        match self {
            Self::Identity => resized(z),
            Self::Linear { matrix, .. } => matrix.map(T::embed) * z,
        }
    }

    /// `B⁺ x`.
    pub(super) fn lift<T: Element>(&self, x: &BatchMatrix<T, N>) -> BatchMatrix<T, M> {
        match self {
            Self::Identity => resized(x),
            Self::Linear { inverse, .. } => inverse.map(T::embed) * x,
        }
    }

    /// `Bᵀ w`.
    pub(super) fn observe_back<T: Element>(&self, w: &BatchMatrix<T, N>) -> BatchMatrix<T, M> {
        match self {
            Self::Identity => resized(w),
            Self::Linear { matrix, .. } => matrix.map(T::embed).transpose() * w,
        }
    }

    /// `(B⁺)ᵀ w`.
    pub(super) fn lift_back<T: Element>(&self, w: &BatchMatrix<T, M>) -> BatchMatrix<T, N> {
        match self {
            Self::Identity => resized(w),
            Self::Linear { inverse, .. } => inverse.map(T::embed).transpose() * w,
        }
    }
}

/// The same numbers, where both numbers of rows are equal.
fn resized<T: Element, const A: usize, const B: usize>(x: &BatchMatrix<T, A>) -> BatchMatrix<T, B> {
    BatchMatrix::from_column_slice(x.as_slice())
}
