//! Losses with their cotangents.

use crate::{Error, Result, State};

/// The mean square of `outputs − targets` over all entries, and its derivative with respect to each output.
///
/// ```
/// let (loss, cotangents) = rheos::train::mean_squared_error(&[1.0, 3.0], &[1.0, 2.0])?;
/// assert_eq!(loss, 0.5);
/// assert_eq!(cotangents, [0.0, 1.0]);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::LengthMismatch`] if there is not one target per output.
pub fn mean_squared_error<Y: State>(outputs: &[Y], targets: &[Y]) -> Result<(f64, Vec<Y>)> {
    if outputs.len() != targets.len() {
        return Err(Error::LengthMismatch { name: "targets", found: targets.len(), expected: outputs.len() });
    }
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
    Ok((loss, cotangents))
}
