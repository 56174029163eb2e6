//! Activations of `f32` and `f64`, on several threads if the slices are large.

use super::threads;
use crate::simd::{self, Float, Function};

/// So many entries take longer than waking a thread.
const ENTRIES: usize = 1 << 15;
/// The same for a pullback, which takes less time.
const PULLED_BACK: usize = 1 << 17;

/// `y = f(x)`, entry by entry, for slices of equal length.
#[inline]
pub(super) fn map<F: Function + Copy + Sync, T: Float + Send + Sync>(f: F, x: &[T], y: &mut [T]) {
    let parts = threads::parts_of_entries(y.len(), ENTRIES);
    if parts < 2 {
        return simd::map(f, x, y);
    }
    threads::each_part(parts, y.len(), (y, 1), &|y, first| simd::map(f, &x[first..][..y.len()], y));
}

/// `xbar += f′ w`, entry by entry, for slices of equal length. The derivative `f′` is computed from the values `y`.
#[inline]
pub(super) fn pull_back<F, T>(f: F, y: &[T], w: &[T], xbar: &mut [T])
where
    F: Function + Copy + Sync,
    T: Float + Send + Sync,
{
    let parts = threads::parts_of_entries(xbar.len(), PULLED_BACK);
    if parts < 2 {
        return simd::pull_back(f, y, w, xbar);
    }
    threads::each_part(parts, xbar.len(), (xbar, 1), &|xbar, first| {
        let part = first..first + xbar.len();
        simd::pull_back(f, &y[part.clone()], &w[part], xbar);
    });
}
