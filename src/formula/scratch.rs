//! The buffers that one run or pullback at a time uses.

use crate::state::Element;

/// The values that a pullback does not read, and the cotangents of all values.
///
/// A sequence keeps the values of all its steps, but runs one step at a time, so one scratch serves all
/// [arenas](super::Arena) of a thread. An arena of few values has its own.
#[derive(Debug, Clone)]
pub(crate) struct Scratch<T> {
    pub(super) passing: Vec<T>,
    pub(super) bars: Vec<T>,
    pub(super) sum: Vec<T>,
    pub(super) ones: Vec<T>,
}

impl<T> Default for Scratch<T> {
    fn default() -> Self {
        Self { passing: Vec::new(), bars: Vec::new(), sum: Vec::new(), ones: Vec::new() }
    }
}

/// A slice of `len` entries with arbitrary contents, at the front of `vec`.
#[inline]
pub(super) fn room<T: Element>(vec: &mut Vec<T>, len: usize) -> &mut [T] {
    if vec.len() < len {
        vec.resize(len, T::zero());
    }
    &mut vec[..len]
}
