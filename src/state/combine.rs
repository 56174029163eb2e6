//! `y + h Σ c k` over slices in one pass over memory.

use super::Element;

/// Up to this many entries, a plain loop over the coefficients inside the loop over the entries is unrolled completely
/// where the coefficients are constants, and nothing is left but the arithmetic.
const SMALL: usize = 8;

/// More terms than this are added in rounds; no explicit method of order 5 or less has as many.
const MAX_TERMS: usize = 8;

/// `out = base + h Σⱼ c[j] k[j]`, with the base taken from `out` itself where it is `None`.
#[inline(always)]
pub(super) fn combine<'a, T, I>(out: &mut [T], base: Option<&[T]>, h: f64, c: &[f64], k: I)
where
    T: Element,
    I: Iterator<Item = &'a [T]> + Clone,
{
    if out.len() <= SMALL { small(out, base, h, c, k) } else { large(out, base, h, c, k) }
}

#[inline(always)]
fn small<'a, T, I>(out: &mut [T], base: Option<&[T]>, h: f64, c: &[f64], k: I)
where
    T: Element,
    I: Iterator<Item = &'a [T]> + Clone,
{
    for i in 0..out.len() {
        let mut sum = base.map_or(out[i], |y| y[i]);
        for (&c, k) in c.iter().zip(k.clone()) {
            if c != 0.0 {
                sum += T::embed(h * c) * k[i];
            }
        }
        out[i] = sum;
    }
}

/// The slopes and factors that take part, gathered on the stack.
struct Terms<'a, T> {
    factor: [T; MAX_TERMS],
    slope: [&'a [T]; MAX_TERMS],
    len: usize,
}

/// The slopes lie in separate arrays, so a loop over all of them per entry cannot be vectorised unless their number is
/// known. The terms that count are gathered first; then a loop with that number as a constant runs.
#[inline]
fn large<'a, T, I>(out: &mut [T], base: Option<&[T]>, h: f64, c: &[f64], k: I)
where
    T: Element,
    I: Iterator<Item = &'a [T]>,
{
    let mut terms = Terms { factor: [T::zero(); MAX_TERMS], slope: [&[]; MAX_TERMS], len: 0 };
    let mut base = base;
    for (&c, k) in c.iter().zip(k) {
        if c == 0.0 {
            continue;
        }
        if terms.len == MAX_TERMS {
            flush(out, base.take(), &terms);
            terms.len = 0;
        }
        terms.factor[terms.len] = T::embed(h * c);
        terms.slope[terms.len] = k;
        terms.len += 1;
    }
    flush(out, base, &terms);
}

#[inline]
fn flush<T: Element>(out: &mut [T], base: Option<&[T]>, terms: &Terms<'_, T>) {
    match terms.len {
        0 => {
            if let Some(y) = base {
                out.copy_from_slice(y);
            }
        }
        1 => pass::<T, 1>(out, base, terms),
        2 => pass::<T, 2>(out, base, terms),
        3 => pass::<T, 3>(out, base, terms),
        4 => pass::<T, 4>(out, base, terms),
        5 => pass::<T, 5>(out, base, terms),
        6 => pass::<T, 6>(out, base, terms),
        7 => pass::<T, 7>(out, base, terms),
        _ => pass::<T, MAX_TERMS>(out, base, terms),
    }
}

/// One pass over `out` with `M` slopes. The sum runs from left to right, as repeated `add_scaled` would.
#[inline]
fn pass<T: Element, const M: usize>(out: &mut [T], base: Option<&[T]>, terms: &Terms<'_, T>) {
    let n = out.len();
    // Equal lengths, stated once, let the compiler drop the bounds checks below.
    let slope: [&[T]; M] = std::array::from_fn(|j| &terms.slope[j][..n]);
    let factor: [T; M] = std::array::from_fn(|j| terms.factor[j]);
    let sum = |start: T, i: usize| (0..M).fold(start, |sum, j| sum + factor[j] * slope[j][i]);
    match base.map(|y| &y[..n]) {
        Some(y) => {
            for i in 0..n {
                out[i] = sum(y[i], i);
            }
        }
        None => {
            for (i, out) in out.iter_mut().enumerate() {
                *out = sum(*out, i);
            }
        }
    }
}
