//! The error of predictions.

use crate::analysis::system::{Kind, System};
use crate::error::{Error, Result};
use crate::state::State;

/// The mean squared errors of predictions over `1, 2, …, steps` steps of a map, from every state of a series that has `steps`
/// successors.
///
/// The mean is over these starts and over the coordinates: `1/(S N) Σ_t ‖Fᵏ(x_t) − x_{t+k}‖²` for `k` steps, `S` starts and
/// states of `N` coordinates. For a chaotic system the error grows as `exp(2 λ₁ k)` until it saturates, whatever the
/// model: judge a reconstruction by few steps only.
///
/// ```
/// use nalgebra::{matrix, vector};
/// use rheos::analysis::{Map, prediction_errors};
/// use rheos::formula::{Static, Structure};
/// use rheos::nn::{Linear, Net};
///
/// // x₁ = 2 x predicts a series that grows by 3 in each step: (2ᵏ − 3ᵏ)² from 1.
/// let mut weights = [2.0, 0.0].into_iter();
/// let double = Net::<Linear<f64, 1, 1>, Static<1>>::new(Linear::draw(&mut || weights.next().unwrap_or(0.0)));
/// let series = [1.0, 3.0, 9.0].map(|x| vector![x]);
/// assert_eq!(prediction_errors(&Map::new(double.field()), &series, 2)?, [1.0, 25.0]);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// * [`Error::InvalidArgument`] for no steps, and for a flow;
/// * [`Error::LengthMismatch`] for a series of less than `steps + 1` states, [`Error::ShapeMismatch`] for states of different
///   shapes, [`Error::InvalidEntry`] for a state that is not finite;
/// * [`Error::NonFiniteSystem`] if a prediction is not finite, with the state before it, [`Error::NonFiniteLoss`] if the square
///   of an error overflows, and the errors of the map.
pub fn prediction_errors<S: System>(map: &S, series: &[S::State], steps: usize) -> Result<Vec<f64>> {
    if S::KIND == Kind::Flow {
        let expected = "for a map; `TimeMap` makes one of a flow";
        return Err(Error::InvalidArgument { name: "steps", value: steps as f64, expected });
    }
    if steps == 0 {
        return Err(Error::InvalidArgument { name: "steps", value: 0.0, expected: "at least 1" });
    }
    if series.len() <= steps {
        let expected = steps.saturating_add(1);
        return Err(Error::LengthMismatch { name: "series", found: series.len(), expected });
    }
    check(series)?;
    let starts = series.len() - steps;
    let mut errors = vec![0.0; steps];
    let (mut x, mut next) = (series[0].clone(), series[0].zeros_like());
    for start in 0..starts {
        x.assign(&series[start]);
        for (k, error) in errors.iter_mut().enumerate() {
            map.eval(&x, &mut next)?;
            if !next.all_finite() {
                return Err(Error::NonFiniteSystem { quantity: "value", at: x.coordinates() });
            }
            x.assign(&next);
            next.add_scaled(-1.0, &series[start + k + 1]);
            *error += next.inner(&next);
        }
    }
    let count = starts as f64 * x.count() as f64;
    errors.iter_mut().for_each(|error| *error /= count);
    match errors.iter().find(|error| !error.is_finite()) {
        Some(&value) => Err(Error::NonFiniteLoss { value }),
        None => Ok(errors),
    }
}

/// Checks that the states are finite and of one shape, and have coordinates.
fn check<Y: State>(series: &[Y]) -> Result<()> {
    if series[0].count() == 0 {
        return Err(Error::EmptyState);
    }
    for (index, x) in series.iter().enumerate() {
        if !x.fits(&series[0]) {
            let (found, expected) = (x.count(), series[0].count());
            return Err(Error::ShapeMismatch { name: "series", index, found, expected });
        }
        if let Some(&value) = x.coordinates().iter().find(|x| !x.is_finite()) {
            return Err(Error::InvalidEntry { name: "series", index, value, expected: "finite" });
        }
    }
    Ok(())
}
