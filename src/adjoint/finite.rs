//! Checks that derivatives are finite.

use super::Pullback;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::{Span, State};

/// The first coordinate of `x` that is not finite, and its place.
fn first_non_finite<Y: State>(x: &Y) -> Option<(usize, f64)> {
    if x.all_finite() {
        return None;
    }
    let coordinates = x.coordinates();
    // If a state reports that it is not finite, its coordinates are not consulted.
    let index = coordinates.iter().position(|x| !x.is_finite()).unwrap_or(0);
    Some((index, coordinates.get(index).copied().unwrap_or(f64::NAN)))
}

/// Checks the cotangents of a loss, one for each of the `states`.
pub(crate) fn check_cotangents<'a, Y: State + 'a>(
    name: &'static str,
    cotangents: &[Y],
    states: impl ExactSizeIterator<Item = &'a Y>,
) -> Result<()> {
    let (found, expected) = (cotangents.len(), states.len());
    if found != expected {
        return Err(Error::LengthMismatch { name, found, expected });
    }
    for (index, (cotangent, state)) in cotangents.iter().zip(states).enumerate() {
        if !state.fits(cotangent) {
            let (found, expected) = (cotangent.coordinates().len(), state.coordinates().len());
            return Err(Error::ShapeMismatch { name, index, found, expected });
        }
        if let Some((_, value)) = first_non_finite(cotangent) {
            return Err(Error::InvalidEntry { name, index, value, expected: "finite" });
        }
    }
    Ok(())
}

/// Checks an argument that is a state.
pub(crate) fn check_argument<Y: State>(name: &'static str, x: &Y) -> Result<()> {
    match first_non_finite(x) {
        Some((index, value)) => Err(Error::InvalidEntry { name, index, value, expected: "finite" }),
        None => Ok(()),
    }
}

/// Checks that an argument has the same shape as `like`.
pub(crate) fn check_fits<Y: State>(name: &'static str, x: &Y, like: &Y) -> Result<()> {
    if like.fits(x) {
        return Ok(());
    }
    Err(Error::LengthMismatch { name, found: x.coordinates().len(), expected: like.coordinates().len() })
}

/// Checks that the gradient of the parameters has the shape of the parameters.
pub(crate) fn check_params<F: Parametric>(f: &F, pbar: &F::Params) -> Result<()> {
    if f.fits_params(pbar) { Ok(()) } else { check_fits("pbar", pbar, &f.params()) }
}

/// Checks the cotangent of the state at the end of a step.
#[inline]
pub(super) fn check_step<Y: State>(ybar: &Y, step: Span) -> Result<()> {
    if ybar.all_finite() {
        return Ok(());
    }
    Err(Error::NonFiniteDerivative { t: step.t0, h: step.length() })
}

/// Checks one part of a gradient.
pub(crate) fn check_gradient<Y: State>(name: &'static str, gradient: &Y) -> Result<()> {
    match first_non_finite(gradient) {
        Some((index, value)) => Err(Error::NonFiniteGradient { name, index, value }),
        None => Ok(()),
    }
}

/// Checks the gradient of one member of a list.
pub(crate) fn check_member<Y: State>(name: &'static str, index: usize, gradient: &Y) -> Result<()> {
    match first_non_finite(gradient) {
        Some((_, value)) => Err(Error::NonFiniteGradient { name, index, value }),
        None => Ok(()),
    }
}

/// Checks the gradients of all members of a list.
pub(crate) fn check_gradients<Y: State>(name: &'static str, gradients: &[Y]) -> Result<()> {
    gradients.iter().enumerate().try_for_each(|(index, gradient)| check_member(name, index, gradient))
}

/// The error of a solve of an adjoint equation over `span`.
pub(super) fn on_the_way_back(error: Error, span: Span) -> Error {
    match error {
        Error::NonFiniteInitialState => Error::NonFiniteDerivative { t: span.t0, h: span.length() },
        Error::NonFinite { t, h } => Error::NonFiniteDerivative { t, h },
        other => other,
    }
}

impl<Y: State> Pullback<Y> {
    /// The pullback itself, if it and the gradient `pbar` of the parameters are finite and the gradient of the state
    /// has the shape of `like`.
    pub(super) fn checked<P: State>(self, like: &Y, pbar: &P) -> Result<Self> {
        check_fits("ybar", &self.y0, like)?;
        check_gradient("y0", &self.y0)?;
        check_gradient("params", pbar)?;
        check_gradient("times", &self.times)?;
        check_gradient("t0", &self.t0)?;
        check_gradient("t1", &self.t1)?;
        check_gradient("jumps", &self.jumps)?;
        Ok(self)
    }
}
