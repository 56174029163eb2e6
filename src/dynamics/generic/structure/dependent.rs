//! A number with the marks of the coordinates that it depends on.

use std::cmp::Ordering;

/// The words of the marks.
pub(super) const WORDS: usize = 8;

/// The number of different marks.
pub(super) const MARKS: usize = 64 * WORDS;

/// Marks, as bits.
pub(super) type Marks = [u64; WORDS];

/// A number with the marks of the coordinates that it depends on. A product with zero depends on both factors.
///
/// The field computes its value, so it takes the branches of the point of evaluation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dependent {
    pub value: f64,
    pub marks: Marks,
}

impl Dependent {
    #[inline]
    pub fn map(mut self, f: impl Fn(f64) -> f64) -> Self {
        self.value = f(self.value);
        self
    }

    #[inline]
    pub fn combine(mut self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        self.value = f(self.value, other.value);
        for (mark, other) in self.marks.iter_mut().zip(other.marks) {
            *mark |= other;
        }
        self
    }

    /// The marks, in order.
    pub fn marks(&self) -> impl Iterator<Item = usize> + '_ {
        self.marks.iter().enumerate().flat_map(|(word, &bits)| {
            std::iter::successors(Some(bits), |bits| Some(bits & bits.wrapping_sub(1)))
                .take_while(|&bits| bits != 0)
                .map(move |bits| 64 * word + bits.trailing_zeros() as usize)
        })
    }
}

/// The bit of one mark.
pub(super) const fn bit(mark: usize) -> (usize, u64) {
    (mark / 64, 1 << (mark % 64))
}

impl From<f64> for Dependent {
    #[inline]
    fn from(value: f64) -> Self {
        Self { value, marks: [0; WORDS] }
    }
}

impl PartialEq for Dependent {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialOrd for Dependent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl PartialEq<f64> for Dependent {
    fn eq(&self, other: &f64) -> bool {
        self.value == *other
    }
}

impl PartialOrd<f64> for Dependent {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}
