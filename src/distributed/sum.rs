//! Sums over the ranks.

use std::ops::Range;

use super::{Communicator, Fingerprint, Place, meet};
use crate::error::Result;

/// The words of one exchange, which limit its buffers to 8 MiB each; counts of MPI have 32 bits.
pub(super) const CHUNK: usize = 1 << 20;

/// Replaces the values of every rank by their sum over the ranks, added in the order of the ranks: the same bits on every rank
/// and in every run.
///
/// # Errors
/// [`Error::OnRank`](crate::error::Error::OnRank) if a rank failed before, or has another number of values; the errors of the
/// communicator.
pub fn sum(ranks: &dyn Communicator, values: &mut [f64]) -> Result<()> {
    meet(ranks, Fingerprint::of(Place::Sum).word(values.len() as u64), Ok([0; 2]))?;
    sum_of_equal_lengths(ranks, values)
}

/// [`sum`] of values whose number is known to be the same on every rank.
pub(crate) fn sum_of_equal_lengths(ranks: &dyn Communicator, values: &mut [f64]) -> Result<()> {
    let size = ranks.size();
    if size == 1 {
        return Ok(());
    }
    for chunk in values.chunks_mut(CHUNK) {
        let part = chunk.len().div_ceil(size);
        let mut parts: Vec<u64> = chunk.iter().map(|x| x.to_bits()).collect();
        parts.resize(part * size, 0);
        let received = ranks.all_to_all(&parts)?;
        let (first, others) = received.split_at(part);
        let mut sums: Vec<f64> = first.iter().copied().map(f64::from_bits).collect();
        for other in others.chunks(part) {
            sums.iter_mut().zip(other).for_each(|(sum, &x)| *sum += f64::from_bits(x));
        }
        let sums: Vec<u64> = sums.into_iter().map(f64::to_bits).collect();
        let all = ranks.all_gather(&sums)?;
        chunk.iter_mut().zip(all).for_each(|(x, sum)| *x = f64::from_bits(sum));
    }
    Ok(())
}

/// The part of `len` items for this rank: contiguous, in the order of the ranks, of sizes that differ by one at most.
pub(crate) fn share(ranks: &dyn Communicator, len: usize) -> Range<usize> {
    let (rank, size) = (ranks.rank(), ranks.size());
    let (each, more) = (len / size, len % size);
    let start = |rank: usize| rank * each + rank.min(more);
    start(rank)..start(rank + 1)
}
