//! Samples of a data set: batches, wrong classes, indices in errors.

use super::objective::MiniBatch;
use crate::error::{Error, Result};

/// The samples `0..samples`, in batches of this size.
///
/// # Errors
/// [`Error::InvalidArgument`] for a batch size of 0.
pub(super) fn batches(samples: usize, batch_size: usize) -> Result<impl Iterator<Item = Vec<usize>>> {
    if batch_size == 0 {
        return Err(Error::InvalidArgument { name: "batch_size", value: 0.0, expected: "at least 1" });
    }
    let end = move |start: usize| start.saturating_add(batch_size).min(samples);
    Ok((0..samples).step_by(batch_size).map(move |start| (start..end(start)).collect()))
}

/// Checks that the samples, the argument `name`, are indices of data with this many.
///
/// # Errors
/// [`Error::InvalidArgument`] for another one.
pub(super) fn check_samples(name: &'static str, samples: &[usize], len: usize, expected: &'static str) -> Result<()> {
    match samples.iter().find(|&&sample| sample >= len) {
        Some(&index) => Err(Error::InvalidArgument { name, value: index as f64, expected }),
        None => Ok(()),
    }
}

/// The fraction of the samples whose largest output, the first of equal ones, is not at their class.
///
/// # Errors
/// [`Error::InvalidLabel`] for a class without an output.
pub(super) fn error_rate<const O: usize>(outputs: &[[f64; O]], labels: &[usize]) -> Result<f64> {
    if let Some(sample) = labels.iter().position(|&label| label >= O) {
        return Err(Error::InvalidLabel { output: 0, sample, label: labels[sample], classes: O });
    }
    // A zero of either sign is the same number; `-0.0 + 0.0` is `0.0`.
    let score = |x: f64| x + 0.0;
    let class = |scores: &[f64; O]| (0..O).rev().max_by(|&a, &b| score(scores[a]).total_cmp(&score(scores[b])));
    let wrong = outputs.iter().zip(labels).filter(|(scores, label)| class(scores) != Some(**label)).count();
    Ok(wrong as f64 / labels.len().max(1) as f64)
}

/// The error with the index of a sample in the data instead of the index in the batch.
pub(super) fn of_data(error: Error, batch: MiniBatch<'_>) -> Error {
    match error {
        Error::InvalidLabel { output, sample, label, classes } => {
            let sample = batch.samples.get(sample).copied().unwrap_or(sample);
            Error::InvalidLabel { output, sample, label, classes }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::error_rate;

    #[test]
    fn of_equal_outputs_the_first_counts() {
        // A zero of either sign is the same number.
        for outputs in [[1.0, 1.0], [0.0, -0.0], [-0.0, 0.0]] {
            assert_eq!(error_rate(&[outputs; 4], &[0, 1, 1, 1]), Ok(0.75), "{outputs:?}");
        }
    }
}
