//! Observations and forecasts over time.

use std::path::Path;

use super::PlotResult;
use super::axes::{Axis, range};
use super::canvas::Canvas;
use super::legend::{Sample, legend};
use super::lines::Frame;
use super::look::{INK, Pen, SIZE, TITLE, TITLE_LINE};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::text::Align;

/// How a [`Series`] is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Black dots: observations, which also set the vertical range.
    Points,
    /// A thin black line: an exact or observed course, which also sets the vertical range.
    Reference,
    /// A line in the colour and dash pattern of a model; the same number has the same colour in
    /// all figures.
    Model(usize),
}

/// One data set or forecast over time.
#[derive(Clone, Debug)]
pub struct Series {
    /// The name in the legend.
    pub label: String,
    /// Time and value; a point that is not finite breaks the line.
    pub points: Vec<(f64, f64)>,
    /// How it is drawn.
    pub style: Style,
}

const REFERENCE: Pen = Pen::solid(INK, 1.2);

/// Observations and the forecasts of several models over time.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn forecast(path: &Path, title: &str, x_label: &str, y_label: &str, series: &[Series]) -> PlotResult {
    let mut canvas = Canvas::new(SIZE)?;
    let times = series.iter().flat_map(|one| one.points.iter());
    let x = Axis::linear(x_label, range(times.map(|point| point.0), 0.0), 8.0);
    let y = Axis::linear(y_label, forecast_range(series), 6.0);
    let left = left_margin(&canvas, &y);
    let entries: Vec<(&str, Sample)> = series.iter().map(|one| (one.label.as_str(), sample(one.style))).collect();
    canvas.heading(title, (left, TITLE_LINE), Align::Left, TITLE);
    let below = legend(&mut canvas, &entries, left, TITLE_LINE + 32.0);
    let frame = Frame { left, top: below, right: SIZE.0 - 28.0, bottom: SIZE.1 - BOTTOM_MARGIN };
    let panel = Panel { frame, x, y };
    panel.grid(&mut canvas);
    draw_series(&mut canvas, &panel, series);
    panel.axes(&mut canvas);
    canvas.save(path)
}

/// The range of the data and, of forecasts, as much as lies within a third of that range around it:
/// a forecast that diverges must not flatten the data.
fn forecast_range(series: &[Series]) -> (f64, f64) {
    let values = |one: &Series| one.points.iter().map(|point| point.1).collect::<Vec<_>>();
    let is_data = |one: &&Series| !matches!(one.style, Style::Model(_));
    let data: Vec<f64> = series.iter().filter(is_data).flat_map(values).collect();
    let all = series.iter().flat_map(values);
    if !data.iter().any(|value| value.is_finite()) {
        return range(all, 0.05);
    }
    let (low, high) = range(data.into_iter(), 0.0);
    let room = (high - low) / 3.0;
    range(all.map(|value| value.clamp(low - room, high + room)), 0.05)
}

/// What stands for a series in the legend.
fn sample(style: Style) -> Sample {
    match style {
        Style::Points => Sample::Dots,
        Style::Reference => Sample::Line(REFERENCE),
        Style::Model(look) => Sample::Line(Pen::model(look)),
    }
}

/// Data before models, so that nothing hides a forecast.
fn draw_series(canvas: &mut Canvas, panel: &Panel, series: &[Series]) {
    for one in series {
        match one.style {
            Style::Points => panel.dots(canvas, &one.points, 1.9, INK),
            Style::Reference => panel.line(canvas, &one.points, REFERENCE),
            Style::Model(_) => {}
        }
    }
    for one in series {
        if let Style::Model(look) = one.style {
            panel.line(canvas, &one.points, Pen::model(look));
        }
    }
}
