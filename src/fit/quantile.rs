//! Quantiles of the normal distribution and of Student's.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::error::{Error, Result};

/// Half the width of a two-sided interval at this level, in standard errors: a quantile of Student's distribution with these
/// degrees of freedom, or of the normal one without.
///
/// # Errors
/// [`Error::InvalidArgument`] for a level outside `(0, 1)`, and [`Error::LengthMismatch`] without degrees of freedom.
pub(super) fn half_width(level: f64, degrees_of_freedom: Option<usize>) -> Result<f64> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::InvalidArgument { name: "level", value: level, expected: "between 0 and 1" });
    }
    // The lower tail keeps its digits when the level is close to 1.
    let tail = 0.5 * (1.0 - level);
    let too_few = Error::LengthMismatch { name: "degrees of freedom", found: 0, expected: 1 };
    Ok(-match degrees_of_freedom {
        None => Normal::standard().inverse_cdf(tail),
        Some(degrees) => StudentsT::new(0.0, 1.0, degrees as f64).map_err(|_| too_few)?.inverse_cdf(tail),
    })
}

#[cfg(test)]
mod tests {
    use super::half_width;

    /// From tables: Abramowitz & Stegun, 26.7 and 26.2; the last one is `tan(π (1 − 1e-6)/2)`.
    #[test]
    fn quantiles_are_those_of_tables() {
        let expected = [
            (0.95, Some(1), 12.706_204_736_174_7),
            (0.95, Some(2), 4.302_652_729_749_46),
            (0.95, Some(5), 2.570_581_835_636_31),
            (0.95, Some(36), 2.028_094_000_980_45),
            (0.95, Some(1000), 1.962_339_080_826_41),
            (0.95, None, 1.959_963_984_540_05),
            (0.99, None, 2.575_829_303_548_90),
            (1.0 - 1e-6, Some(1), (std::f64::consts::FRAC_PI_2 * (1.0 - 1e-6)).tan()),
        ];
        for (level, degrees, expected) in expected {
            let found = half_width(level, degrees).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-9, "{level} {degrees:?}: {found}");
        }
        assert!(half_width(0.95, Some(0)).is_err());
        for level in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(half_width(level, None).is_err());
        }
    }
}
