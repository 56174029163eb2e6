//! The few statistics over the seeds and along a learning curve.

use serde::{Deserialize, Serialize};

/// The share of its median by which an error may vary over the last tenth of a run that counts as converged.
pub const CONVERGED: f64 = 0.1;

/// One quantity of every seed; `None` where the run failed.
///
/// A failed run has no value, so it takes part in no statistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Option<Written>>", into = "Vec<Option<Written>>")]
pub struct Seeds(pub Vec<Option<f64>>);

/// A number in JSON, which has no infinity.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Infinite(String),
}

impl From<Seeds> for Vec<Option<Written>> {
    fn from(seeds: Seeds) -> Self {
        let write = |x: f64| if x.is_finite() { Written::Finite(x) } else { Written::Infinite(x.to_string()) };
        seeds.0.into_iter().map(|seed| seed.map(write)).collect()
    }
}

impl From<Vec<Option<Written>>> for Seeds {
    fn from(written: Vec<Option<Written>>) -> Self {
        let read = |number| match number {
            Written::Finite(x) => x,
            Written::Infinite(text) => text.parse().unwrap_or(f64::NAN),
        };
        Self(written.into_iter().map(|seed| seed.map(read)).collect())
    }
}

/// Median and range of a quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle value, or the mean of the two middle values.
    pub median: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl Seeds {
    /// The number of runs.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The number of runs that reached their end.
    pub fn completed(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// Median and range over the runs that reached their end; `None` if no run did.
    pub fn summary(&self) -> Option<Spread> {
        let values: Vec<f64> = self.0.iter().flatten().copied().collect();
        summary(&values)
    }
}

/// Median, minimum and maximum; `None` for no values.
///
/// NaN counts as positive infinity: an error that is not a number must not improve the median.
pub fn summary(values: &[f64]) -> Option<Spread> {
    let mut sorted: Vec<f64> = values.iter().map(|&value| if value.is_nan() { f64::INFINITY } else { value }).collect();
    sorted.sort_by(f64::total_cmp);
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    let upper = sorted[sorted.len() / 2];
    let lower = sorted[(sorted.len() - 1) / 2];
    let median = lower.midpoint(upper);
    Some(Spread { median, min, max })
}

/// The first index at which the curve is at or below the threshold.
///
/// The index counts entries of `curve`: it is the number of updates made if the first entry is the
/// loss before any update. NaN never reaches a threshold.
pub fn iterations_to_threshold(curve: &[f64], threshold: f64) -> Option<usize> {
    curve.iter().position(|&value| value <= threshold)
}

/// How much the curve still varies at its end: largest minus smallest value over the last tenth, divided by the median
/// there. NaN without two values.
///
/// A run counts as converged if this is at most [`CONVERGED`].
pub fn range_at_the_end(curve: &[f64]) -> f64 {
    let intervals = curve.len().saturating_sub(1);
    let last = &curve[intervals - intervals.div_ceil(10)..];
    match summary(last) {
        Some(spread) if last.len() > 1 => (spread.max - spread.min) / spread.median,
        _ => f64::NAN,
    }
}

/// How restless a learning curve is: the mean absolute second difference of its logarithm.
///
/// For a curve c₀, …, cₙ₋₁ with lᵢ = log₁₀ cᵢ it is
///
/// ```text
/// 1 / (n − 2) · Σᵢ |lᵢ₊₁ − 2 lᵢ + lᵢ₋₁|,   i = 1, …, n − 2.
/// ```
///
/// It is zero for an exponential decay at any rate and does not change when the loss is scaled, so
/// it compares models whose losses differ by orders of magnitude. Its unit is decades per step².
///
/// Triples with a value that is not positive and finite have no second difference and are left out
/// of sum and count. The result is NaN if no triple remains.
pub fn roughness(curve: &[f64]) -> f64 {
    let logs: Vec<f64> = curve.iter().map(|value| value.log10()).collect();
    let (sum, count) = logs
        .windows(3)
        .map(|triple| (triple[2] - 2.0 * triple[1] + triple[0]).abs())
        .filter(|difference| difference.is_finite())
        .fold((0.0, 0_u32), |(sum, count), d| (sum + d, count + 1));
    sum / f64::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_of_odd_and_even_counts() {
        let odd = summary(&[3.0, 1.0, 2.0]);
        assert_eq!(odd, Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(summary(&[4.0, 1.0, 2.0, 3.0]).map(|spread| spread.median), Some(2.5));
        assert_eq!(summary(&[]), None);
    }

    #[test]
    fn an_error_that_is_no_number_counts_as_the_worst() {
        let spread = summary(&[1.0, f64::NAN, 2.0]);
        assert_eq!(spread, Some(Spread { median: 2.0, min: 1.0, max: f64::INFINITY }));
    }

    #[test]
    fn a_failed_seed_takes_no_part() {
        let seeds = Seeds(vec![Some(0.1), None, Some(0.3), None, Some(0.2)]);
        assert_eq!((seeds.completed(), seeds.count()), (3, 5));
        assert_eq!(seeds.summary(), Some(Spread { median: 0.2, min: 0.1, max: 0.3 }));
        assert_eq!(Seeds(vec![None, None]).summary(), None);
    }

    #[test]
    fn threshold_is_first_reached_at_or_below() {
        let curve = [1.0, f64::NAN, 0.5, 0.7, 0.4];
        assert_eq!(iterations_to_threshold(&curve, 0.5), Some(2));
        assert_eq!(iterations_to_threshold(&curve, 2.0), Some(0));
        assert_eq!(iterations_to_threshold(&curve, 0.1), None);
        assert_eq!(iterations_to_threshold(&[], 0.1), None);
    }

    #[test]
    fn the_end_is_the_last_tenth_of_the_iterations() {
        // 21 points are 20 intervals; the last two of them have three ends.
        let mut curve = vec![9.0; 21];
        curve[18..].copy_from_slice(&[2.0, 1.0, 1.5]);
        assert!((range_at_the_end(&curve) - 1.0 / 1.5).abs() < 1e-15);
        curve[19] = f64::NAN;
        assert_eq!(range_at_the_end(&curve), f64::INFINITY);
        assert!(range_at_the_end(&[1.0]).is_nan() && range_at_the_end(&[]).is_nan());
        assert_eq!(range_at_the_end(&[1.0, 1.0]), 0.0);
    }

    #[test]
    fn roughness_ignores_rate_and_scale() {
        let decay: Vec<f64> = (0..50).map(|i| 7.0 * 0.9_f64.powi(i)).collect();
        assert!(roughness(&decay) < 1e-12);
        // The logarithms 0, 1, 0, 1 have the second differences −2 and 2.
        assert!((roughness(&[1.0, 10.0, 1.0, 10.0]) - 2.0).abs() < 1e-12);
        assert!((roughness(&[5.0, 50.0, 5.0, 50.0]) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn roughness_leaves_out_values_without_a_logarithm() {
        assert!(roughness(&[1.0, 2.0]).is_nan());
        assert!(roughness(&[1.0, 0.0, 1.0]).is_nan());
        let curve = [f64::INFINITY, 1.0, 10.0, 1.0, f64::NAN];
        assert!((roughness(&curve) - 2.0).abs() < 1e-12);
    }
}
