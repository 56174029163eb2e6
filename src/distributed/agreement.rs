//! The common outcome of the ranks.

use super::{Communicator, Fingerprint, Place};
use crate::error::{Error, Result};

/// The longest message of an error that is sent, in bytes.
const LONGEST: usize = 4096;

/// The outcome of an operation on all ranks: the error of the first rank that failed, as [`Error::OnRank`], if one did.
///
/// Errors that a training may skip, about a number that is not finite, come after all others. A single rank keeps its own
/// error.
///
/// ```
/// use rheos::Error;
/// use rheos::distributed::{Communicator, agree, on_threads};
///
/// let outcomes = on_threads(3, |ranks| {
///     let own = if ranks.rank() == 1 { Err(Error::EmptyState) } else { Ok(()) };
///     agree(ranks, own)
/// });
/// assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::OnRank { rank: 1, .. }))));
/// ```
///
/// # Errors
/// [`Error::OnRank`] if a rank failed, or if one is at another point of the program; the errors of the communicator.
pub fn agree<T>(ranks: &dyn Communicator, outcome: Result<T>) -> Result<T> {
    if ranks.size() == 1 {
        return outcome;
    }
    let own = outcome.as_ref().map(|_| [0; 2]).map_err(Clone::clone);
    meet(ranks, Fingerprint::of(Place::Agreement), own)?;
    outcome
}

/// Exchanges two words between all ranks, or the failure of one of them. Every collective operation of this crate begins
/// here, so a rank that fails between two of them joins the next one and ends all ranks.
pub(crate) fn meet(
    ranks: &dyn Communicator,
    fingerprint: Fingerprint,
    outcome: Result<[u64; 2]>,
) -> Result<Vec<[u64; 2]>> {
    if ranks.size() == 1 {
        return Ok(vec![outcome?]);
    }
    let (own, text) = match outcome {
        Ok([a, b]) => ([0, fingerprint.finish(), a, b], Vec::new()),
        // Every rank has this error already, or cannot be reached.
        Err(error @ (Error::OnRank { .. } | Error::RankLost { .. })) => return Err(error),
        Err(error) => {
            let mut text = error.to_string().into_bytes();
            text.truncate(LONGEST);
            ([1, u64::from(error.is_non_finite()), text.len() as u64, 0], text)
        }
    };
    let all = ranks.all_gather(&own)?;
    let (rows, _) = all.as_chunks::<4>();
    if rows.iter().any(|[failed, ..]| *failed == 1) {
        return Err(failure(ranks, rows, text)?);
    }
    let [_, expected, ..] = rows[0];
    if let Some(rank) = rows.iter().position(|[_, found, ..]| *found != expected) {
        let reason = "it is at another point of the program than rank 0, or has other parameters, samples or states";
        return Err(Error::OnRank { rank, reason: reason.to_owned(), is_non_finite: false });
    }
    Ok(rows.iter().map(|&[_, _, a, b]| [a, b]).collect())
}

/// The error of the first rank that failed; one that no training may skip goes first.
fn failure(ranks: &dyn Communicator, rows: &[[u64; 4]], text: Vec<u8>) -> Result<Error> {
    let failed = |row: &[u64; 4]| row[0] == 1;
    let fatal = rows.iter().position(|row| failed(row) && row[1] == 0);
    let is_non_finite = fatal.is_none();
    let rank = fatal.or_else(|| rows.iter().position(failed)).unwrap_or_default();
    // A byte in each word: errors are rare.
    let longest = rows.iter().filter(|row| failed(row)).map(|row| row[2] as usize).max().unwrap_or_default();
    let mut words: Vec<u64> = text.into_iter().map(u64::from).collect();
    words.resize(longest, 0);
    let texts = ranks.all_gather(&words)?;
    let bytes: Vec<u8> = texts[rank * longest..][..rows[rank][2] as usize].iter().map(|&word| word as u8).collect();
    Ok(Error::OnRank { rank, reason: String::from_utf8_lossy(&bytes).into_owned(), is_non_finite })
}
