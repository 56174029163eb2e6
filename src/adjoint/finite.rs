//! No derivative leaves this module that is infinite or not a number.

use super::Pullback;
use crate::{Error, Result, Span, State};

/// The first coordinate of `x` that is not finite, and its place.
fn first_non_finite<Y: State>(x: &Y) -> Option<(usize, f64)> {
    if x.all_finite() {
        return None;
    }
    let coordinates = x.coordinates();
    // A state that says it is not finite is believed, whatever its coordinates.
    let index = coordinates.iter().position(|x| !x.is_finite()).unwrap_or(0);
    Some((index, coordinates.get(index).copied().unwrap_or(f64::NAN)))
}

/// Checks cotangents that a loss gave, one for each state.
pub(crate) fn check_cotangents<Y: State>(name: &'static str, cotangents: &[Y], expected: usize) -> Result<()> {
    if cotangents.len() != expected {
        return Err(Error::LengthMismatch { name, found: cotangents.len(), expected });
    }
    for (index, cotangent) in cotangents.iter().enumerate() {
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

/// Checks what a step has made of the cotangent of the state.
#[inline]
pub(super) fn check_step<Y: State>(ybar: &Y, step: Span) -> Result<()> {
    if ybar.all_finite() {
        return Ok(());
    }
    Err(Error::NonFiniteDerivative { t: step.t0, h: step.length() })
}

/// Checks a part of a gradient.
pub(crate) fn check_gradient<Y: State>(name: &'static str, gradient: &Y) -> Result<()> {
    match first_non_finite(gradient) {
        Some((index, value)) => Err(Error::NonFiniteGradient { name, index, value }),
        None => Ok(()),
    }
}

/// Checks the part of a gradient that belongs to one member of a list.
pub(crate) fn check_member<Y: State>(name: &'static str, index: usize, gradient: &Y) -> Result<()> {
    match first_non_finite(gradient) {
        Some((_, value)) => Err(Error::NonFiniteGradient { name, index, value }),
        None => Ok(()),
    }
}

/// Checks the parts of a gradient that belong to the members of a list.
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
    /// The pullback itself, if it and the gradient `pbar` of the parameters are finite.
    pub(super) fn checked<P: State>(self, pbar: &P) -> Result<Self> {
        check_gradient("y0", &self.y0)?;
        check_gradient("params", pbar)?;
        check_gradient("times", &self.times)?;
        Ok(self)
    }
}
