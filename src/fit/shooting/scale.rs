//! The scale of the coordinates of a state.

use crate::error::{Error, Result};
use crate::state::State;

/// The state with every coordinate divided by its scale.
pub(super) fn divided<Y: State>(y: &Y, scale: &[f64]) -> Y {
    each(y, scale, |y, scale| y / scale)
}

/// The state with every coordinate multiplied by its scale.
pub(super) fn multiplied<Y: State>(y: &Y, scale: &[f64]) -> Y {
    each(y, scale, |y, scale| y * scale)
}

fn each<Y: State>(y: &Y, scale: &[f64], of: impl Fn(f64, f64) -> f64) -> Y {
    let coordinates: Vec<f64> = y.coordinates().iter().zip(scale).map(|(y, scale)| of(*y, *scale)).collect();
    let mut result = y.clone();
    // It has as many coordinates as `y`: the scale is checked.
    let _ = result.read_coordinates(&coordinates);
    result
}

/// Checks a scale of the user.
pub(super) fn check_scale(scale: &[f64], coordinates: usize) -> Result<()> {
    if scale.len() != coordinates {
        return Err(Error::LengthMismatch { name: "scale", found: scale.len(), expected: coordinates });
    }
    match scale.iter().position(|scale| !(*scale > 0.0 && scale.is_finite())) {
        Some(index) => Err(invalid(index, scale[index], "positive and finite")),
        None => Ok(()),
    }
}

const fn invalid(index: usize, value: f64, expected: &'static str) -> Error {
    Error::InvalidEntry { name: "scale", index, value, expected }
}

/// The weight of a coordinate of a target: there is one for each coordinate, or one for each run of equal length.
pub(super) fn weight_of(weights: Option<&[Vec<f64>]>, target: usize, coordinate: usize, coordinates: usize) -> f64 {
    let Some(list) = weights.and_then(|weights| weights.get(target)) else { return 1.0 };
    let run = coordinates.checked_div(list.len()).unwrap_or(1).max(1);
    list.get(coordinate / run).copied().unwrap_or(0.0)
}

/// The weighted standard deviation of every coordinate of the targets.
pub(super) fn deviations<Y: State>(targets: &[Y], weights: Option<&[Vec<f64>]>) -> Result<Vec<f64>> {
    let rows: Vec<Vec<f64>> = targets.iter().map(State::coordinates).collect();
    let n = rows.first().map_or(0, Vec::len);
    (0..n)
        .map(|i| {
            let entries = || {
                let weighted = rows.iter().enumerate().map(|(k, row)| (weight_of(weights, k, i, n), row[i]));
                weighted.filter(|(weight, _)| *weight > 0.0)
            };
            let total: f64 = entries().map(|(weight, _)| weight).sum();
            let mean = entries().map(|(weight, y)| weight / total * y).sum::<f64>();
            let variance = entries().map(|(weight, y)| weight / total * (y - mean).powi(2)).sum::<f64>();
            let deviation = variance.sqrt();
            // The rounding of the mean is no deviation.
            if deviation.is_finite() && deviation > 1e-12 * mean.abs() {
                Ok(deviation)
            } else {
                Err(invalid(i, deviation, "positive: set the scale of a state whose targets are constant or masked"))
            }
        })
        .collect()
}
