//! The range of a coordinate.

use super::ticks::{Tick, linear_ticks, logarithmic_ticks};
use crate::error::{Error, Result};

/// How values lie along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Logarithmic,
}

impl Scale {
    /// Where along the axis a value lies: itself, or its decimal logarithm.
    pub fn along(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic => value.log10(),
        }
    }
}

/// Whether a place along an axis can be drawn: differences of larger numbers overflow.
pub fn is_drawable(place: f64) -> bool {
    place.abs() < 1e300
}

/// The range of one coordinate, in places along the axis.
#[derive(Clone, Debug)]
pub struct Axis<'a> {
    pub name: &'a str,
    pub scale: Scale,
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<Tick>,
}

impl<'a> Axis<'a> {
    /// An axis between two places, with about as many ticks as `count` if it is linear.
    pub fn new(name: &'a str, scale: Scale, (low, high): (f64, f64), count: f64) -> Self {
        let ticks = match scale {
            Scale::Linear => linear_ticks(low, high, count),
            Scale::Logarithmic => logarithmic_ticks(low, high),
        };
        Self { name, scale, low, high, ticks }
    }

    /// Keeps the marks, and drops the numbers beside them.
    pub fn hide_numbers(&mut self) {
        for tick in self.ticks.iter_mut().filter(|tick| tick.label.is_some()) {
            tick.label = Some(String::new());
        }
    }
}

/// The lowest and the highest of the places that can be drawn.
fn ends(places: impl Iterator<Item = f64>) -> (f64, f64) {
    let wider = |(low, high): (f64, f64), place: f64| (low.min(place), high.max(place));
    places.filter(|place| is_drawable(*place)).fold((f64::INFINITY, f64::NEG_INFINITY), wider)
}

/// The range of places, widened on both sides by a share of their difference. It is never empty, whatever the places are,
/// so that places on the canvas can be computed from it.
pub fn range(places: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = ends(places);
    if low > high {
        return (0.0, 1.0);
    }
    let extent = high - low;
    if extent <= 1e-12 * low.abs().max(high.abs()) {
        let half = 0.05 * low.abs().max(high.abs());
        let half = if half > 0.0 { half } else { 0.5 };
        return (low - half, high + half);
    }
    (low - margin * extent, high + margin * extent)
}

/// The same for an axis that needs two different places, such as a time.
///
/// # Errors
/// [`Error::EmptyAxis`] where it has no length.
pub fn span(axis: &'static str, places: impl Iterator<Item = f64>, margin: f64) -> Result<(f64, f64)> {
    let (low, high) = ends(places);
    check_ends(axis, (low, high))?;
    Ok((low - margin * (high - low), high + margin * (high - low)))
}

/// An error where these are no ends of an axis.
pub fn check_ends(axis: &'static str, (low, high): (f64, f64)) -> Result<()> {
    let wide = is_drawable(low) && is_drawable(high) && high - low > 1e-12 * low.abs().max(high.abs());
    if wide { Ok(()) } else { Err(Error::EmptyAxis { axis, low, high }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_contain_their_values_and_are_not_empty() {
        assert_eq!(range([].into_iter(), 0.1), (0.0, 1.0));
        assert_eq!(range([f64::NAN, 2.0, f64::INFINITY, 4.0].into_iter(), 0.5), (1.0, 5.0));
        for values in [[3.0, 3.0], [0.0, 0.0], [-1e299, 1e299], [1e-300, 2e-300], [-5.0, -5.0], [1e9, 1e9 + 1e-7]] {
            let (low, high) = range(values.into_iter(), 0.0);
            assert!(low <= values[0] && values[1] <= high && low < high, "{values:?}: {low}, {high}");
        }
    }

    #[test]
    fn an_axis_without_length_is_an_error() {
        let empty = |values: &[f64]| span("x", values.iter().copied(), 0.0).unwrap_err();
        assert_eq!(empty(&[2.0, 2.0]), Error::EmptyAxis { axis: "x", low: 2.0, high: 2.0 });
        assert!(matches!(empty(&[f64::NAN]), Error::EmptyAxis { .. }));
        assert!(matches!(empty(&[]), Error::EmptyAxis { .. }));
        assert_eq!(span("x", [1.0, 3.0].into_iter(), 0.5), Ok((0.0, 4.0)));
    }
}
