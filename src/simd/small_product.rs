//! Products with matrices of few rows and columns, for many samples.
//!
//! A register would be higher than the matrix. Here the compiler puts samples into its lanes.

use super::product::Term;
use super::{Float, Kernel, Simd};

/// The largest number of rows or columns of a small matrix.
const MOST: usize = 4;
/// The least number of samples.
const LEAST: usize = 8;

/// Whether a product of `len` entries suits [`SmallProduct`].
#[inline(always)]
pub(super) fn suits<T>(len: usize, rows: usize, terms: &[Term<'_, T>]) -> bool {
    rows <= MOST && len >= rows * LEAST && terms.iter().all(|(a, _)| a.len() <= rows * MOST)
}

/// `c = start + Σ a b`, or `c += Σ a b`, for small matrices `a`. Each sum has the order of other products.
pub(super) struct SmallProduct<'a, T> {
    pub(super) c: &'a mut [T],
    pub(super) rows: usize,
    pub(super) start: Option<&'a [T]>,
    pub(super) terms: &'a [Term<'a, T>],
}

impl<T: Float> Kernel for SmallProduct<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        if let Some(start) = self.start {
            fill(self.c, start);
        }
        for (a, b) in self.terms {
            add::<S, T>(self.c, self.rows, a, b);
        }
    }
}

/// Sets each column of `c` to `start`.
#[inline(always)]
fn fill<T: Float>(c: &mut [T], start: &[T]) {
    match start.len() {
        1 => fill_rows::<T, 1>(c, start),
        2 => fill_rows::<T, 2>(c, start),
        3 => fill_rows::<T, 3>(c, start),
        _ => fill_rows::<T, MOST>(c, start),
    }
}

#[inline(always)]
fn fill_rows<T: Float, const R: usize>(c: &mut [T], start: &[T]) {
    if let Some(&start) = start.first_chunk::<R>() {
        c.as_chunks_mut().0.fill(start);
    }
}

/// `c += a b`.
#[inline(always)]
fn add<S: Simd, T: Float>(c: &mut [T], rows: usize, a: &[T], b: &[T]) {
    match rows {
        1 => of_rows::<S, T, 1>(c, a, b),
        2 => of_rows::<S, T, 2>(c, a, b),
        3 => of_rows::<S, T, 3>(c, a, b),
        _ => of_rows::<S, T, MOST>(c, a, b),
    }
}

#[inline(always)]
fn of_rows<S: Simd, T: Float, const R: usize>(c: &mut [T], a: &[T], b: &[T]) {
    let (c, a) = (c.as_chunks_mut().0, a.as_chunks().0);
    match a.len() {
        0 => {}
        1 => of_shape::<S, T, R, 1>(c, a, b),
        2 => of_shape::<S, T, R, 2>(c, a, b),
        3 => of_shape::<S, T, R, 3>(c, a, b),
        _ => of_shape::<S, T, R, MOST>(c, a, b),
    }
}

#[inline(always)]
fn of_shape<S: Simd, T: Float, const R: usize, const M: usize>(c: &mut [[T; R]], a: &[[T; R]], b: &[T]) {
    let Some(&a) = a.first_chunk::<M>() else { return };
    for (c, b) in c.iter_mut().zip(b.as_chunks::<M>().0) {
        for k in 0..M {
            for i in 0..R {
                c[i] = a[k][i].fused::<S>(b[k], c[i]);
            }
        }
    }
}
