//! Central differences along coordinates.

use crate::state::State;

/// More coordinates than this are sampled evenly.
const MOST: usize = 256;

/// The coordinates to compare, at most [`MOST`] of `n`.
pub(super) fn sample(n: usize) -> impl Iterator<Item = usize> {
    let stride = n.div_ceil(MOST).max(1);
    (0..n).step_by(stride)
}

/// The relative resolution of the element of a state: `2⁻⁵²` or `2⁻²³`.
pub(super) fn resolution<Y: State>(y: &Y) -> f64 {
    let mut probe = y.clone();
    let ones = vec![1.0 + 2.0_f64.powi(-40); probe.coordinates().len()];
    let survives = probe.read_coordinates(&ones).is_some() && probe.coordinates().iter().all(|&x| x != 1.0);
    if survives { f64::EPSILON } else { f64::from(f32::EPSILON) }
}

/// `(value(x + δ) − value(x − δ)) / 2δ` along coordinate `i`, with the `δ` that balances rounding and truncation.
pub(super) fn central<Y: State, E>(
    y: &Y,
    i: usize,
    resolution: f64,
    mut value: impl FnMut(&Y) -> Result<f64, E>,
) -> Result<f64, E> {
    let coordinates = y.coordinates();
    let delta = resolution.cbrt() * coordinates[i].abs().max(1.0);
    let mut at = |x: f64| {
        let mut moved = coordinates.clone();
        moved[i] = x;
        let mut point = y.clone();
        // The coordinates come from `y` itself, so they fit.
        let _ = point.read_coordinates(&moved);
        // The stored value may be rounded.
        let stored = point.coordinates()[i];
        value(&point).map(|value| (stored, value))
    };
    let (up, above) = at(coordinates[i] + delta)?;
    let (down, below) = at(coordinates[i] - delta)?;
    Ok((above - below) / (up - down))
}

/// A state of the shape of `y` with distinct coordinates of size 1.
pub(super) fn weights<Y: State>(y: &Y, seed: usize) -> Y {
    let n = y.coordinates().len();
    let coordinates: Vec<f64> = (0..n).map(|i| ((i * 7 + seed * 13 + 3) as f64).sin() + 0.2).collect();
    let mut weights = y.zeros_like();
    let _ = weights.read_coordinates(&coordinates);
    weights
}
