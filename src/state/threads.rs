//! Large kernels on the threads of rayon's pool, with the feature `rayon`.
//!
//! A part is a block of columns or entries, and each of them is computed as on one thread. So the results do not depend
//! on the number of threads.

/// So many multiplications and additions take longer than waking a thread.
#[cfg(feature = "rayon")]
const WORK: usize = 1 << 21;

/// A part has at least so many columns, and begins at a multiple of this: whole tiles of every kernel.
#[cfg(feature = "rayon")]
const COLUMNS: usize = 16;

/// The number of threads for a product of a left matrix of `a` entries and this many columns.
#[cfg(feature = "rayon")]
#[inline]
pub(super) fn parts_of_product(a: usize, columns: usize) -> usize {
    if a.saturating_mul(columns) < 2 * WORK { 1 } else { parts(columns / COLUMNS) }
}

/// Without the feature, one thread.
#[cfg(not(feature = "rayon"))]
#[inline(always)]
pub(super) const fn parts_of_product(_: usize, _: usize) -> usize {
    1
}

/// The number of threads for a function of this many entries.
#[cfg(feature = "rayon")]
#[inline]
pub(super) fn parts_of_entries(entries: usize, least: usize) -> usize {
    if entries < 2 * least { 1 } else { parts(entries / least) }
}

/// Without the feature, one thread.
#[cfg(not(feature = "rayon"))]
#[inline(always)]
pub(super) const fn parts_of_entries(_: usize, _: usize) -> usize {
    1
}

#[cfg(feature = "rayon")]
fn parts(most: usize) -> usize {
    rayon::current_num_threads().min(most)
}

/// Runs `work` on blocks of the columns of `c`, given the first column of each block.
#[cfg(feature = "rayon")]
pub(super) fn each_part<T: Send>(
    parts: usize,
    columns: usize,
    (c, rows): (&mut [T], usize),
    work: &(impl Fn(&mut [T], usize) + Sync),
) {
    halves(parts, (0, columns), (c, rows), work);
}

/// Splits the columns from `first` on into parts.
#[cfg(feature = "rayon")]
fn halves<T: Send>(
    parts: usize,
    (first, columns): (usize, usize),
    (c, rows): (&mut [T], usize),
    work: &(impl Fn(&mut [T], usize) + Sync),
) {
    if parts < 2 {
        return work(c, first);
    }
    let left = parts / 2;
    let middle = columns / COLUMNS * left / parts * COLUMNS;
    let (before, after) = c.split_at_mut(middle * rows);
    rayon::join(
        || halves(left, (first, middle), (before, rows), work),
        || halves(parts - left, (first + middle, columns - middle), (after, rows), work),
    );
}

/// Without the feature, one thread.
#[cfg(not(feature = "rayon"))]
pub(super) fn each_part<T: Send>(
    _: usize,
    _: usize,
    (c, _): (&mut [T], usize),
    work: &(impl Fn(&mut [T], usize) + Sync),
) {
    work(c, 0);
}
