//! Owned nalgebra matrices of every shape: `SVector`, `SMatrix`, `DVector`, `DMatrix` and their mixtures.
//!
//! Rows are components, columns are the samples of a batch.

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};

use super::combine::{SMALL, combine};
use super::scalar::weighted_sq_each;
use super::{Element, State, Tolerance};

impl<T, R, C> State for OMatrix<T, R, C>
where
    T: Element,
    R: Dim,
    C: Dim,
    DefaultAllocator: Allocator<R, C>,
{
    const IS_DUAL: bool = T::IS_DUAL;
    // Only dimensions known at run time are stored.
    const FIXED_SHAPE: bool = size_of::<(R, C)>() == 0;

    #[inline]
    fn fits(&self, x: &Self) -> bool {
        Self::FIXED_SHAPE || self.shape() == x.shape()
    }

    #[inline]
    fn zeros_like(&self) -> Self {
        let (rows, columns) = self.shape_generic();
        Self::zeros_generic(rows, columns)
    }

    #[inline]
    fn assign(&mut self, x: &Self) {
        self.as_mut_slice().copy_from_slice(x.as_slice());
    }

    /// Swaps heap storage; copies entries stored inline, which is cheaper than a swap.
    #[inline]
    fn replace_by(&mut self, x: &mut Self) {
        if self.len() > SMALL && size_of::<Self>() >= self.len() * size_of::<T>() {
            self.as_mut_slice().copy_from_slice(x.as_slice());
        } else {
            std::mem::swap(self, x);
        }
    }

    #[inline]
    fn set_zeros(&mut self) {
        self.as_mut_slice().fill(T::zero());
    }

    #[inline]
    fn add_scaled(&mut self, a: f64, x: &Self) {
        let a = T::embed(a);
        for (y, &x) in self.as_mut_slice().iter_mut().zip(x.as_slice()) {
            *y += a * x;
        }
    }

    #[inline]
    fn scale_by(&mut self, a: f64) {
        let a = T::embed(a);
        for y in self.as_mut_slice() {
            *y *= a;
        }
    }

    #[inline]
    fn inner(&self, x: &Self) -> f64 {
        inner(self.as_slice(), x.as_slice())
    }

    #[inline]
    fn count(&self) -> usize {
        self.len()
    }

    #[inline]
    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        T::weighted_sq_all(self.as_slice(), y0.as_slice(), y1.as_slice(), tol)
    }

    #[inline]
    fn weighted_sq_each(&self, y0: &Self, y1: &Self, rtol: &Self, atol: &Self) -> f64 {
        weighted_sq_each(self.as_slice(), [y0, y1, rtol, atol].map(Self::as_slice))
    }

    #[inline]
    fn all_finite(&self) -> bool {
        T::all_finite(self.as_slice())
    }

    #[inline(always)]
    fn combine(&mut self, y: &Self, h: f64, c: &[f64], k: &[Self]) {
        combine(self.as_mut_slice(), Some(y.as_slice()), h, c, k.iter().map(Self::as_slice));
    }

    #[inline(always)]
    fn accumulate(&mut self, h: f64, c: &[f64], k: &[Self]) {
        combine(self.as_mut_slice(), None, h, c, k.iter().map(Self::as_slice));
    }

    #[inline]
    fn rounding(&self) -> f64 {
        T::default_epsilon().re()
    }

    fn write_coordinates(&self, out: &mut Vec<f64>) {
        out.extend(self.as_slice().iter().map(|x| x.re()));
    }

    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        let (mine, rest) = from.split_at_checked(self.len())?;
        for (y, &x) in self.as_mut_slice().iter_mut().zip(mine) {
            *y = T::embed(x);
        }
        Some(rest)
    }
}

/// `Σ aᵢ bᵢ` in double precision. Long sums have several parts, so that they do not wait for the latency of additions.
fn inner<T: Element>(a: &[T], b: &[T]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a.re() * b.re();
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a.re() * b.re()).sum();
    sums.iter().sum::<f64>() + rest
}
