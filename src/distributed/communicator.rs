//! The trait of a group of ranks.

use crate::error::{Error, Result};

/// A group of ranks, seen from one of them.
///
/// Its operations are collective: every rank calls the same ones in the same order, with words of the same number. They move
/// words of 64 bits, such as the bits of an `f64`, and do no arithmetic, so no result depends on the order of arrival.
///
/// Call [`agree`](super::agree) before an exchange of your own: a rank that has failed by itself reports it there,
/// and takes part in no other exchange.
///
/// [`ThreadRank`](super::ThreadRank) and `MpiRanks` (feature `mpi`) implement it.
pub trait Communicator {
    /// The number of this rank, from 0. Rank 0 is the root: it writes files.
    fn rank(&self) -> usize;

    /// The number of ranks.
    fn size(&self) -> usize;

    /// The words of every rank, in the order of the ranks.
    ///
    /// # Errors
    /// [`Error::RankLost`] if a rank has ended.
    fn all_gather(&self, own: &[u64]) -> Result<Vec<u64>>;

    /// Sends the `j`-th of [`size`](Self::size) equal parts to rank `j`, and returns the parts for this rank in the order of the
    /// ranks.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if the parts are not equal; the errors of [`all_gather`](Self::all_gather).
    fn all_to_all(&self, parts: &[u64]) -> Result<Vec<u64>>;

    /// The words of every rank, in the order of the ranks, at the root; nothing elsewhere.
    ///
    /// # Errors
    /// The errors of [`all_gather`](Self::all_gather).
    fn gather(&self, own: &[u64]) -> Result<Vec<u64>>;

    /// Copies the words of the root to every rank.
    ///
    /// # Errors
    /// The errors of [`all_gather`](Self::all_gather).
    fn broadcast(&self, words: &mut [u64]) -> Result<()>;
}

/// The only rank of a program without others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OneRank;

impl Communicator for OneRank {
    fn rank(&self) -> usize {
        0
    }
    fn size(&self) -> usize {
        1
    }
    fn all_gather(&self, own: &[u64]) -> Result<Vec<u64>> {
        Ok(own.to_vec())
    }
    fn all_to_all(&self, parts: &[u64]) -> Result<Vec<u64>> {
        Ok(parts.to_vec())
    }
    fn gather(&self, own: &[u64]) -> Result<Vec<u64>> {
        Ok(own.to_vec())
    }
    fn broadcast(&self, _words: &mut [u64]) -> Result<()> {
        Ok(())
    }
}

/// The length of `size` equal parts.
pub(super) fn length_of_part(parts: &[u64], size: usize) -> Result<usize> {
    let (found, each) = (parts.len(), parts.len().div_ceil(size));
    let expected = each * size;
    if found == expected { Ok(each) } else { Err(Error::LengthMismatch { name: "parts", found, expected }) }
}
