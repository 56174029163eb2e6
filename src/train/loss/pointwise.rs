//! Losses with one term per entry.

use super::check::{checked, shaped_like};
use super::weights::Weights;
use crate::error::{Error, Result};
use crate::state::State;

/// A loss with one term per entry of the target, from `N` coordinates of the output.
pub(super) trait Pointwise<const N: usize> {
    /// The accepted targets, in words.
    const TARGETS: &'static str = "finite";

    /// Whether a target is in the domain of the loss.
    fn accepts(&self, target: f64) -> bool {
        target.is_finite()
    }

    /// The term, and its derivatives with respect to the `N` coordinates.
    fn term(&self, output: [f64; N], target: f64) -> (f64, [f64; N]);
}

/// The weighted mean of the terms, and its cotangents.
///
/// The output of a target with `n` entries has `N n` coordinates: the first of every term, then the second of every
/// term, and so on. The caller has checked shapes and outputs.
pub(super) fn pointwise<const N: usize, Y: State, T: State>(
    loss: &impl Pointwise<N>,
    outputs: &[Y],
    targets: &[T],
    weights: Option<&[Vec<f64>]>,
) -> Result<(f64, Vec<Y>)> {
    const { assert!(!Y::IS_DUAL, "a loss ignores the derivatives in dual numbers; use `SquaredError.of`") }
    let weights = Weights::new(weights, &entries(targets))?;
    let (mut y, mut t, mut derivative) = (Vec::new(), Vec::new(), Vec::new());
    let mut mean = 0.0;
    let mut cotangents = Vec::with_capacity(outputs.len());
    for (index, (output, target)) in outputs.iter().zip(targets).enumerate() {
        y.clear();
        output.write_coordinates(&mut y);
        t.clear();
        target.write_coordinates(&mut t);
        derivative.clear();
        derivative.resize(y.len(), 0.0);
        for (weight, run) in weights.runs(index, t.len()) {
            let mut sum = 0.0;
            for i in run {
                if !loss.accepts(t[i]) {
                    let expected = loss_targets(loss);
                    return Err(Error::InvalidEntry { name: "targets", index, value: t[i], expected });
                }
                let (term, slopes) = loss.term(std::array::from_fn(|k| y[k * t.len() + i]), t[i]);
                sum += term;
                for (k, slope) in slopes.into_iter().enumerate() {
                    derivative[k * t.len() + i] = weight * slope;
                }
            }
            mean += weight * sum;
        }
        cotangents.push(shaped_like(output, &derivative)?);
    }
    checked(mean, cotangents)
}

/// The accepted targets of a loss, in words.
const fn loss_targets<const N: usize, P: Pointwise<N>>(_: &P) -> &'static str {
    P::TARGETS
}

/// The number of coordinates of each state.
pub(super) fn entries<Y: State>(states: &[Y]) -> Vec<usize> {
    let mut coordinates = Vec::new();
    let mut count = |y: &Y| {
        coordinates.clear();
        y.write_coordinates(&mut coordinates);
        coordinates.len()
    };
    match states {
        [first, ..] if Y::FIXED_SHAPE => vec![count(first); states.len()],
        _ => states.iter().map(count).collect(),
    }
}
