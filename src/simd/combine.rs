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
        let lanes = size_of::<T::Lanes<S>>() / size_of::<T>();
        let len = out.len();
        let Some(end) = len.checked_sub(lanes) else {
            let mut sum = T::load_rest(simd, base.unwrap_or(out));
            for &(c, k) in terms {
                sum = T::add(simd, sum, T::mul(simd, T::splat(simd, c), T::load_rest(simd, k)));
            }
            return T::store_rest(simd, out, sum);
        };
        // The last register may overlap the one before, so its start is read before that one is written.
        let last = register::<T, S>(base.unwrap_or(out), end);
        let mut sum = Sum { simd, out, base, terms };
        let (mut at, size) = (0, |registers: usize| registers * lanes);
        while at + size(8) <= len {
            sum.block(consecutive::<8>(at, lanes), None);
            at += size(8);
        }
        if at + size(4) <= len {
            sum.block(consecutive::<4>(at, lanes), None);
            at += size(4);
        }
        if at == len {
            return;
        }
        match end.saturating_sub(at).div_ceil(lanes) {
            0 => sum.block([end], Some(last)),
            1 => sum.block([at, end], Some(last)),
            2 => sum.block([at, at + lanes, end], Some(last)),
            _ => sum.block([at, at + lanes, at + size(2), end], Some(last)),
        }
    }
}

struct Sum<'a, T, S> {
    simd: S,
    out: &'a mut [T],
    base: Option<&'a [T]>,
    terms: &'a [Term<'a, T>],
}

impl<T: Float, S: Simd> Sum<'_, T, S> {
    /// Sums `W` registers that begin at these entries. The last one starts from `last`, if it is given.
    ///
    /// A block is summed in registers. Otherwise the compiler, which cannot exclude aliasing, would write every partial sum
    /// to memory.
    #[inline(always)]
    fn block<const W: usize>(&mut self, starts: [usize; W], last: Option<T::Lanes<S>>) {
        let simd = self.simd;
        let before: &[T] = self.base.unwrap_or(self.out);
        let mut sum = [T::splat(simd, T::ZERO); W];
        for i in 0..W {
            sum[i] = register::<T, S>(before, starts[i]);
        }
        if let Some(last) = last {
            sum[W - 1] = last;
        }
        for &(c, k) in self.terms {
            let c = T::splat(simd, c);
            for i in 0..W {
                sum[i] = T::add(simd, sum[i], T::mul(simd, c, register::<T, S>(k, starts[i])));
            }
        }
        for i in 0..W {
            if let Some(to) = T::split_mut::<S>(&mut self.out[starts[i]..]).0.first_mut() {
                *to = sum[i];
            }
        }
    }
}

/// The starts of neighbouring registers.
#[inline(always)]
fn consecutive<const W: usize>(first: usize, lanes: usize) -> [usize; W] {
    let mut starts = [first; W];
    for (i, start) in starts.iter_mut().enumerate() {
        *start += i * lanes;
    }
    starts
}

/// The register that begins at the entry `start`.
#[inline(always)]
fn register<T: Float, S: Simd>(x: &[T], start: usize) -> T::Lanes<S> {
    T::split::<S>(&x[start..]).0[0]
}
