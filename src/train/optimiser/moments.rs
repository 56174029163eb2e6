//! The exponential averages of the gradient and of its square.

use crate::error::{Error, Result};
use crate::simd::vectorized;
use crate::train::check::check_below_one;

/// First and second moment of every derivative, with their rates of decay.
///
/// The next moments are computed beside the current ones, which stay if the step fails.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Moments {
    pub(super) beta1: f64,
    pub(super) beta2: f64,
    steps: u32,
    each: Vec<(f64, f64)>,
    #[cfg_attr(feature = "serde", serde(skip))]
    next: Vec<(f64, f64)>,
}

impl Clone for Moments {
    fn clone(&self) -> Self {
        let Self { beta1, beta2, steps, .. } = *self;
        Self { beta1, beta2, steps, each: self.each.clone(), next: Vec::new() }
    }
}

impl PartialEq for Moments {
    fn eq(&self, other: &Self) -> bool {
        let key = |moments: &Self| (moments.beta1, moments.beta2, moments.steps);
        key(self) == key(other) && self.each == other.each
    }
}

impl Moments {
    pub(super) const fn new() -> Self {
        Self { beta1: 0.9, beta2: 0.999, steps: 0, each: Vec::new(), next: Vec::new() }
    }

    /// Averages one more gradient, to the [next](Self::next) moments.
    pub(super) fn advance(&mut self, gradient: &[f64]) -> Result<()> {
        let Self { beta1, beta2, .. } = *self;
        check_below_one("beta1", beta1)?;
        check_below_one("beta2", beta2)?;
        self.check_memory(gradient.len())?;
        // Without an early exit the pass is vectorised.
        let squares_are_finite = gradient.iter().fold(true, |all, g| all & (g * g).is_finite());
        if !squares_are_finite && let Some(index) = gradient.iter().position(|g| !(g * g).is_finite()) {
            let expected = "finite, with a finite square";
            return Err(Error::InvalidEntry { name: "gradient", index, value: gradient[index], expected });
        }
        self.next.resize(gradient.len(), (0.0, 0.0));
        if self.each.is_empty() {
            // The first averages stay absent until they are committed.
            let averages = gradient.iter().map(|g| ((1.0 - beta1) * g, (1.0 - beta2) * g * g));
            self.next.iter_mut().zip(averages).for_each(|(next, averages)| *next = averages);
            return Ok(());
        }
        let (each, next) = (&self.each, &mut self.next);
        vectorized(
            #[inline(always)]
            || {
                for ((next, (m, v)), g) in next.iter_mut().zip(each).zip(gradient) {
                    *next = (beta1 * m + (1.0 - beta1) * g, beta2 * v + (1.0 - beta2) * g * g);
                }
            },
        );
        Ok(())
    }

    /// Makes the next moments the current ones.
    pub(super) fn commit(&mut self) {
        std::mem::swap(&mut self.each, &mut self.next);
        self.steps = self.steps.saturating_add(1);
    }

    /// Checks moments that may have been deserialized.
    fn check_memory(&self, params: usize) -> Result<()> {
        let started = self.steps > 0 || !self.each.is_empty();
        if started && params != self.each.len() {
            return Err(Error::LengthMismatch { name: "params", found: params, expected: self.each.len() });
        }
        let valid = |&(m, v): &(f64, f64)| m.is_finite() && v.is_finite() && v >= 0.0;
        let all_valid = self.each.iter().fold(true, |all, moments| all & valid(moments));
        if !all_valid && let Some(index) = self.each.iter().position(|moments| !valid(moments)) {
            let expected = "finite and, for the second moment, not negative";
            let (m, v) = self.each[index];
            let value = if m.is_finite() { v } else { m };
            return Err(Error::InvalidEntry { name: "moments", index, value, expected });
        }
        Ok(())
    }

    /// See [`Optimiser::map_memory`](super::Optimiser::map_memory).
    pub(super) fn map(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        if !self.each.is_empty() {
            let (first, roots): (Vec<f64>, Vec<f64>) = self.each.iter().map(|(m, v)| (*m, v.sqrt())).unzip();
            let (first, roots) = (map(&first)?, map(&roots)?);
            if roots.len() != first.len() {
                return Err(Error::LengthMismatch { name: "memory", found: roots.len(), expected: first.len() });
            }
            self.each = first.into_iter().zip(roots).map(|(m, root)| (m, root * root)).collect();
        }
        Ok(())
    }

    /// The next moments of every derivative.
    pub(super) fn next(&self) -> &[(f64, f64)] {
        &self.next
    }

    /// The number of gradients in the next moments.
    pub(super) fn steps(&self) -> f64 {
        f64::from(self.steps.saturating_add(1))
    }

    /// `β₁ᵗ` and `β₂ᵗ` after `t` gradients, the next one included.
    pub(super) fn powers(&self) -> [f64; 2] {
        let t = i32::try_from(self.steps.saturating_add(1)).unwrap_or(i32::MAX);
        [self.beta1.powi(t), self.beta2.powi(t)]
    }
}

#[cfg(test)]
mod tests {
    use super::Moments;
    use crate::error::Error;

    #[test]
    fn a_deserialized_memory_is_checked() {
        let with = |steps, each: &[(f64, f64)]| Moments { steps, each: each.to_vec(), ..Moments::new() };
        for (mut moments, found) in [(with(1, &[]), 0), (with(0, &[(0.0, 0.0)]), 1), (with(3, &[(0.0, 0.0); 3]), 3)] {
            let expected = Error::LengthMismatch { name: "params", found: 2, expected: found };
            assert_eq!(moments.advance(&[1.0, 2.0]).err(), Some(expected));
        }
        for bad in [(f64::NAN, 0.0), (0.0, f64::NAN), (0.0, f64::INFINITY), (0.0, -1.0)] {
            let refused = with(1, &[(0.0, 0.0), bad]).advance(&[1.0, 2.0]).err();
            assert!(matches!(refused, Some(Error::InvalidEntry { name: "moments", index: 1, .. })), "{refused:?}");
        }
        assert!(with(u32::MAX, &[(0.0, 0.0)]).advance(&[1.0]).is_ok());
    }

    #[test]
    fn a_map_to_two_lengths_is_refused() {
        let each = vec![(1.0, 4.0), (2.0, 9.0)];
        let mut moments = Moments { steps: 1, each: each.clone(), ..Moments::new() };
        let mut calls = 0;
        let refused = moments.map(&mut |numbers| {
            calls += 1;
            Ok(numbers[..numbers.len() + 1 - calls].to_vec())
        });
        assert_eq!(refused, Err(Error::LengthMismatch { name: "memory", found: 1, expected: 2 }));
        assert_eq!(moments.each, each);
    }
}
