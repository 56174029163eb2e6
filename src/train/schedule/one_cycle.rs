//! The one-cycle policy.

use super::cosine::anneal;
use crate::error::{Error, Result};
use crate::train::check::{check_fraction, check_not_negative};

/// The one-cycle policy of Smith & Topin, *Super-convergence: very fast training of neural networks using large learning
/// rates* (2018), with the cosines of PyTorch's `OneCycleLR`: up to the largest rate, then down to nearly 0.
///
/// ```
/// use rheos::train::OneCycle;
///
/// let schedule = OneCycle::new(0.5, 11).rise(6.0 / 11.0); // the largest rate in step 5, counted from 0
/// assert!((schedule.rate(0)? - 0.5 / 25.0).abs() < 1e-15);
/// assert!((schedule.rate(5)? - 0.5).abs() < 1e-15);
/// assert!((schedule.rate(10)? - 0.5 / 25.0 / 1e4).abs() < 1e-15);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OneCycle {
    rate: f64,
    steps: u64,
    rise: f64,
    start: f64,
    end: f64,
}

impl OneCycle {
    /// With the largest rate and the number of steps. 0.3 of the steps rise, from the rate over 25, and the others fall to
    /// 1e-4 of the first rate.
    #[must_use]
    pub const fn new(rate: f64, steps: u64) -> Self {
        Self { rate, steps, rise: 0.3, start: 25.0, end: 1e4 }
    }

    /// With this part of the steps before the largest rate, in `[0, 1]`.
    #[must_use]
    pub const fn rise(mut self, part: f64) -> Self {
        self.rise = part;
        self
    }

    /// With these ratios, at least 1, of the largest to the first rate and of the first to the last rate.
    #[must_use]
    pub const fn ratios(mut self, start: f64, end: f64) -> Self {
        self.start = start;
        self.end = end;
        self
    }

    /// The learning rate of a step, counted from 0. After all steps it stays the last one.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a setting outside its domain.
    pub fn rate(&self, step: u64) -> Result<f64> {
        let Self { rate, steps, rise, start, end } = *self;
        self.check()?;
        let (first, last) = (rate / start, rate / start / end);
        let final_step = steps as f64 - 1.0;
        let step = final_step.min(step as f64);
        // The step of the largest rate need not be a whole number.
        let top = rise * steps as f64 - 1.0;
        Ok(if step > top {
            anneal(rate, last, (step - top) / (final_step - top))
        } else if top > 0.0 {
            anneal(first, rate, step / top)
        } else {
            rate
        })
    }

    /// Checks the settings.
    fn check(self) -> Result<()> {
        check_not_negative("rate", self.rate)?;
        check_fraction("rise", self.rise)?;
        let invalid = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
        if self.steps == 0 {
            return invalid("steps", 0.0, "positive");
        }
        for (name, value) in [("start", self.start), ("end", self.end)] {
            if !(value >= 1.0 && value.is_finite()) {
                return invalid(name, value, "finite and at least 1");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::OneCycle;
    use crate::error::Error;

    /// PyTorch 2.15, in double precision:
    ///
    /// ```text
    /// OneCycleLR(o, 0.1, total_steps=10)
    /// OneCycleLR(o, 0.1, total_steps=8, pct_start=0.5, div_factor=10, final_div_factor=100)
    /// OneCycleLR(o, 0.1, total_steps=2)
    /// ```
    #[test]
    fn values_are_those_of_pytorch() {
        let default = [
            0.004_000_000_000_000_003_6,
            0.052_000_000_000_000_005,
            0.1,
            0.095_048_463_201_347_38,
            0.081_174_565_394_976_3,
            0.061_126_202_193_628_93,
            0.038_874_197_806_371_07,
            0.018_825_834_605_023_7,
            0.004_951_936_798_652_629,
            4e-07,
        ];
        let settings = [
            0.009_999_999_999_999_995,
            0.0325,
            0.077_499_999_999_999_99,
            0.1,
            0.085_369_983_720_268_05,
            0.050_050_000_000_000_004,
            0.014_730_016_279_731_955,
            0.0001,
        ];
        let short = [0.081_174_565_394_976_3, 4e-07];
        let check = |schedule: OneCycle, expected: &[f64]| {
            for (step, expected) in (0..).zip(expected) {
                let found = schedule.rate(step).unwrap();
                assert!((found - expected).abs() < 1e-16, "{step}: {found} {expected}");
            }
        };
        check(OneCycle::new(0.1, 10), &default);
        check(OneCycle::new(0.1, 8).rise(0.5).ratios(10.0, 100.0), &settings);
        check(OneCycle::new(0.1, 2), &short);
        assert_eq!(OneCycle::new(0.1, 10).rate(u64::MAX), OneCycle::new(0.1, 10).rate(9));
    }

    /// Also the extreme settings have rates between the first, the largest and the last.
    #[test]
    fn extremes_are_finite() {
        for steps in 1..6 {
            for rise in [0.0, 1e-300, 0.2, 0.5, 1.0 / steps as f64, 1.0] {
                for step in 0..8 {
                    let rate = OneCycle::new(0.1, steps).rise(rise).rate(step).unwrap();
                    assert!((0.0..=0.1).contains(&rate), "{steps} {rise} {step}: {rate}");
                }
            }
        }
        assert_eq!(OneCycle::new(0.1, 3).rise(1.0).rate(2), Ok(0.1));
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        let refused = |schedule: OneCycle, argument| match schedule.rate(0) {
            Err(Error::InvalidArgument { name, .. }) => assert_eq!(name, argument),
            other => panic!("{argument}: {other:?}"),
        };
        refused(OneCycle::new(0.1, 0), "steps");
        refused(OneCycle::new(f64::NAN, 3), "rate");
        refused(OneCycle::new(0.1, 3).rise(1.5), "rise");
        refused(OneCycle::new(0.1, 3).ratios(0.5, 1.0), "start");
        refused(OneCycle::new(0.1, 3).ratios(1.0, f64::NAN), "end");
    }
}
