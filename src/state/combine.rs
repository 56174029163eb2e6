//! `y + h Σ c k` over slices.

use super::Element;

/// Up to this many entries, a plain loop over the coefficients is unrolled completely inside the loop over the entries,
/// if the coefficients are constants.
pub(super) const SMALL: usize = 8;

/// More terms than this are added in rounds.
const MAX_TERMS: usize = 16;

/// `out = base + h Σⱼ c[j] k[j]`; without a base, `out` itself is the base.
#[inline(always)]
pub(super) fn combine<'a, T, K>(out: &mut [T], base: Option<&[T]>, h: f64, c: &[f64], k: K)
where
    T: Element,
    K: Iterator<Item = &'a [T]> + Clone,
{
    let mut terms = c.iter().zip(k).filter(|(c, _)| **c != 0.0).map(|(&c, k)| (T::embed(h * c), k));
    if out.len() <= SMALL {
        return entry_by_entry(out, base, terms);
    }
    let mut base = base;
    // The memory for the terms is cleared first, which takes longer than to add a few of them.
    match c.len() {
        0..=6 => _ = add_round::<T, 6>(out, &mut base, &mut terms),
        7..=10 => _ = add_round::<T, 10>(out, &mut base, &mut terms),
        _ => while add_round::<T, MAX_TERMS>(out, &mut base, &mut terms) == MAX_TERMS {},
    }
}

/// Adds the next `N` terms, or fewer if no more are left; returns their number.
#[inline(always)]
fn add_round<'a, T: Element, const N: usize>(
    out: &mut [T],
    base: &mut Option<&[T]>,
    terms: &mut impl Iterator<Item = (T, &'a [T])>,
) -> usize {
    let mut gathered = [(T::zero(), [].as_slice()); N];
    let mut len = 0;
    for (slot, term) in gathered.iter_mut().zip(terms) {
        *slot = term;
        len += 1;
    }
    if len > 0 || base.is_some() {
        T::combine_all(out, base.take(), &gathered[..len]);
    }
    len
}

#[inline(always)]
pub(super) fn entry_by_entry<'a, T, I>(out: &mut [T], base: Option<&[T]>, terms: I)
where
    T: Element,
    I: Iterator<Item = (T, &'a [T])> + Clone,
{
    for (i, out) in out.iter_mut().enumerate() {
        let start = base.map_or(*out, |y| y[i]);
        *out = terms.clone().fold(start, |sum, (c, k)| sum + c * k[i]);
    }
}
