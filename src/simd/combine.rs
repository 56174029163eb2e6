//! `y + Σ c k` in one pass over memory.

use super::{Float, Kernel, Simd, dispatch_for};

/// A factor and a slice.
type Term<'a, T> = (T, &'a [T]);

/// `out = base + Σ c k` over the `terms` `(c, k)`; without a base, `out` itself is the base.
///
/// The sum runs from left to right and rounds every product, on every CPU, exactly as adding the terms one by one.
#[inline]
pub(crate) fn combine<T: Float>(out: &mut [T], base: Option<&[T]>, terms: &[Term<'_, T>]) {
    dispatch_for(size_of_val(out), Combine { out, base, terms });
}

pub(super) struct Combine<'a, T> {
    pub(super) out: &'a mut [T],
    pub(super) base: Option<&'a [T]>,
    pub(super) terms: &'a [Term<'a, T>],
}

impl<T: Float> Kernel for Combine<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { out, base, terms } = self;
        let (out, rest) = T::split_mut::<S>(out);
        let (base, base_rest) = base.map(T::split::<S>).unzip();
        let mut start = 0;
        let out = blocks::<T, S, 8>(simd, out, base, &mut start, terms);
        let out = blocks::<T, S, 4>(simd, out, base, &mut start, terms);
        blocks::<T, S, 1>(simd, out, base, &mut start, terms);

        let mut sum = T::load_rest(simd, base_rest.unwrap_or(rest));
        for &(c, k) in terms {
            let k = T::load_rest(simd, T::split::<S>(k).1);
            sum = T::add(simd, sum, T::mul(simd, T::splat(simd, c), k));
        }
        T::store_rest(simd, rest, sum);
    }
}

/// Processes whole blocks of `W` registers, from `start` on; returns the rest of `out`.
///
/// A block is summed in registers. Otherwise the compiler, which cannot exclude aliasing, would write every partial sum
/// to memory.
#[inline(always)]
fn blocks<'o, T: Float, S: Simd, const W: usize>(
    simd: S,
    out: &'o mut [T::Lanes<S>],
    base: Option<&[T::Lanes<S>]>,
    start: &mut usize,
    terms: &[Term<'_, T>],
) -> &'o mut [T::Lanes<S>] {
    let (blocks, rest) = out.as_chunks_mut::<W>();
    for block in blocks {
        let range = *start..*start + W;
        let mut sum = *block;
        if let Some(y) = base {
            sum.copy_from_slice(&y[range.clone()]);
        }
        for &(c, k) in terms {
            let c = T::splat(simd, c);
            let k = &T::split::<S>(k).0[range.clone()];
            for i in 0..W {
                sum[i] = T::add(simd, sum[i], T::mul(simd, c, k[i]));
            }
        }
        *block = sum;
        *start += W;
    }
    rest
}
