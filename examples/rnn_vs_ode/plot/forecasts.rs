//! Observations and forecasts over time.

use std::path::Path;

use super::*;

/// Observations and the forecasts of several models over time.
///
/// `split` is the time at which the test part begins; it is marked and the part behind it shaded.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn forecast(
    path: &Path,
    title: &str,
    x_label: &str,
    y_label: &str,
    series: &[Series],
    split: Option<f64>,
) -> PlotResult {
    let mut sheet = Sheet::new(SIZE)?;
    let times = series.iter().flat_map(|one| one.points.iter());
    let x = Axis::linear(x_label, range(times.map(|point| point.0), 0.0), 8.0);
    let y = Axis::linear(y_label, forecast_range(series), 6.0);
    let left = left_margin(&sheet, &y);
    let entries: Vec<Entry> = series.iter().map(Entry::from).collect();
    sheet.heading(title, (left, TITLE_LINE), Align::Left, TITLE);
    let below = legend(&mut sheet, &entries, left, TITLE_LINE + 32.0);
    let frame = Frame {
        left,
        top: below + if split.is_some() { 16.0 } else { 0.0 },
        right: SIZE.0 - 28.0,
        bottom: SIZE.1 - BOTTOM_MARGIN,
    };
    let panel = Panel { frame, x, y };
    let split = split.filter(|at| (panel.x.low..panel.x.high).contains(at));
    if let Some(at) = split {
        shade_from(&mut sheet, &panel, at);
    }
    panel.grid(&mut sheet);
    draw_series(&mut sheet, &panel, series);
    if let Some(at) = split {
        mark_split(&mut sheet, &panel, at);
    }
    panel.axes(&mut sheet);
    sheet.save(path)
}

pub(super) fn is_data(series: &Series) -> bool {
    matches!(series.style, Style::Points | Style::Reference)
}

/// The range of the data and, of forecasts, as much as lies within a third of that range around it:
/// a forecast that diverges must not flatten the data.
pub(super) fn forecast_range(series: &[Series]) -> (f64, f64) {
    let values = |one: &Series| one.points.iter().map(|point| point.1).collect::<Vec<_>>();
    let data: Vec<f64> = series.iter().filter(|one| is_data(one)).flat_map(values).collect();
    let all = series.iter().flat_map(values);
    if !data.iter().any(|value| value.is_finite()) {
        return range(all, 0.05);
    }
    let (low, high) = range(data.into_iter(), 0.0);
    let room = (high - low) / 3.0;
    range(all.map(|value| value.clamp(low - room, high + room)), 0.05)
}

/// Bands first and data before models, so that nothing hides a forecast.
pub(super) fn draw_series(sheet: &mut Sheet, panel: &Panel, series: &[Series]) {
    for one in series {
        let band: Vec<(f64, f64, f64)> =
            one.points.iter().zip(&one.band).map(|(point, &(low, high))| (point.0, low, high)).collect();
        let colour = match one.style {
            Style::Model(look) => colour(look),
            Style::Points | Style::Reference => AXIS,
        };
        panel.band(sheet, &band, colour);
    }
    for one in series {
        match one.style {
            Style::Points => panel.dots(sheet, &one.points, 1.9, INK),
            Style::Reference => panel.line(sheet, &one.points, Pen::solid(INK, 1.2)),
            Style::Model(_) => {}
        }
    }
    for one in series {
        if let Style::Model(look) = one.style {
            panel.line(sheet, &one.points, Pen::model(look));
        }
    }
}

pub(super) fn shade_from(sheet: &mut Sheet, panel: &Panel, at: f64) {
    let (left, _) = panel.place((at, panel.y.low));
    let frame = Frame { left, ..panel.frame };
    sheet.rectangle(frame, SHADE);
}

pub(super) fn mark_split(sheet: &mut Sheet, panel: &Panel, at: f64) {
    let (x, bottom) = panel.place((at, panel.y.low));
    let top = panel.frame.top;
    let pen = Pen { dashes: &[4.0, 5.0], ..Pen::solid(AXIS, 1.2) };
    sheet.line(&[(x, top - 16.0), (x, bottom)], pen);
    sheet.text("training", (x - 8.0, top - 5.0), Align::Right, TICK);
    sheet.text("test", (x + 8.0, top - 5.0), Align::Left, TICK);
}
