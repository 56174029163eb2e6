//! `y + Σ c k` in one pass over memory.

use pulp::{Arch, Simd, WithSimd};

use super::Lanes;

/// A factor and what it multiplies.
pub(crate) type Term<'a, T> = (T, &'a [T]);

/// `out = base + Σ c k` over the `terms` `(c, k)`, with the base taken from `out` itself where it is `None`.
///
/// The sum runs from left to right and rounds every product, as adding the terms one by one would, on every CPU.
#[inline]
pub(crate) fn combine<T: Lanes>(out: &mut [T], base: Option<&[T]>, terms: &[Term<'_, T>]) {
    Arch::new().dispatch(Combine { out, base, terms });
}

struct Combine<'a, T> {
    out: &'a mut [T],
    base: Option<&'a [T]>,
    terms: &'a [Term<'a, T>],
}

impl<T: Lanes> WithSimd for Combine<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { out, base, terms } = self;
        let len = out.len();
        let (vectors, rest) = T::split_mut::<S>(out);
        let tail = len - rest.len();
        let base_vectors = base.map(|y| T::split::<S>(y).0);
        let mut start = 0;
        let vectors = blocks::<T, S, 8>(simd, vectors, base_vectors, &mut start, terms);
        let vectors = blocks::<T, S, 4>(simd, vectors, base_vectors, &mut start, terms);
        blocks::<T, S, 1>(simd, vectors, base_vectors, &mut start, terms);
        for (i, out) in (tail..).zip(rest) {
            let start = base.map_or(*out, |y| y[i]);
            *out = terms.iter().fold(start, |sum, &(c, k)| sum + c * k[i]);
        }
    }
}

/// As many blocks of `W` vectors as there are, from `start` on; returns the vectors that are left.
///
/// A block is summed in registers: for all the compiler knows an entry of `out` could be one of a slope, and it would
/// write every partial sum to memory.
#[inline(always)]
fn blocks<'o, T: Lanes, S: Simd, const W: usize>(
    simd: S,
    out: &'o mut [T::Of<S>],
    base: Option<&[T::Of<S>]>,
    start: &mut usize,
    terms: &[Term<'_, T>],
) -> &'o mut [T::Of<S>] {
    let (blocks, rest) = out.as_chunks_mut::<W>();
    for block in blocks {
        let range = *start..*start + W;
        let mut sum = *block;
        if let Some(y) = base {
            sum.copy_from_slice(&y[range.clone()]);
        }
        for &(c, k) in terms {
            let c = T::repeat(simd, c);
            let k = &T::split::<S>(k).0[range.clone()];
            for i in 0..W {
                sum[i] = T::add_product(simd, sum[i], c, k[i]);
            }
        }
        *block = sum;
        *start += W;
    }
    rest
}
