//! Trajectories and vector fields in the plane.

use std::path::Path;

use plotters::prelude::RGBColor;

use super::*;

/// True and learned trajectories over the learned field, one panel of equal aspect for each model.
///
/// All arrows of a panel have the same length; darker ones are faster, on a logarithmic scale that
/// the panels share. The dots mark where the trajectories begin.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn phase_portrait(path: &Path, title: &str, x_label: &str, y_label: &str, panels: &[PortraitPanel]) -> PlotResult {
    let columns = match panels.len() {
        4 => 2,
        count => count.clamp(1, 3),
    };
    let margin = 78.0;
    let width = (SIZE.0 - 16.0) / columns as f64 - margin - 12.0;
    // A single panel must not become a poster.
    let width = width.min(520.0);
    let heights: Vec<f64> = panels.chunks(columns).map(|row| row_height(row, width)).collect();
    let head = TITLE_LINE + 32.0 + 16.0;
    let caption = LABEL + 18.0;
    let total: f64 = heights.iter().map(|h| h + caption + BOTTOM_MARGIN).sum();
    let mut sheet = Sheet::new((SIZE.0, head + total))?;
    sheet.heading(title, (margin, TITLE_LINE), Align::Left, TITLE);
    legend(&mut sheet, &portrait_entries(), margin, TITLE_LINE + 32.0);

    let speeds = range(panels.iter().flat_map(log_speeds), 0.0);
    let mut top = head;
    for (row, height) in panels.chunks(columns).zip(heights) {
        top += caption;
        for (column, portrait) in row.iter().enumerate() {
            let left = margin + column as f64 * (width + margin + 12.0);
            let frame = equal_aspect(portrait, (left, top), (width, height));
            let panel = Panel {
                frame,
                x: Axis::linear(x_label, limits(portrait.x_limits), 4.0),
                y: Axis::linear(y_label, limits(portrait.y_limits), 4.0),
            };
            draw_portrait(&mut sheet, &panel, portrait, speeds);
        }
        top += height + BOTTOM_MARGIN;
    }
    sheet.save(path)
}

pub(super) const TRUTH: Pen = Pen::solid(INK, 2.0);
pub(super) const LEARNED: Pen = Pen { colour: COLOURS[1], width: 2.4, dashes: &[6.0, 6.0] };

pub(super) fn portrait_entries() -> [Entry<'static>; 3] {
    [
        Entry { label: "true trajectory", sample: Sample::Line(TRUTH) },
        Entry { label: "learned trajectory", sample: Sample::Line(LEARNED) },
        Entry { label: "learned field (darker: faster)", sample: Sample::Arrow },
    ]
}

/// A usable range, whatever the caller gave.
pub(super) fn limits((low, high): (f64, f64)) -> (f64, f64) {
    range([low, high].into_iter(), 0.0)
}

/// Height over width of what a panel shows, within reason.
pub(super) fn aspect(portrait: &PortraitPanel) -> f64 {
    let extent = |ends| {
        let (low, high) = limits(ends);
        high - low
    };
    (extent(portrait.y_limits) / extent(portrait.x_limits)).clamp(0.1, 10.0)
}

pub(super) fn row_height(row: &[PortraitPanel], width: f64) -> f64 {
    row.iter().map(|portrait| width * aspect(portrait)).fold(0.0, f64::max).min(1.5 * width)
}

/// The largest frame of the right shape in the given space.
pub(super) fn equal_aspect(portrait: &PortraitPanel, (left, top): Place, space: (f64, f64)) -> Frame {
    let aspect = aspect(portrait);
    let width = space.0.min(space.1 / aspect);
    Frame { left, top, right: left + width, bottom: top + width * aspect }
}

pub(super) fn log_speeds(portrait: &PortraitPanel) -> impl Iterator<Item = f64> {
    portrait.arrows.iter().map(|&[_, _, u, v]| u.hypot(v).log10())
}

pub(super) fn draw_portrait(sheet: &mut Sheet, panel: &Panel, portrait: &PortraitPanel, speeds: (f64, f64)) {
    let middle = (panel.frame.left + panel.frame.right) / 2.0;
    let place = (middle, panel.frame.top - 10.0);
    sheet.heading(&portrait.title, place, Align::Centre, LABEL);
    panel.grid(sheet);
    draw_field(sheet, panel, portrait, speeds);
    panel.line(sheet, &portrait.truth, TRUTH);
    panel.line(sheet, &portrait.learned, LEARNED);
    for (points, pen) in [(&portrait.truth, TRUTH), (&portrait.learned, LEARNED)] {
        let radius = if pen.dashes.is_empty() { 5.5 } else { 3.0 };
        let start = points.get(..1).unwrap_or_default();
        panel.dots(sheet, start, radius, pen.colour);
    }
    panel.axes(sheet);
}

pub(super) fn draw_field(sheet: &mut Sheet, panel: &Panel, portrait: &PortraitPanel, speeds: (f64, f64)) {
    let frame = panel.frame;
    let area = (frame.right - frame.left) * (frame.bottom - frame.top);
    // Each arrow has about this square for itself.
    let length = 0.72 * (area / portrait.arrows.len().max(1) as f64).sqrt().min(60.0);
    for &[x, y, u, v] in &portrait.arrows {
        let place = panel.place((x, y));
        let speed = u.hypot(v);
        if !(is_finite(place) && frame.contains(place) && speed.is_finite() && speed > 0.0) {
            continue;
        }
        let shade = (speed.log10() - speeds.0) / (speeds.1 - speeds.0);
        let way = (length * u / speed, -length * v / speed);
        let tail = (place.0 - way.0 / 2.0, place.1 - way.1 / 2.0);
        arrow(sheet, tail, way, field_colour(shade));
    }
}

/// Light to dark blue grey.
pub(super) fn field_colour(shade: f64) -> RGBColor {
    let mix = |light: f64, dark: f64| (light + shade.clamp(0.0, 1.0) * (dark - light)) as u8;
    RGBColor(mix(208.0, 52.0), mix(218.0, 88.0), mix(228.0, 128.0))
}

pub(super) fn arrow(sheet: &mut Sheet, tail: Place, (dx, dy): Place, colour: RGBColor) {
    let at = |along: f64, across: f64| (tail.0 + along * dx - across * dy, tail.1 + along * dy + across * dx);
    let shaft = [at(0.0, 0.0), at(0.75, 0.0)];
    sheet.line(&shaft, Pen::solid(colour, 1.3));
    let head = vec![at(1.0, 0.0), at(0.66, 0.16), at(0.66, -0.16)];
    sheet.area(head, colour, 1.0);
}
