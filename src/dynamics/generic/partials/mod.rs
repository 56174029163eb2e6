//! Dual numbers with a fixed number of directions, stored as an array.
//!
//! The derivatives of a [`num_dual::DualSVec64`] are optional, so each of its operations branches. Loops over an array
//! become vector instructions.

mod arithmetic;
mod functions;

use crate::dynamics::Scalar;

/// A number and its derivatives along `K` directions. The number may be a dual number itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Partials<T, const K: usize> {
    pub value: T,
    pub partials: [T; K],
}

impl<T: Scalar, const K: usize> Partials<T, K> {
    /// A number without derivatives.
    #[inline]
    pub fn constant(value: T) -> Self {
        Self { value, partials: [T::zero(); K] }
    }

    /// A number with the derivative 1 along direction `k`.
    #[inline]
    pub fn variable(value: T, k: usize) -> Self {
        let mut variable = Self::constant(value);
        variable.partials[k] = T::one();
        variable
    }

    /// The number `value`, a function of this one with the derivative `slope`.
    #[inline]
    fn chain(mut self, value: T, slope: T) -> Self {
        self.value = value;
        if slope.re().is_finite() {
            self.partials.iter_mut().for_each(|partial| *partial *= slope);
        } else {
            // A number that is constant along a direction stays so, as in the root of a zero.
            self.partials.iter_mut().filter(|partial| !partial.is_zero()).for_each(|partial| *partial *= slope);
        }
        self
    }

    /// The number `value`, a function of this one and `other` with the derivatives `slope` and `other_slope`.
    #[inline]
    fn chain_both(self, other: &Self, value: T, slope: T, other_slope: T) -> Self {
        let mut sum = self.chain(value, slope);
        let other = other.chain(value, other_slope);
        sum.partials.iter_mut().zip(other.partials).for_each(|(sum, partial)| *sum += partial);
        sum
    }
}

#[cfg(test)]
mod tests;
