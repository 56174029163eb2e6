//! What an error is measured against.

use super::{State, Tolerance};

/// A norm of errors, in units of what is tolerated: at most 1 where the error is small enough.
///
/// A trait and not a type, so that the loop of a solve with one tolerance for all coordinates carries nothing else.
pub trait ErrorNorm<Y: State> {
    /// The mean square of `error` for a step from `y0` to `y1`, in units of the tolerance.
    fn mean_sq(&self, error: &Y, y0: &Y, y1: &Y) -> f64;

    /// The norm itself: the root of [`mean_sq`](Self::mean_sq).
    #[inline]
    fn norm(&self, error: &Y, y0: &Y, y1: &Y) -> f64 {
        self.mean_sq(error, y0, y1).sqrt()
    }

    /// The same norm as a value that a workspace can keep.
    fn stored(&self) -> StoredNorm<Y>;
}

/// Any [`ErrorNorm`], for an implicit method to remember how exactly it must solve its equations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StoredNorm<Y> {
    /// The same tolerance for every coordinate.
    Uniform(Tolerance),
    /// Never made; it holds the place of the state.
    #[doc(hidden)]
    Never(std::convert::Infallible, std::marker::PhantomData<Y>),
}

impl<Y: State> ErrorNorm<Y> for Tolerance {
    #[inline]
    fn mean_sq(&self, error: &Y, y0: &Y, y1: &Y) -> f64 {
        super::error_sq(error, y0, y1, *self)
    }

    fn stored(&self) -> StoredNorm<Y> {
        StoredNorm::Uniform(*self)
    }
}

impl<Y: State> ErrorNorm<Y> for StoredNorm<Y> {
    #[inline]
    fn mean_sq(&self, error: &Y, y0: &Y, y1: &Y) -> f64 {
        match self {
            Self::Uniform(tolerance) => tolerance.mean_sq(error, y0, y1),
            Self::Never(never, _) => match *never {},
        }
    }

    fn stored(&self) -> Self {
        self.clone()
    }
}
