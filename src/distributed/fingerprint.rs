//! A hash of the state of a rank, to compare it with other ranks.

/// The point of the program at which ranks meet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// [`agree`](super::agree).
    Agreement,
    /// [`sum`](super::sum).
    Sum,
    /// A step of a training.
    Gradient,
    /// The loss of a batch.
    Loss,
    /// The end of an epoch.
    Epoch,
    /// A file that the root reads.
    #[cfg(feature = "checkpoint")]
    File,
    /// An ensemble.
    Ensemble,
    /// The outcomes of an ensemble.
    Outcomes,
}

/// A hash of a place and of words. Each word enters by a bijection, so values that differ in one word have different hashes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) const fn of(place: Place) -> Self {
        Self(place as u64).word(0)
    }

    /// With one word more.
    pub(crate) const fn word(self, word: u64) -> Self {
        // Odd, so the product is a bijection: 2⁶⁴ over the golden ratio.
        Self((self.0.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// With the bits of these numbers, and their count.
    pub(crate) fn numbers(self, numbers: &[f64]) -> Self {
        numbers.iter().fold(self, |hash, x| hash.word(x.to_bits())).word(numbers.len() as u64)
    }

    pub(crate) const fn finish(self) -> u64 {
        self.0
    }
}
