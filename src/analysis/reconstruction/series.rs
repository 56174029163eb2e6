//! Checks of a series, and its units.

use crate::error::{Error, Result};

/// Checks that a series is finite and has at least `least` members.
///
/// # Errors
/// [`Error::LengthMismatch`] and [`Error::InvalidEntry`].
pub(super) fn check<const N: usize>(name: &'static str, series: &[[f64; N]], least: usize) -> Result<()> {
    if series.len() < least {
        return Err(Error::LengthMismatch { name, found: series.len(), expected: least });
    }
    for (index, x) in series.iter().enumerate() {
        if let Some(&value) = x.iter().find(|x| !x.is_finite()) {
            return Err(Error::InvalidEntry { name, index, value, expected: "finite" });
        }
    }
    Ok(())
}

/// The least standard deviation of a component, in units of its largest value: below it is rounding.
const RESOLUTION: f64 = 1e-13;

/// The unit of a component.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    mean: f64,
    deviation: f64,
}

impl Moments {
    /// A number without the mean, in standard deviations. Halves do not overflow.
    pub(super) fn standardised(self, x: f64) -> f64 {
        (0.5 * x - 0.5 * self.mean) / (0.5 * self.deviation)
    }
}

/// The mean and the standard deviation of a component.
///
/// # Errors
/// [`Error::InvalidEntry`] with the index of the component, if it is constant up to rounding.
pub(super) fn moments<const N: usize>(name: &'static str, series: &[[f64; N]], i: usize) -> Result<Moments> {
    // In units of the largest value, whose square does not overflow.
    let largest = series.iter().map(|x| x[i].abs()).fold(0.0, f64::max);
    let (n, unit) = (series.len() as f64, if largest > 0.0 { largest } else { 1.0 });
    let mean = series.iter().map(|x| x[i] / unit).sum::<f64>() / n;
    let deviation = (series.iter().map(|x| (x[i] / unit - mean).powi(2)).sum::<f64>() / n).sqrt();
    if deviation > RESOLUTION && (deviation * unit).is_normal() {
        return Ok(Moments { mean: mean * unit, deviation: deviation * unit });
    }
    let expected = "a component that varies by more than rounding; this is its standard deviation";
    Err(Error::InvalidEntry { name, index: i, value: deviation * unit, expected })
}
