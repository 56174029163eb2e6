//! Half a cosine.

use std::f64::consts::PI;

use crate::error::{Error, Result};
use crate::train::check::check_not_negative;

/// A linear warm-up to the rate, then half a cosine down to a floor, where the rate stays.
///
/// Loshchilov & Hutter, *SGDR: stochastic gradient descent with warm restarts* (2017), equation 5, without restarts. Of
/// `w` steps of warm-up, the first has `1/(w + 1)` of the rate. With steps from 0, step `w` has the whole rate, and the
/// step of the total number, the first one after training, has the floor.
///
/// ```
/// use rheos::train::Cosine;
///
/// let schedule = Cosine::new(0.4, 9).warm_up(1);
/// let rates = [0, 1, 5, 9].map(|step| schedule.rate(step));
/// for (rate, expected) in rates.into_iter().zip([0.2, 0.4, 0.2, 0.0]) {
///     assert!((rate? - expected).abs() < 1e-15);
/// }
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cosine {
    rate: f64,
    steps: u64,
    warm_up: u64,
    floor: f64,
}

impl Cosine {
    /// With the largest rate and the number of steps, without warm-up and down to 0.
    #[must_use]
    pub const fn new(rate: f64, steps: u64) -> Self {
        Self { rate, steps, warm_up: 0, floor: 0.0 }
    }

    /// With this many steps of warm-up, fewer than all.
    #[must_use]
    pub const fn warm_up(mut self, steps: u64) -> Self {
        self.warm_up = steps;
        self
    }

    /// With this last rate, at most the largest.
    #[must_use]
    pub const fn floor(mut self, rate: f64) -> Self {
        self.floor = rate;
        self
    }

    /// The learning rate of a step, counted from 0.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a setting outside its domain.
    pub fn rate(&self, step: u64) -> Result<f64> {
        let Self { rate, steps, warm_up, floor } = *self;
        self.check()?;
        Ok(if step < warm_up {
            rate * ((step + 1) as f64 / (warm_up as f64 + 1.0))
        } else if step < steps {
            anneal(rate, floor, (step - warm_up) as f64 / (steps - warm_up) as f64)
        } else {
            floor
        })
    }

    /// Checks the settings.
    fn check(self) -> Result<()> {
        let Self { rate, steps, warm_up, floor } = self;
        let invalid = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
        check_not_negative("rate", rate)?;
        check_not_negative("floor", floor)?;
        if steps == 0 {
            return invalid("steps", 0.0, "positive");
        }
        if warm_up >= steps {
            return invalid("warm_up", warm_up as f64, "below the number of steps");
        }
        if floor > rate {
            return invalid("floor", floor, "at most the largest rate");
        }
        Ok(())
    }
}

/// From `start` to `end` along half a cosine, at a part of the way.
pub(super) fn anneal(start: f64, end: f64, part: f64) -> f64 {
    end + 0.5 * (start - end) * (1.0 + (PI * part).cos())
}

#[cfg(test)]
mod tests {
    use super::Cosine;
    use crate::error::Error;

    fn rates(schedule: Cosine, steps: u64) -> Vec<f64> {
        (0..steps).map(|step| schedule.rate(step).unwrap()).collect()
    }

    /// PyTorch 2.15, `o` an optimiser of learning rate 0.1, in double precision:
    ///
    /// ```text
    /// CosineAnnealingLR(o, 8, eta_min=0.01)
    /// SequentialLR(o, [LinearLR(o, start_factor=1/5, total_iters=4), CosineAnnealingLR(o, 6, eta_min=0.01)], [4])
    /// ```
    #[test]
    fn values_are_those_of_pytorch() {
        let plain = [
            0.1,
            0.096_574_578_963_007_9,
            0.086_819_805_153_394_63,
            0.072_220_754_456_429_05,
            0.055,
            0.037_779_245_543_570_96,
            0.023_180_194_846_605_363,
            0.013_425_421_036_992_097,
            0.01,
        ];
        let warm = [
            0.020_000_000_000_000_004,
            0.040_000_000_000_000_01,
            0.060_000_000_000_000_01,
            0.080_000_000_000_000_02,
            0.1,
            0.093_971_143_170_299_75,
            0.077_500_000_000_000_01,
            0.055_000_000_000_000_014,
            0.032_500_000_000_000_015,
            0.016_028_856_829_700_26,
            0.01,
        ];
        let schedule = Cosine::new(0.1, 8).floor(0.01);
        for (found, expected) in rates(schedule, 9).iter().zip(plain) {
            assert!((found - expected).abs() < 1e-16, "{found} {expected}");
        }
        let schedule = Cosine::new(0.1, 10).warm_up(4).floor(0.01);
        for (found, expected) in rates(schedule, 11).iter().zip(warm) {
            assert!((found - expected).abs() < 1e-16, "{found} {expected}");
        }
        assert_eq!(schedule.rate(u64::MAX), Ok(0.01));
        assert_eq!(Cosine::new(0.1, u64::MAX).warm_up(u64::MAX - 1).rate(u64::MAX - 1), Ok(0.1));
    }

    #[test]
    fn settings_outside_their_domain_are_refused() {
        let refused = |schedule: Cosine, argument| match schedule.rate(0) {
            Err(Error::InvalidArgument { name, .. }) => assert_eq!(name, argument),
            other => panic!("{argument}: {other:?}"),
        };
        refused(Cosine::new(0.1, 0), "steps");
        refused(Cosine::new(0.1, 3).warm_up(3), "warm_up");
        for bad in [-0.1, f64::NAN, f64::INFINITY] {
            refused(Cosine::new(bad, 3), "rate");
            refused(Cosine::new(0.1, 3).floor(bad), "floor");
        }
        refused(Cosine::new(0.1, 3).floor(0.2), "floor");
    }
}
