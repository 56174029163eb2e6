//! The bandwidth by leave-one-out cross-validation.

use super::parabola::{Window, least_width};

/// Bandwidths per factor of two.
const PER_OCTAVE: f64 = 4.0;
/// The relative decrease of the error below which two bandwidths are equally good: windows that had to grow are the same for
/// several bandwidths, up to rounding.
const EQUALLY_GOOD: f64 = 1e-9;
/// The mean square of rounding errors, relative to the largest value.
const ROUNDING: f64 = 1e-28;

/// The mean square error of predictions of the inner values from all others, in units of `scale²`; `None` if one is
/// undetermined or not finite.
///
/// The first and the last value are not predicted: that would be an extrapolation.
pub(super) fn prediction_error(times: &[f64], values: &[f64], scale: f64, h: f64) -> Option<f64> {
    let inner = 1..times.len() - 1;
    let count = inner.len() as f64;
    let mut sum = 0.0;
    for i in inner {
        let predicted = Window::new(times, times[i], h, Some(i)).fit(times, |k| values[k])?.value;
        sum += ((predicted - values[i]) / scale).powi(2);
    }
    Some(sum / count).filter(|error| error.is_finite())
}

/// The bandwidth with the smallest prediction error: the largest of equally good ones. `None` if no bandwidth determines all
/// predictions.
///
/// `times` are ascending, at least four.
pub(super) fn bandwidth(times: &[f64], values: &[f64]) -> Option<f64> {
    let n = times.len();
    let span = times[n - 1] - times[0];
    let width = |i: usize| least_width(times, times[i], Some(i));
    let smallest = (1..n - 1).map(width).fold(span, f64::min);
    let scale = values.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    if scale == 0.0 {
        return Some(span);
    }
    let octaves = (span / smallest).log2().max(0.0);
    let steps = (octaves * PER_OCTAVE).ceil() as u32;
    let mut best: Option<(f64, f64)> = None;
    for step in 0..=steps {
        let h = (span / (f64::from(step) / PER_OCTAVE).exp2()).max(smallest);
        if let Some(error) = prediction_error(times, values, scale, h)
            && best.is_none_or(|(least, _)| error < (1.0 - EQUALLY_GOOD) * least && least > ROUNDING)
        {
            best = Some((error, h));
        }
    }
    best.map(|(_, h)| h)
}
