//! Minimum, median and maximum.

/// Minimum, median and maximum; `None` without values. The median of an even number is the mean of the two middle values.
pub fn range(values: impl IntoIterator<Item = f64>) -> Option<[f64; 3]> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get((sorted.len().max(1) - 1) / 2)?.midpoint(*sorted.get(sorted.len() / 2)?);
    Some([*sorted.first()?, middle, *sorted.last()?])
}

/// The median; NaN without values.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    range(values).map_or(f64::NAN, |[_, middle, _]| middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_odd_and_even_counts() {
        assert_eq!(range([3.0, 1.0, 2.0]), Some([1.0, 2.0, 3.0]));
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }
}
