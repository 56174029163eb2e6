//! Observations and predictions over time.

use super::axes::{Axis, Scale, is_drawable, range, span};
use super::canvas::Canvas;
use super::chart::chart;
use super::figure::{Words, figure};
use super::legend::Sample;
use super::look::{AXIS, INK, Look, Pen};
use super::panel::Panel;
use super::series::{Series, check_all};
use crate::error::Result;

/// Predictions beside observations, over time; made by [`forecast`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a figure is drawn by `save`"]
pub struct Forecast {
    words: Words,
    history: Option<Series>,
    truth: Option<Series>,
    predictions: Vec<Series>,
}

/// The predictions of several models over time, each with its band if it has one.
///
/// The observations set the vertical range. A prediction that leaves it by more than a third is cut off at the frame, so
/// that one which diverges does not flatten the others.
///
/// ```
/// use rheos::plot::{self, Series};
///
/// let wave = |t: i32| (f64::from(t), (0.3 * f64::from(t)).sin());
/// let predicted = (20..40).map(|t| (f64::from(t), [-0.2, 0.0, 0.2].map(|error| wave(t).1 + error)));
/// let file = std::env::temp_dir().join("rheos_wave.svg");
/// plot::forecast([Series::with_band("model", predicted)])
///     .history(Series::new("known", (0..20).map(wave)))
///     .truth(Series::new("observed later", (20..40).map(wave)))
///     .axes("t (s)", "elongation (m)")
///     .save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
pub fn forecast(predictions: impl IntoIterator<Item = Series>) -> Forecast {
    let words = Words::new("t", "y");
    Forecast { words, history: None, truth: None, predictions: predictions.into_iter().collect() }
}

const KNOWN: Pen = Pen::solid(INK, 1.6);
/// Between observed points, to guide the eye.
const BETWEEN: Pen = Pen::solid(AXIS, 0.7);

impl Forecast {
    /// The observations up to the time of the predictions: a black line, with a dotted line where it ends.
    pub fn history(mut self, history: Series) -> Self {
        self.history = Some(history);
        self
    }

    /// The observations that were to be predicted: black dots, joined by a thin line. It breaks at a point that is not finite.
    pub fn truth(mut self, truth: Series) -> Self {
        self.truth = Some(truth);
        self
    }

    pub(super) fn compose(&self) -> Result<Canvas> {
        let known = || self.history.iter().chain(&self.truth);
        let all: Vec<Series> = known().chain(&self.predictions).cloned().collect();
        check_all("forecast", &all, Scale::Linear, Scale::Linear)?;
        let times = span("x", all.iter().flat_map(Series::points).map(|point| point.0), 0.01)?;
        let x = Axis::new(&self.words.x, Scale::Linear, times, 8.0);
        let y = Axis::new(&self.words.y, Scale::Linear, self.values(known), 6.0);
        let (mut canvas, panel) = chart(&self.words, self.entries(), x, y)?;
        self.draw(&mut canvas, &panel);
        panel.axes(&mut canvas);
        Ok(canvas)
    }

    /// The range of the observations and, of predictions, as much as lies within a third of that range around it.
    fn values<'a, I: Iterator<Item = &'a Series>>(&'a self, known: impl Fn() -> I) -> (f64, f64) {
        let data: Vec<f64> = known().flat_map(Series::points).map(|point| point.1).collect();
        let courses = self.predictions.iter().flat_map(Series::points).map(|point| point.1);
        let edges = self.predictions.iter().flat_map(Series::band).flat_map(|&(_, low, high)| [low, high]);
        let predicted: Vec<f64> = courses.chain(edges).filter(|value| is_drawable(*value)).collect();
        let (low, high) =
            if data.is_empty() { range(predicted.iter().copied(), 0.0) } else { range(data.iter().copied(), 0.0) };
        let room = (high - low) / 3.0;
        range(data.into_iter().chain(predicted.into_iter().map(|value| value.clamp(low - room, high + room))), 0.05)
    }

    fn entries(&self) -> Vec<(String, Sample)> {
        let history = self.history.iter().map(|one| (one, Sample::Line(KNOWN)));
        let truth = self.truth.iter().map(|one| (one, Sample::Dots(INK)));
        let predictions = self.pens().map(|(one, pen)| {
            let sample = if one.band().is_empty() { Sample::Line(pen) } else { Sample::Band(pen) };
            (one, sample)
        });
        history.chain(truth).chain(predictions).map(|(one, sample)| (one.name().to_owned(), sample)).collect()
    }

    fn pens(&self) -> impl Iterator<Item = (&Series, Pen)> {
        self.predictions.iter().enumerate().map(|(i, one)| (one, Pen::dashed(one.look_at(i))))
    }

    /// Data before models, so that nothing hides a prediction.
    fn draw(&self, canvas: &mut Canvas, panel: &Panel) {
        for (one, pen) in self.pens() {
            panel.band(canvas, one.band(), pen.colour);
        }
        if let Some(history) = &self.history {
            panel.line(canvas, history.points(), KNOWN);
            let ends = history.points().iter().map(|point| point.0).filter(|time| time.is_finite());
            let now = ends.fold(f64::NEG_INFINITY, f64::max);
            let dotted = Pen { dashes: &[2.0, 4.0], ..Pen::solid(AXIS, 1.0) };
            panel.line(canvas, &[(now, panel.y.low), (now, panel.y.high)], dotted);
        }
        if let Some(truth) = &self.truth {
            panel.line(canvas, truth.points(), BETWEEN);
            panel.dots(canvas, truth.points(), 2.2, Look::Black.colour());
        }
        for (one, pen) in self.pens() {
            panel.line(canvas, one.points(), pen);
        }
    }
}

figure!(Forecast);
