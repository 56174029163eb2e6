//! Owned nalgebra matrices of every shape: `SVector`, `SMatrix`, `DVector`, `DMatrix` and their mixtures.
//!
//! Rows are components, columns are the samples of a batch.

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};

use super::combine::combine;
use super::{Element, State, Tolerance};

impl<T, R, C> State for OMatrix<T, R, C>
where
    T: Element,
    R: Dim,
    C: Dim,
    DefaultAllocator: Allocator<R, C>,
{
    #[inline]
    fn zeros_like(&self) -> Self {
        let (rows, columns) = self.shape_generic();
        Self::zeros_generic(rows, columns)
    }

    #[inline]
    fn assign(&mut self, x: &Self) {
        self.copy_from(x);
    }

    #[inline]
    fn set_zeros(&mut self) {
        self.fill(T::zero());
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
        self.as_slice().iter().zip(x.as_slice()).map(|(&a, &b)| a.re() * b.re()).sum()
    }

    #[inline]
    fn count(&self) -> usize {
        self.len()
    }

    #[inline]
    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        let ends = y0.as_slice().iter().zip(y1.as_slice());
        let mut sum = 0.0;
        for (&e, (&a, &b)) in self.as_slice().iter().zip(ends) {
            let ratio = e.re() / tol.scale(a.re(), b.re());
            sum += ratio * ratio;
        }
        sum
    }

    #[inline]
    fn all_finite(&self) -> bool {
        self.as_slice().iter().fold(true, |all, x| all & x.re().is_finite())
    }

    #[inline(always)]
    fn combine(&mut self, y: &Self, h: f64, c: &[f64], k: &[Self]) {
        combine(self.as_mut_slice(), Some(y.as_slice()), h, c, k.iter().map(Self::as_slice));
    }

    #[inline(always)]
    fn accumulate(&mut self, h: f64, c: &[f64], k: &[Self]) {
        combine(self.as_mut_slice(), None, h, c, k.iter().map(Self::as_slice));
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
