//! Checks of the arguments and results of a loss.

use crate::adjoint::check_gradients;
use crate::error::{Error, Result};
use crate::state::State;

/// Checks that a list has one member for each of `like`, of the same shape.
pub(super) fn check_shapes<'a, Y: State + 'a>(
    name: &'static str,
    members: impl ExactSizeIterator<Item = &'a Y>,
    like: impl ExactSizeIterator<Item = &'a Y>,
) -> Result<()> {
    check_length(name, members.len(), like.len())?;
    for (index, (member, like)) in members.zip(like).enumerate() {
        if !like.fits(member) {
            let (found, expected) = (member.coordinates().len(), like.coordinates().len());
            return Err(Error::ShapeMismatch { name, index, found, expected });
        }
    }
    Ok(())
}

/// Checks the length of a list.
pub(super) fn check_length(name: &'static str, found: usize, expected: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::LengthMismatch { name, found, expected }) }
}

/// The loss and its cotangents, if they are finite.
pub(super) fn checked<Y: State>(loss: f64, cotangents: Vec<Y>) -> Result<(f64, Vec<Y>)> {
    if !loss.is_finite() {
        return Err(Error::NonFiniteLoss { value: loss });
    }
    check_gradients("outputs", &cotangents)?;
    Ok((loss, cotangents))
}

/// The state of the shape of `output` with these coordinates.
pub(super) fn shaped_like<Y: State>(output: &Y, coordinates: &[f64]) -> Result<Y> {
    let mut state = output.zeros_like();
    if state.read_coordinates(coordinates).is_none() {
        let expected = state.coordinates().len();
        return Err(Error::LengthMismatch { name: "outputs", found: coordinates.len(), expected });
    }
    Ok(state)
}
