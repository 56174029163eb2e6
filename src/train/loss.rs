//! Losses with their cotangents.

use crate::adjoint::check_cotangents;
use crate::error::{Error, Result};
use crate::state::State;

/// The mean square of `outputs − targets` over all entries, and its derivative with respect to each output. Without outputs
/// it is 0.
///
/// ```
/// let (loss, cotangents) = rheos::train::mean_squared_error(&[1.0, 3.0], &[1.0, 2.0])?;
/// assert_eq!(loss, 0.5);
/// assert_eq!(cotangents, [0.0, 1.0]);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::LengthMismatch`] unless there is one target per output, [`Error::ShapeMismatch`] if a target does not have
/// the shape of its output, [`Error::InvalidEntry`] for an output or a target that is not finite, and
/// [`Error::NonFiniteLoss`] if the sum of the squares overflows.
pub fn mean_squared_error<Y: State>(outputs: &[Y], targets: &[Y]) -> Result<(f64, Vec<Y>)> {
    check_cotangents("outputs", outputs, outputs.iter())?;
    check_cotangents("targets", targets, outputs.iter())?;
    let entries: usize = outputs.iter().map(State::count).sum();
    let mean = 1.0 / entries.max(1) as f64;
    let mut loss = 0.0;
    let mut cotangents = Vec::with_capacity(outputs.len());
    for (output, target) in outputs.iter().zip(targets) {
        let mut difference = output.clone();
        difference.add_scaled(-1.0, target);
        loss += difference.inner(&difference) * mean;
        difference.scale_by(2.0 * mean);
        cotangents.push(difference);
    }
    if loss.is_finite() { Ok((loss, cotangents)) } else { Err(Error::NonFiniteLoss { value: loss }) }
}

#[cfg(test)]
mod tests {
    use super::mean_squared_error;
    use crate::error::Error;

    #[test]
    fn a_loss_is_a_number_or_an_error() {
        let spoilt = mean_squared_error(&[[1.0, f64::NAN]], &[[1.0, 2.0]]);
        assert!(matches!(spoilt, Err(Error::InvalidEntry { name: "outputs", index: 0, .. })), "{spoilt:?}");
        let spoilt = mean_squared_error(&[1.0, 2.0], &[1.0, f64::INFINITY]);
        assert!(matches!(spoilt, Err(Error::InvalidEntry { name: "targets", index: 1, .. })), "{spoilt:?}");
        let huge = mean_squared_error(&[1e200], &[0.0]);
        assert_eq!(huge, Err(Error::NonFiniteLoss { value: f64::INFINITY }));
        let uneven = mean_squared_error(&[vec![1.0, 2.0], vec![1.0, 2.0, 3.0]], &[vec![1.0, 2.0], vec![1.0, 2.0]]);
        assert_eq!(uneven, Err(Error::ShapeMismatch { name: "targets", index: 1, found: 2, expected: 3 }));
        let short = mean_squared_error(&[1.0, 2.0], &[1.0]);
        assert_eq!(short, Err(Error::LengthMismatch { name: "targets", found: 1, expected: 2 }));
    }
}
