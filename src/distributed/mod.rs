//! Several processes or threads that work on one problem: trainings and ensembles over *ranks*.
//!
//! | item | |
//! |---|---|
//! | [`Communicator`] | the trait: collective operations of the ranks; they move words and do no arithmetic |
//! | `MpiRanks` (feature `mpi`) | processes started by `mpirun`, on one machine or on many |
//! | [`on_threads`], [`ThreadRank`] | threads of one process |
//! | [`OneRank`] | the only rank of a program without others |
//! | [`DataParallel`](crate::train::DataParallel) | the objective of a training over ranks, in [`train`](crate::train) |
//! | [`Ensemble::solve_over`](crate::solution::Ensemble::solve_over) | an ensemble over ranks |
//! | [`sum`], [`agree`] | the sum of vectors, the common outcome of a fallible operation |
//!
//! Every rank runs the same program on the same data and calls the same operations in the same order. [`costs`] says from
//! which size on a second rank pays.
//!
//! # Sums do not depend on timing
//!
//! MPI recommends, but does not require, that a reduction gives the same bits on every rank and in every run. [`sum`] therefore
//! uses MPI for transport only. Rank `j` receives the `j`-th part of every vector, adds the parts in the order of the ranks, and
//! sends the sum to all. So every entry is summed once, in a fixed order, and all ranks get the same bits. As many bytes are sent
//! as in the all-reduce of R. Rabenseifner, *Optimization of collective reduction operations* (2004).
//!
//! # Errors end all ranks
//!
//! Before a sum the ranks exchange their outcomes. If one of them failed, all return [`Error::OnRank`] with its number and
//! its message, so no rank waits for another in vain. The ranks also compare a hash of their parameters and samples: a rank that
//! was started from other weights is an error, not a wrong gradient.
//!
//! A program may fail on one rank outside of these operations too, as when it reads its data. Pass such outcomes to [`agree`].
//!
//! A rank that disappears is different. On threads, ranks that wait for it return [`Error::RankLost`]. Under MPI,
//! `mpirun` ends all processes with a status other than zero; started again, a training goes on from its last checkpoint.
//! A panic must end the process without `MPI_Finalize`, which waits for the other ranks; set a hook that calls `abort`,
//! as the example `distributed` does.
//!
//! [`Error::OnRank`]: crate::error::Error::OnRank
//! [`Error::RankLost`]: crate::error::Error::RankLost

mod agreement;
mod communicator;
#[doc = include_str!("costs.md")]
pub mod costs {}
mod ensemble;
#[cfg(feature = "checkpoint")]
mod files;
mod fingerprint;
#[cfg(feature = "mpi")]
mod mpi_ranks;
mod outcome;
mod sum;
mod threads;

pub use agreement::agree;
pub(crate) use agreement::meet;
pub use communicator::{Communicator, OneRank};
#[cfg(feature = "checkpoint")]
pub(crate) use files::bytes_of_root;
pub(crate) use fingerprint::{Fingerprint, Place};
#[cfg(feature = "mpi")]
pub use mpi_ranks::MpiRanks;
pub use sum::sum;
pub(crate) use sum::{share, sum_of_equal_lengths};
pub use threads::{ThreadRank, on_threads};
