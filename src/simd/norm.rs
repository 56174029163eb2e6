//! Sums over all entries of a slice.

use pulp::{Arch, Simd, WithSimd};

use super::Lanes;

/// `Σᵢ (eᵢ / (atol + rtol max(|y0ᵢ|, |y1ᵢ|)))²`, summed lane by lane.
#[inline]
pub(crate) fn weighted_sq<T: Lanes>(e: &[T], y0: &[T], y1: &[T], rtol: T, atol: T) -> T {
    Arch::new().dispatch(WeightedSq { e, y0, y1, rtol, atol })
}

struct WeightedSq<'a, T> {
    e: &'a [T],
    y0: &'a [T],
    y1: &'a [T],
    rtol: T,
    atol: T,
}

impl<T: Lanes> WithSimd for WeightedSq<'_, T> {
    type Output = T;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> T {
        let Self { e, y0, y1, rtol, atol } = self;
        let ((e, e_rest), (y0, y0_rest), (y1, y1_rest)) = (T::split::<S>(e), T::split::<S>(y0), T::split::<S>(y1));
        let (rtols, atols) = (T::repeat(simd, rtol), T::repeat(simd, atol));
        let add = |sum: T::Of<S>, ((&e, &y0), &y1): ((&T::Of<S>, &T::Of<S>), &T::Of<S>)| {
            let scale = T::add_product(simd, atols, rtols, T::larger_magnitude(simd, y0, y1));
            let ratio = T::quotient(simd, e, scale);
            T::add_product(simd, sum, ratio, ratio)
        };
        let zero = T::repeat(simd, T::zero());
        let sums = e.iter().zip(y0).zip(y1).fold(zero, add);
        let mut sum = T::sum(simd, sums);
        for ((&e, &y0), &y1) in e_rest.iter().zip(y0_rest).zip(y1_rest) {
            let (a, b) = (y0.abs(), y1.abs());
            let ratio = e / (atol + rtol * if a > b { a } else { b });
            sum += ratio * ratio;
        }
        sum
    }
}

/// Whether every entry is finite.
#[inline]
pub(crate) fn all_finite<T: Lanes>(x: &[T]) -> bool {
    Arch::new().dispatch(AllFinite(x))
}

struct AllFinite<'a, T>(&'a [T]);

impl<T: Lanes> WithSimd for AllFinite<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let (x, rest) = T::split::<S>(self.0);
        // 0 · x is 0 for finite numbers and NaN for others, which no sum forgets.
        let zero = T::repeat(simd, T::zero());
        let mut sums = [zero; 4];
        let (blocks, singles) = x.as_chunks::<4>();
        for block in blocks {
            for (sum, &x) in sums.iter_mut().zip(block) {
                *sum = T::add_product(simd, *sum, zero, x);
            }
        }
        for &x in singles {
            sums[0] = T::add_product(simd, sums[0], zero, x);
        }
        let sum = sums.into_iter().fold(T::zero(), |sum, lanes| sum + T::sum(simd, lanes));
        rest.iter().fold(sum, |sum, &x| sum + T::zero() * x) == T::zero()
    }
}
