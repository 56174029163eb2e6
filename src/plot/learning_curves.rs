//! Loss over training steps.

use super::axes::{Axis, Scale, is_drawable, range, span};
use super::canvas::Canvas;
use super::end_labels::End;
use super::figure::{Words, figure};
use super::lines::{Frame, is_finite};
use super::look::{HEIGHT, MARKERS, Pen, WIDTH};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::series::{Series, check_all};
use super::{end_labels, small_panels};
use crate::error::Result;

/// The losses of several models over training steps; made by [`learning_curves`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a figure is drawn by `save`"]
pub struct LearningCurves {
    words: Words,
    series: Vec<Series>,
}

/// Losses over training steps on a logarithmic axis, with the name of each model beside the end of its curve.
///
/// [`Series::quartiles`] makes a curve with a band from several runs. The bands of up to two models are in one frame with
/// the curves. More bands would hide each other: the frame then has the medians alone, and each model has a small
/// panel below with its band, where the other medians are grey.
///
/// The axes contain all curves behind their first points. The first points, of untrained models, and the bands widen the
/// vertical axis by half of its length on each side at most, and are cut off there.
///
/// ```
/// use rheos::plot::{self, Series};
///
/// let steps: Vec<f64> = (0..50).map(f64::from).collect();
/// let run = |rate: f64, noise: f64| -> Vec<f64> { steps.iter().map(|i| (-rate * i).exp() + noise).collect() };
/// let models = [
///     Series::quartiles("small", &steps, &[run(0.1, 0.02), run(0.12, 0.01), run(0.08, 0.05)])?,
///     Series::quartiles("large", &steps, &[run(0.2, 0.01), run(0.25, 0.02), run(0.3, 0.01)])?,
/// ];
/// let file = std::env::temp_dir().join("rheos_learning.svg");
/// plot::learning_curves(models).title("Two models").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
pub fn learning_curves(models: impl IntoIterator<Item = Series>) -> LearningCurves {
    LearningCurves { words: Words::new("iteration", "loss"), series: models.into_iter().collect() }
}

/// The most bands that can be told apart in one frame.
const BANDS_TOGETHER: usize = 2;

impl LearningCurves {
    pub(super) fn compose(&self) -> Result<Canvas> {
        let Self { words, series } = self;
        check_all("learning curves", series, Scale::Linear, Scale::Logarithmic)?;
        let steps = span("x", series.iter().flat_map(Series::points).map(|point| point.0), 0.0)?;
        let x = Axis::new(&words.x, Scale::Linear, steps, 7.0);
        let y = Axis::new(&words.y, Scale::Logarithmic, losses(series), 0.0);

        let mut canvas = Canvas::new(WIDTH)?;
        let left = left_margin(&canvas, &y);
        let top = canvas.title(&words.title, left);
        let right = WIDTH - end_labels::width(&canvas.fonts, series);
        let frame = Frame { left, top, right, bottom: top + HEIGHT.max(end_labels::height(series.len())) };
        let panel = Panel { frame, x, y };
        canvas.size.1 = frame.bottom + BOTTOM_MARGIN;

        let curves: Vec<End> = series
            .iter()
            .enumerate()
            .map(|(i, series)| (series, series.look_at(i)))
            .map(|(series, look)| End { series, look, pen: Pen::plain(look, 1.7) })
            .collect();
        let with_band = curves.iter().filter(|curve| !curve.series.band().is_empty()).count();
        panel.grid(&mut canvas);
        // No band may cover a line, and no line a marker.
        for curve in curves.iter().filter(|_| with_band <= BANDS_TOGETHER) {
            panel.band(&mut canvas, curve.series.band(), curve.pen.colour);
        }
        for curve in &curves {
            panel.line(&mut canvas, curve.series.points(), curve.pen);
        }
        for (place, curve) in curves.iter().enumerate() {
            draw_markers(&mut canvas, &panel, curve, place);
        }
        panel.axes(&mut canvas);
        end_labels::draw(&mut canvas, &panel, &curves);
        if with_band > BANDS_TOGETHER {
            small_panels::draw(&mut canvas, &panel, &curves);
        }
        Ok(canvas)
    }
}

figure!(LearningCurves);

/// All curves behind their first points. The first points and the bands widen this range by half of it on each side at most:
/// neither the untrained models nor a run that diverged must flatten the others.
fn losses(series: &[Series]) -> (f64, f64) {
    let along = |loss: f64| Scale::Logarithmic.along(loss);
    let behind_first = |one: &Series| {
        let losses: Vec<f64> = one.points().iter().map(|point| along(point.1)).filter(|y| is_drawable(*y)).collect();
        losses[usize::from(losses.len() > 1)..].to_vec()
    };
    let curves: Vec<f64> = series.iter().flat_map(behind_first).collect();
    let (low, high) = range(curves.iter().copied(), 0.0);
    let room = (high - low) / 2.0;
    let all = series.iter().flat_map(Series::points).map(|point| point.1);
    let edges = series.iter().flat_map(Series::band).flat_map(|&(_, below, above)| [below, above]);
    let others = all.chain(edges).map(along).filter(|place| is_drawable(*place));
    range(curves.into_iter().chain(others.map(|place| place.clamp(low - room, high + room))), 0.03)
}

/// A few markers along a curve, at other places for each curve: markers of equal curves stay visible.
fn draw_markers(canvas: &mut Canvas, panel: &Panel, curve: &End, place: usize) {
    const COUNT: usize = 7;
    let shift = (place % MARKERS.len()) as f64 / MARKERS.len() as f64;
    for index in 0..COUNT {
        let part = (index as f64 + 0.1 + 0.9 * shift) / COUNT as f64;
        let x = panel.x.low + part * (panel.x.high - panel.x.low);
        let places = curve.series.points().iter().filter(|point| is_finite(panel.place(**point)));
        let nearest = places.min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()));
        if let Some(&point) = nearest {
            panel.markers(canvas, &[point], curve.look);
        }
    }
}
