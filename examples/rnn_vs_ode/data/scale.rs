//! Standardisation of values.

use rheos::{Error, Result};

/// An affine map that takes values to mean 0 and standard deviation 1, and back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The value that becomes 0, in the unit of the data.
    pub mean: f64,
    /// The distance from the mean that becomes 1, in the unit of the data. Not 0 in a usable scale.
    pub std: f64,
}

impl Scale {
    /// Takes the mean and the population standard deviation (divisor `n`, like `numpy.std`) of `values`.
    ///
    /// # Errors
    ///
    /// `Error::LengthMismatch` without any value. `Error::InvalidArgument` for a value that is not finite, for
    /// values that are all equal, and for values so large or so close to each other that the deviation leaves the range
    /// of `f64`.
    pub fn fit(values: &[f64]) -> Result<Self> {
        let Some(&first) = values.first() else {
            return Err(Error::LengthMismatch { name: "values", found: 0, expected: 2 });
        };
        if let Some(&value) = values.iter().find(|value| !value.is_finite()) {
            return Err(Error::InvalidArgument { name: "values", value, expected: "finite" });
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        // The rounded mean of equal values can differ from them, which would give a tiny deviation instead of 0.
        let std = if values.iter().all(|&value| value == first) {
            0.0
        } else {
            let squares = values.iter().map(|value| (value - mean).powi(2));
            (squares.sum::<f64>() / count).sqrt()
        };
        if !(std > 0.0 && std.is_finite()) {
            return Err(Error::InvalidArgument {
                name: "std",
                value: std,
                expected: "positive and finite, from values that are not all equal",
            });
        }
        Ok(Self { mean, std })
    }

    /// From the unit of the data to the standardised one.
    pub fn apply(&self, value: f64) -> f64 {
        (value - self.mean) / self.std
    }

    /// From the standardised unit back to the unit of the data.
    pub fn invert(&self, scaled: f64) -> f64 {
        self.mean + self.std * scaled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_values_have_mean_zero_and_deviation_one() {
        let values = [316.1, 317.3, 314.9, 320.25, 318.0];
        let scale = Scale::fit(&values).unwrap();
        let scaled = values.map(|value| scale.apply(value));
        let again = Scale::fit(&scaled).unwrap();
        assert!(again.mean.abs() < 1e-13, "{again:?}");
        assert!((again.std - 1.0).abs() < 1e-13, "{again:?}");
        for (value, scaled) in values.into_iter().zip(scaled) {
            assert!((scale.invert(scaled) - value).abs() < 1e-12);
        }
    }

    #[test]
    fn unusable_values_are_refused() {
        let none = Error::LengthMismatch { name: "values", found: 0, expected: 2 };
        assert_eq!(Scale::fit(&[]).unwrap_err(), none);
        let infinite = Error::InvalidArgument { name: "values", value: f64::NEG_INFINITY, expected: "finite" };
        let values = [1.0, f64::NEG_INFINITY, f64::INFINITY];
        assert_eq!(Scale::fit(&values).unwrap_err(), infinite);
        let std = |value| Error::InvalidArgument {
            name: "std",
            value,
            expected: "positive and finite, from values that are not all equal",
        };
        assert_eq!(Scale::fit(&[7.0]).unwrap_err(), std(0.0));
        // 0.1 + 0.1 + 0.1 is not three times 0.1 in binary.
        assert_eq!(Scale::fit(&[0.1; 3]).unwrap_err(), std(0.0));
        // The squares underflow or overflow.
        assert_eq!(Scale::fit(&[0.0, 1e-200]).unwrap_err(), std(0.0));
        let large = Scale::fit(&[-1e200, 1e200]);
        assert_eq!(large.unwrap_err(), std(f64::INFINITY));
    }
}
