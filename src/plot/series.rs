//! A named course of points, with a band around it or without.

use super::axes::is_drawable;
use super::look::Look;
use super::quantiles::quantile;
use crate::error::{Error, Result};

/// A named course of points: a component of a solution, the error of a method, the loss of a model.
///
/// A point that is not finite is not drawn, and a line breaks there.
///
/// ```
/// use rheos::plot::Series;
///
/// let parabola = Series::new("x²", (0..10).map(|i| (f64::from(i), f64::from(i * i))));
/// assert_eq!(parabola.points().len(), 10);
///
/// // Three runs of a model: the median and the quartiles at each step.
/// let losses = [vec![4.0, 1.0], vec![2.0, 3.0], vec![3.0, f64::NAN]];
/// let model = Series::quartiles("model", &[0.0, 10.0], &losses)?;
/// assert_eq!(model.points(), [(0.0, 3.0), (10.0, 3.0)]);
/// assert_eq!(model.band()[0], (0.0, 2.5, 3.5));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    name: String,
    points: Vec<(f64, f64)>,
    band: Vec<(f64, f64, f64)>,
    look: Option<Look>,
}

impl Series {
    /// A name for the legend and points `(x, y)`, in the order in which a line joins them.
    pub fn new(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self { name: name.into(), points: points.into_iter().collect(), band: Vec::new(), look: None }
    }

    /// A course with a band: `(x, [low, middle, high])` for each point, with `x` increasing.
    ///
    /// Where one edge of the band is not a number, the band goes to the edge of the frame.
    pub fn with_band(name: impl Into<String>, points: impl IntoIterator<Item = (f64, [f64; 3])>) -> Self {
        let points: Vec<_> = points.into_iter().collect();
        let mut series = Self::new(name, points.iter().map(|&(x, [_, middle, _])| (x, middle)));
        series.band = points.into_iter().map(|(x, [low, _, high])| (x, low, high)).collect();
        series
    }

    /// The median of several runs with a band from the lower to the upper quartile.
    ///
    /// `x` holds the places of the values, and each run has at most as many values as there are places. A run that ends
    /// early takes part as far as it goes. A value that is not a number counts as infinitely large, so that a run which
    /// diverged does not improve the median. Quartiles between two values are interpolated linearly.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where a run has more values than there are places.
    pub fn quartiles(name: impl Into<String>, x: &[f64], runs: &[impl AsRef<[f64]>]) -> Result<Self> {
        if let Some(found) = runs.iter().map(|run| run.as_ref().len()).find(|length| *length > x.len()) {
            return Err(Error::LengthMismatch { name: "runs", found, expected: x.len() });
        }
        let points = x.iter().enumerate().filter_map(|(i, &x)| {
            let mut values: Vec<f64> = runs.iter().filter_map(|run| run.as_ref().get(i).copied()).collect();
            values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = f64::INFINITY);
            values.sort_by(f64::total_cmp);
            (!values.is_empty()).then(|| (x, [0.25, 0.5, 0.75].map(|part| quantile(&values, part))))
        });
        Ok(Self::with_band(name, points))
    }

    /// Gives the colour and the marker with this number. The same number looks the same in all figures.
    ///
    /// Without it a series has the number of its place in the figure. There are eight colours.
    #[must_use]
    pub fn look(mut self, number: usize) -> Self {
        self.look = Some(Look::Number(number));
        self
    }

    /// Draws the series in black, as the truth that others are compared with.
    #[must_use]
    pub fn black(mut self) -> Self {
        self.look = Some(Look::Black);
        self
    }

    /// The same points under another name.
    #[must_use]
    pub fn renamed(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The points `(x, y)`.
    #[must_use]
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// The band as `(x, low, high)`; empty without one.
    #[must_use]
    pub fn band(&self) -> &[(f64, f64, f64)] {
        &self.band
    }

    /// How it looks at this place of a figure.
    pub(super) fn look_at(&self, place: usize) -> Look {
        self.look.unwrap_or(Look::Number(place))
    }

    /// An error where no point can be drawn on axes of this kind.
    pub(super) fn check(&self, x: super::axes::Scale, y: super::axes::Scale) -> Result<()> {
        let shown = |&(a, b): &(f64, f64)| is_drawable(x.along(a)) && is_drawable(y.along(b));
        if self.points.iter().any(shown) { Ok(()) } else { Err(Error::NothingToPlot { name: self.name.clone() }) }
    }
}

/// An error where there is no series, or one of them cannot be drawn on axes of this kind.
pub fn check_all(figure: &str, series: &[Series], x: super::axes::Scale, y: super::axes::Scale) -> Result<()> {
    if series.is_empty() {
        return Err(Error::NothingToPlot { name: figure.to_owned() });
    }
    series.iter().try_for_each(|one| one.check(x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_diverges_makes_the_median_worse_and_one_that_ends_leaves_it() {
        let runs = [vec![1.0, f64::NAN, 1.0], vec![2.0, 2.0], vec![3.0, 3.0, 5.0]];
        let series = Series::quartiles("model", &[0.0, 1.0, 2.0], &runs).unwrap();
        assert_eq!(series.points(), [(0.0, 2.0), (1.0, 3.0), (2.0, 3.0)]);
        assert_eq!(series.band(), [(0.0, 1.5, 2.5), (1.0, 2.5, f64::INFINITY), (2.0, 2.0, 4.0)]);
        let error = Series::quartiles("model", &[0.0], &runs).unwrap_err();
        assert_eq!(error, Error::LengthMismatch { name: "runs", found: 3, expected: 1 });
    }
}
