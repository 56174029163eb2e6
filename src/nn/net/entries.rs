//! The entries of the arguments and values of formulas.

use crate::error::{Error, Result};
use crate::formula::{Columns, MOST_BATCHES as MOST, Shape, Slices};

/// The entries of the arguments of a formula, or of its values.
pub(super) struct Entries<'a, T> {
    slices: [&'a [T]; MOST],
    count: usize,
    /// The number of samples of the first.
    pub(super) first_samples: usize,
    /// The place and the number of samples of one that differs.
    other: Option<(usize, usize)>,
}

impl<'a, T> Entries<'a, T> {
    #[inline]
    pub(super) fn of<F: Shape, S: Slices<Element = T>, K: Columns<S>>(x: &'a F::Of<S, K>) -> Self {
        let mut entries = Self { slices: [&[]; MOST], count: 0, first_samples: 0, other: None };
        F::each::<S, K>(x, &mut |slice, samples| {
            if entries.count == 0 {
                entries.first_samples = samples;
            } else if samples != entries.first_samples {
                entries.other = Some((entries.count, samples));
            }
            entries.slices[entries.count] = slice;
            entries.count += 1;
        });
        entries
    }

    #[inline]
    pub(super) fn slices(&self) -> &[&'a [T]] {
        &self.slices[..self.count]
    }

    /// The common number of samples.
    #[inline]
    pub(super) fn samples(&self, names: &[&'static str]) -> Result<usize> {
        match self.other {
            None => Ok(self.first_samples),
            Some((index, found)) => {
                let input = names.get(index).copied().unwrap_or("an argument");
                Err(Error::SampleMismatch { input, found, expected: self.first_samples })
            }
        }
    }

    /// Checks that all have this number of samples.
    #[inline]
    pub(super) fn check(&self, input: &'static str, expected: usize) -> Result<()> {
        let found = self.other.map_or(self.first_samples, |(_, found)| found);
        if found == expected { Ok(()) } else { Err(Error::SampleMismatch { input, found, expected }) }
    }
}
