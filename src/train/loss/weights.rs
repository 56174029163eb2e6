//! The weights of the terms of a loss.

use std::ops::Range;

use super::check::check_length;
use crate::error::{Error, Result};

/// Checked weights, with the sum over all terms.
pub(super) struct Weights<'w> {
    lists: Option<&'w [Vec<f64>]>,
    sum: f64,
}

impl<'w> Weights<'w> {
    /// Checks the `lists` against the number of terms of each output.
    pub(super) fn new(lists: Option<&'w [Vec<f64>]>, terms: &[usize]) -> Result<Self> {
        let all: usize = terms.iter().sum();
        let Some(lists) = lists else { return Ok(Self { lists: None, sum: all as f64 }) };
        check_length("weights", lists.len(), terms.len())?;
        let mut sum = 0.0;
        for (index, (list, &terms)) in lists.iter().zip(terms).enumerate() {
            if (list.is_empty() && terms > 0) || !terms.is_multiple_of(list.len().max(1)) {
                return Err(Error::ShapeMismatch { name: "weights", index, found: list.len(), expected: terms });
            }
            if let Some(&value) = list.iter().find(|w| !(w.is_finite() && **w >= 0.0)) {
                return Err(Error::InvalidEntry { name: "weights", index, value, expected: "finite and not negative" });
            }
            sum += list.iter().sum::<f64>() * run(terms, list.len()) as f64;
        }
        if all > 0 && !(sum > 0.0 && sum.is_finite()) {
            return Err(Error::InvalidArgument { name: "weights", value: sum, expected: "of a positive, finite sum" });
        }
        Ok(Self { lists: Some(lists), sum })
    }

    /// The runs of terms of one output that have the same positive weight. The weights are divided by the sum of all.
    pub(super) fn runs(&self, output: usize, terms: usize) -> impl Iterator<Item = (f64, Range<usize>)> {
        let list = self.lists.and_then(|lists| lists.get(output)).map_or(&[1.0][..], Vec::as_slice);
        let length = run(terms, list.len());
        let runs = list.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
        runs.map(move |(i, weight)| (weight / self.sum, i * length..(i + 1) * length))
    }
}

/// The number of terms for each of the weights.
fn run(terms: usize, weights: usize) -> usize {
    terms / weights.max(1)
}

#[cfg(test)]
mod tests {
    use super::Weights;
    use crate::error::Error;

    #[test]
    fn a_list_weighs_runs_of_equal_length() {
        let lists = [vec![1.0, 0.0, 3.0], vec![2.0]];
        let weights = Weights::new(Some(&lists), &[6, 4]).unwrap();
        assert_eq!(weights.runs(0, 6).collect::<Vec<_>>(), [(1.0 / 16.0, 0..2), (3.0 / 16.0, 4..6)]);
        assert_eq!(weights.runs(1, 4).collect::<Vec<_>>(), [(2.0 / 16.0, 0..4)]);
        let equal = Weights::new(None, &[6, 4]).unwrap();
        assert_eq!(equal.runs(1, 4).collect::<Vec<_>>(), [(0.1, 0..4)]);
    }

    #[test]
    fn weights_outside_their_domain_are_refused() {
        let refused = |lists: &[Vec<f64>], terms: &[usize]| Weights::new(Some(lists), terms).err();
        assert_eq!(refused(&[], &[2]), Some(Error::LengthMismatch { name: "weights", found: 0, expected: 1 }));
        for found in [0, 2, 6] {
            let expected = Error::ShapeMismatch { name: "weights", index: 0, found, expected: 3 };
            assert_eq!(refused(&[vec![1.0; found]], &[3]), Some(expected));
        }
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            let found = refused(&[vec![1.0], vec![1.0, value]], &[2, 2]);
            assert!(matches!(found, Some(Error::InvalidEntry { name: "weights", index: 1, .. })), "{found:?}");
        }
        for (value, sum) in [(0.0, 0.0), (1e308, f64::INFINITY)] {
            let expected = "of a positive, finite sum";
            let expected = Error::InvalidArgument { name: "weights", value: sum, expected };
            assert_eq!(refused(&[vec![value], vec![value]], &[2, 2]), Some(expected));
        }
        assert_eq!(refused(&[], &[]), None);
        assert_eq!(refused(&[vec![]], &[0]), None);
    }
}
