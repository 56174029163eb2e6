//! Files of the root.

use super::sum::CHUNK;
use super::{Communicator, Fingerprint, Place, meet};
use crate::error::Result;

/// The bytes that the root reads by `read`, on every rank; `None` if there is no file.
pub(crate) fn bytes_of_root(
    ranks: &dyn Communicator,
    read: impl FnOnce() -> Result<Option<Vec<u8>>>,
) -> Result<Option<Vec<u8>>> {
    let own = if ranks.rank() == 0 { read() } else { Ok(None) };
    if ranks.size() == 1 {
        return own;
    }
    let summary = own.as_ref().map(|file| match file {
        Some(bytes) => [1, bytes.len() as u64],
        None => [0; 2],
    });
    let all = meet(ranks, Fingerprint::of(Place::File), summary.map_err(Clone::clone))?;
    let [exists, length] = all[0];
    if exists == 0 {
        return Ok(None);
    }
    let length = length as usize;
    let mut bytes = own?.unwrap_or_default();
    bytes.resize(length.next_multiple_of(8), 0);
    let mut words: Vec<u64> = bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
    words.chunks_mut(CHUNK).try_for_each(|chunk| ranks.broadcast(chunk))?;
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
    bytes.truncate(length);
    Ok(Some(bytes))
}
