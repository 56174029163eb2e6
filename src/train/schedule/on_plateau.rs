//! Decay on a plateau of the validation loss.

use crate::error::{Error, Result};
use crate::train::check::{check_below_one, check_not_negative};

/// Multiplies the rate by a factor whenever the validation loss has not improved for longer than its patience, like
/// PyTorch's `ReduceLROnPlateau`.
///
/// ```
/// use rheos::train::OnPlateau;
///
/// let mut schedule = OnPlateau::new(0.1).patience(1).factor(0.5);
/// for loss in [1.0, 0.8, 0.9, 0.8] {
///     schedule.observe(loss)?;
/// }
/// assert_eq!(schedule.rate()?, 0.05);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OnPlateau {
    rate: f64,
    factor: f64,
    patience: u64,
    min_rate: f64,
    threshold: f64,
    best: Option<f64>,
    /// The number of losses in a row that were no improvement.
    stagnant: u64,
}

impl OnPlateau {
    /// From this rate: with the factor 0.1, a patience of 10 losses, and the threshold 1e-4.
    #[must_use]
    pub const fn new(rate: f64) -> Self {
        Self { rate, factor: 0.1, patience: 10, min_rate: 0.0, threshold: 1e-4, best: None, stagnant: 0 }
    }

    /// With this factor, in `[0, 1)`.
    #[must_use]
    pub const fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// With this many losses in a row that need not improve.
    #[must_use]
    pub const fn patience(mut self, losses: u64) -> Self {
        self.patience = losses;
        self
    }

    /// Never decays below this rate.
    #[must_use]
    pub const fn min_rate(mut self, rate: f64) -> Self {
        self.min_rate = rate;
        self
    }

    /// A loss improves if it is below the best one by more than this part of its size, in `[0, 1)`.
    #[must_use]
    pub const fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// The learning rate of the next step.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a setting outside its domain.
    pub fn rate(&self) -> Result<f64> {
        check_not_negative("rate", self.rate)?;
        check_below_one("factor", self.factor)?;
        check_not_negative("min_rate", self.min_rate)?;
        check_below_one("threshold", self.threshold)?;
        Ok(self.rate)
    }

    /// Reports a validation loss.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a loss that is not finite, or a setting outside its domain. The schedule is then
    /// unchanged.
    pub fn observe(&mut self, validation_loss: f64) -> Result<()> {
        let rate = self.rate()?;
        if !validation_loss.is_finite() {
            return Err(Error::InvalidArgument { name: "validation_loss", value: validation_loss, expected: "finite" });
        }
        if self.best.is_none_or(|best| validation_loss < best - self.threshold * best.abs()) {
            self.best = Some(validation_loss);
            self.stagnant = 0;
        } else if self.stagnant < self.patience {
            self.stagnant += 1;
        } else {
            // A first rate below the smallest one stays.
            self.rate = (rate * self.factor).max(self.min_rate).min(rate);
            self.stagnant = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::OnPlateau;
    use crate::error::Error;

    fn rates(mut schedule: OnPlateau, losses: &[f64]) -> Vec<f64> {
        losses.iter().map(|loss| schedule.observe(*loss).and_then(|()| schedule.rate()).unwrap()).collect()
    }

    /// PyTorch 2.15, `ReduceLROnPlateau(o, factor=0.2, patience=2, min_lr=0.001)` with the learning rate 0.1.
    #[test]
    fn values_are_those_of_pytorch() {
        let losses = [1.0, 0.9, 0.91, 0.95, 0.9, 0.8999, 0.8, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85];
        let expected =
            [0.1, 0.1, 0.1, 0.1, 0.02, 0.02, 0.02, 0.02, 0.02, 0.004, 0.004, 0.004, 0.001, 0.001, 0.001, 0.001];
        let found = rates(OnPlateau::new(0.1).factor(0.2).patience(2).min_rate(0.001), &losses);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-16, "{found} {expected}");
        }
    }

    /// A likelihood may be negative.
    #[test]
    fn a_negative_loss_improves_downwards() {
        let schedule = OnPlateau::new(1.0).patience(0).factor(0.5).threshold(0.1);
        assert_eq!(rates(schedule, &[-10.0, -10.5, -11.5, -12.0]), [1.0, 0.5, 0.5, 0.25]);
    }

    #[test]
    fn wrong_losses_and_settings_are_refused() {
        let mut schedule = OnPlateau::new(0.1);
        schedule.observe(1.0).unwrap();
        let before = schedule;
        for loss in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let refused = schedule.observe(loss);
            assert!(matches!(refused, Err(Error::InvalidArgument { name: "validation_loss", .. })), "{refused:?}");
        }
        assert_eq!(schedule, before);
        let refused = |schedule: OnPlateau, argument| match (schedule.rate(), schedule.clone().observe(1.0)) {
            (Err(Error::InvalidArgument { name, .. }), Err(_)) => assert_eq!(name, argument),
            other => panic!("{argument}: {other:?}"),
        };
        for bad in [-0.1, f64::NAN] {
            refused(OnPlateau::new(bad), "rate");
            refused(schedule.min_rate(bad), "min_rate");
            refused(schedule.factor(bad), "factor");
            refused(schedule.threshold(bad), "threshold");
        }
        refused(schedule.factor(1.0), "factor");
    }
}
