//! Ranks that are threads of one process.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::Communicator;
use super::communicator::length_of_part;
use crate::error::{Error, Result};

/// A rank that is a thread, made by [`on_threads`].
#[derive(Debug)]
pub struct ThreadRank {
    rank: usize,
    /// To each rank.
    senders: Vec<Sender<Vec<u64>>>,
    /// From each rank.
    receivers: Vec<Receiver<Vec<u64>>>,
}

/// Runs `task` on this many ranks, each a thread, and returns the results in the order of the ranks.
///
/// ```
/// use rheos::distributed::{Communicator, on_threads, sum};
///
/// let sums = on_threads(3, |ranks| {
///     let mut values = [ranks.rank() as f64, 1.0];
///     sum(ranks, &mut values).map(|()| values)
/// });
/// assert_eq!(sums, [Ok([3.0, 3.0]), Ok([3.0, 3.0]), Ok([3.0, 3.0])]);
/// ```
///
/// # Panics
/// Panics if `task` panics; ranks that wait for that one get [`Error::RankLost`] before. Also if the system does not grant
/// a thread.
pub fn on_threads<R: Send>(ranks: usize, task: impl Fn(&ThreadRank) -> R + Sync) -> Vec<R> {
    let task = &task;
    thread::scope(|scope| {
        let started: Vec<_> = group(ranks).into_iter().map(|rank| scope.spawn(move || task(&rank))).collect();
        let joined = started.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Ranks with a channel from each to each.
fn group(size: usize) -> Vec<ThreadRank> {
    let empty = |rank| ThreadRank { rank, senders: Vec::new(), receivers: Vec::new() };
    let mut ranks: Vec<ThreadRank> = (0..size).map(empty).collect();
    for from in 0..size {
        for to in 0..size {
            let (sender, receiver) = channel();
            ranks[from].senders.push(sender);
            ranks[to].receivers.push(receiver);
        }
    }
    ranks
}

impl ThreadRank {
    fn send(&self, to: usize, words: Vec<u64>) -> Result<()> {
        self.senders[to].send(words).map_err(|_| Error::RankLost { rank: to })
    }

    /// Appends the words of a rank.
    fn receive(&self, from: usize, expected: usize, words: &mut Vec<u64>) -> Result<()> {
        let received = self.receivers[from].recv().map_err(|_| Error::RankLost { rank: from })?;
        if received.len() != expected {
            return Err(Error::LengthMismatch { name: "the words of another rank", found: received.len(), expected });
        }
        words.extend(received);
        Ok(())
    }

    /// The words of all ranks, of this length each.
    fn receive_all(&self, each: usize) -> Result<Vec<u64>> {
        let mut words = Vec::with_capacity(each * self.size());
        (0..self.size()).try_for_each(|from| self.receive(from, each, &mut words))?;
        Ok(words)
    }
}

impl Communicator for ThreadRank {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.senders.len()
    }

    fn all_gather(&self, own: &[u64]) -> Result<Vec<u64>> {
        (0..self.size()).try_for_each(|to| self.send(to, own.to_vec()))?;
        self.receive_all(own.len())
    }

    fn all_to_all(&self, parts: &[u64]) -> Result<Vec<u64>> {
        let each = length_of_part(parts, self.size())?;
        (0..self.size()).try_for_each(|to| self.send(to, parts[to * each..(to + 1) * each].to_vec()))?;
        self.receive_all(each)
    }

    fn gather(&self, own: &[u64]) -> Result<Vec<u64>> {
        self.send(0, own.to_vec())?;
        if self.rank == 0 { self.receive_all(own.len()) } else { Ok(Vec::new()) }
    }

    fn broadcast(&self, words: &mut [u64]) -> Result<()> {
        if self.rank == 0 {
            return (1..self.size()).try_for_each(|to| self.send(to, words.to_vec()));
        }
        let mut received = Vec::new();
        self.receive(0, words.len(), &mut received)?;
        words.copy_from_slice(&received);
        Ok(())
    }
}
