//! Exponential decay.

use crate::error::{Error, Result};
use crate::train::check::check_not_negative;

/// The rate `η γⁿ` in the `n`-th step, from 0.
///
/// ```
/// use rheos::train::Exponential;
///
/// assert_eq!(Exponential::new(0.5, 0.25).rate(1)?, 0.125);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Exponential {
    rate: f64,
    factor: f64,
}

impl Exponential {
    /// From the first rate `η`, with a factor `γ` per step, in `(0, 1]`.
    #[must_use]
    pub const fn new(rate: f64, factor: f64) -> Self {
        Self { rate, factor }
    }

    /// The learning rate of a step, counted from 0.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a setting outside its domain.
    pub fn rate(&self, step: u64) -> Result<f64> {
        let Self { rate, factor } = *self;
        check_not_negative("rate", rate)?;
        if !(factor > 0.0 && factor <= 1.0) {
            return Err(Error::InvalidArgument { name: "factor", value: factor, expected: "positive and at most 1" });
        }
        Ok(rate * factor.powf(step as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::Exponential;
    use crate::error::Error;

    #[test]
    fn the_decay_is_exponential() {
        let found: Vec<f64> = (0..5).map(|step| Exponential::new(0.1, 0.5).rate(step).unwrap()).collect();
        assert_eq!(found, [0.1, 0.05, 0.025, 0.0125, 0.00625]);
        assert_eq!(Exponential::new(0.1, 0.5).rate(u64::MAX), Ok(0.0));
        assert_eq!(Exponential::new(0.1, 1.0).rate(u64::MAX), Ok(0.1));
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        for factor in [0.0, -0.5, 1.1, f64::NAN] {
            let refused = Exponential::new(0.1, factor).rate(0);
            assert!(matches!(refused, Err(Error::InvalidArgument { name: "factor", .. })), "{refused:?}");
        }
        let refused = Exponential::new(-0.1, 0.5).rate(0);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "rate", .. })), "{refused:?}");
    }
}
