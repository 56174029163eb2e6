//! Serde for arrays of any length; serde itself serves fixed lengths only.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn serialize<T: Serialize, W: Serializer, const N: usize>(x: &[T; N], to: W) -> Result<W::Ok, W::Error> {
    x.as_slice().serialize(to)
}

pub(super) fn deserialize<'a, T: Deserialize<'a>, R: Deserializer<'a>, const N: usize>(
    from: R,
) -> Result<[T; N], R::Error> {
    let found = Vec::deserialize(from)?;
    found.try_into().map_err(|found: Vec<T>| R::Error::invalid_length(found.len(), &"one slope per stage"))
}
