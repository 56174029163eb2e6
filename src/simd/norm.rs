//! Sums over all entries of a slice.

use super::{Float, Kernel, Simd, dispatch};

/// `Σᵢ (eᵢ / (atol + rtol max(|y0ᵢ|, |y1ᵢ|)))²` for `atol > 0`, summed lane by lane.
#[inline]
pub(crate) fn weighted_sq(e: &[f64], y0: &[f64], y1: &[f64], rtol: f64, atol: f64) -> f64 {
    dispatch(WeightedSq { e, y0, y1, rtol, atol })
}

struct WeightedSq<'a> {
    e: &'a [f64],
    y0: &'a [f64],
    y1: &'a [f64],
    rtol: f64,
    atol: f64,
}

impl Kernel for WeightedSq<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let Self { e, y0, y1, .. } = self;
        let ((e, e_rest), (y0, y0_rest), (y1, y1_rest)) =
            (S::as_simd_f64s(e), S::as_simd_f64s(y0), S::as_simd_f64s(y1));
        let mut sum = simd.splat_f64s(0.0);
        for ((&e, &y0), &y1) in e.iter().zip(y0).zip(y1) {
            sum = self.add(simd, sum, [e, y0, y1]);
        }
        // The zeros after the rest of `e` add nothing.
        let rest = [e_rest, y0_rest, y1_rest].map(|x| simd.partial_load_f64s(x));
        simd.reduce_sum_f64s(self.add(simd, sum, rest))
    }
}

impl WeightedSq<'_> {
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, sum: S::f64s, [e, y0, y1]: [S::f64s; 3]) -> S::f64s {
        let (rtol, atol) = (simd.splat_f64s(self.rtol), simd.splat_f64s(self.atol));
        let size = f64::at_least(simd, simd.abs_f64s(y1), simd.abs_f64s(y0));
        let ratio = simd.div_f64s(e, simd.add_f64s(atol, simd.mul_f64s(rtol, size)));
        simd.add_f64s(sum, simd.mul_f64s(ratio, ratio))
    }
}

/// Whether every entry is finite.
#[inline]
pub(crate) fn all_finite<T: Float>(x: &[T]) -> bool {
    dispatch(AllFinite(x))
}

struct AllFinite<'a, T>(&'a [T]);

impl<T: Float> Kernel for AllFinite<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let (x, rest) = T::split::<S>(self.0);
        let (blocks, singles) = x.as_chunks::<4>();
        // 0 · x is 0 for finite numbers and NaN for others, and NaN stays in a sum.
        let zero = T::splat(simd, T::ZERO);
        let mut sums = [zero; 4];
        for block in blocks {
            for (sum, &x) in sums.iter_mut().zip(block) {
                *sum = T::mul_add(simd, zero, x, *sum);
            }
        }
        for &x in singles {
            sums[0] = T::mul_add(simd, zero, x, sums[0]);
        }
        sums[1] = T::mul_add(simd, zero, T::load_rest(simd, rest), sums[1]);
        let sum = T::add(simd, T::add(simd, sums[0], sums[1]), T::add(simd, sums[2], sums[3]));
        T::is_zero(simd, sum)
    }
}
