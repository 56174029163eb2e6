//! Ranks that are processes of MPI.

use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives as _, Root as _};

use super::Communicator;
use super::communicator::length_of_part;
use crate::error::Result;

/// The processes of an MPI communicator.
///
/// The program initialises MPI, and drops the `Universe` last:
///
/// ```no_run
/// use rheos::distributed::{Communicator, MpiRanks};
///
/// let universe = mpi::initialize().expect("MPI is initialised once");
/// let ranks = MpiRanks::new(&universe.world());
/// println!("rank {} of {}", ranks.rank(), ranks.size());
/// ```
///
/// An error of MPI, such as a lost process, ends all of them: that is the default of MPI.
pub struct MpiRanks {
    /// A duplicate: messages of the program on its own communicator do not mix with these.
    communicator: SimpleCommunicator,
}

impl MpiRanks {
    /// The processes of `communicator`. Collective: all of them call it.
    pub fn new(communicator: &impl mpi::traits::Communicator) -> Self {
        Self { communicator: communicator.duplicate() }
    }

    /// Room for the same number of words from each rank.
    fn room(&self, each: usize) -> Vec<u64> {
        vec![0; each * Communicator::size(self)]
    }
}

impl std::fmt::Debug for MpiRanks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MpiRanks(rank {} of {})", Communicator::rank(self), Communicator::size(self))
    }
}

impl Communicator for MpiRanks {
    fn rank(&self) -> usize {
        // Ranks are not negative.
        self.communicator.rank() as usize
    }

    fn size(&self) -> usize {
        self.communicator.size() as usize
    }

    fn all_gather(&self, own: &[u64]) -> Result<Vec<u64>> {
        let mut all = self.room(own.len());
        self.communicator.all_gather_into(own, &mut all[..]);
        Ok(all)
    }

    fn all_to_all(&self, parts: &[u64]) -> Result<Vec<u64>> {
        length_of_part(parts, Communicator::size(self))?;
        let mut received = vec![0; parts.len()];
        self.communicator.all_to_all_into(parts, &mut received[..]);
        Ok(received)
    }

    fn gather(&self, own: &[u64]) -> Result<Vec<u64>> {
        let root = self.communicator.process_at_rank(0);
        if self.communicator.rank() == 0 {
            let mut all = self.room(own.len());
            root.gather_into_root(own, &mut all[..]);
            Ok(all)
        } else {
            root.gather_into(own);
            Ok(Vec::new())
        }
    }

    fn broadcast(&self, words: &mut [u64]) -> Result<()> {
        self.communicator.process_at_rank(0).broadcast_into(words);
        Ok(())
    }
}
