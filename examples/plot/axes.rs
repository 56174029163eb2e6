//! The range of a coordinate.

use super::ticks::{Tick, linear_ticks, logarithmic_ticks};

/// The range of one coordinate. On a logarithmic axis values are decimal logarithms.
pub struct Axis<'a> {
    pub name: &'a str,
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<Tick>,
}

impl<'a> Axis<'a> {
    pub fn linear(name: &'a str, (low, high): (f64, f64), count: f64) -> Self {
        Self { name, low, high, ticks: linear_ticks(low, high, count) }
    }

    pub fn logarithmic(name: &'a str, (low, high): (f64, f64)) -> Self {
        Self { name, low, high, ticks: logarithmic_ticks(low, high) }
    }
}

/// Lowest and highest finite value, widened on both sides by a share of their difference. It is
/// never empty, whatever the values are, so that places can be computed from it.
pub fn range(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let extent = high - low;
    if extent <= f64::EPSILON * low.abs().max(high.abs()) || !extent.is_finite() {
        let half = 0.5_f64.max(low.abs() * 0.05);
        return (low - half, low + half);
    }
    (low - margin * extent, high + margin * extent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_finite_and_not_empty() {
        assert_eq!(range([].into_iter(), 0.1), (0.0, 1.0));
        assert_eq!(range([f64::NAN, 2.0, f64::INFINITY, 4.0].into_iter(), 0.5), (1.0, 5.0));
        let (low, high) = range([3.0, 3.0].into_iter(), 0.1);
        assert!(low < 3.0 && 3.0 < high);
    }
}
