//! Trajectories and vector fields in a plane.

use std::path::Path;

use plotters::style::RGBColor;

use super::PlotResult;
use super::axes::{Axis, range};
use super::canvas::Canvas;
use super::legend::{Sample, legend};
use super::lines::{Frame, Place, is_finite};
use super::look::{INK, LABEL, Pen, SIZE, TITLE, TITLE_LINE, colour};
use super::panel::{BOTTOM_MARGIN, Panel};
use super::text::Align;

/// A vector field and two trajectories in a plane.
#[derive(Clone, Debug)]
pub struct PortraitPanel {
    /// The heading of the panel.
    pub title: String,
    /// The true trajectory.
    pub truth: Vec<(f64, f64)>,
    /// The trajectory of the model.
    pub learned: Vec<(f64, f64)>,
    /// Position and velocity, `[x, y, u, v]`, of the learned field.
    pub arrows: Vec<[f64; 4]>,
    /// The horizontal range shown.
    pub x_limits: (f64, f64),
    /// The vertical range shown.
    pub y_limits: (f64, f64),
}

const TRUTH: Pen = Pen::solid(INK, 2.0);
/// Dashed, so that the truth shows through where both agree.
const LEARNED: Pen = Pen { colour: colour(1), width: 2.4, dashes: &[6.0, 6.0] };

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
    // Numbers and name of a vertical axis; the same for all, so that the columns align.
    let margin = 78.0;
    let width = (SIZE.0 - 16.0) / columns as f64 - margin - 12.0;
    // A single panel must not become a poster.
    let width = width.min(520.0);
    let heights: Vec<f64> = panels.chunks(columns).map(|row| row_height(row, width)).collect();
    let head = TITLE_LINE + 32.0 + 16.0;
    let caption = LABEL + 18.0;
    let total: f64 = heights.iter().map(|h| h + caption + BOTTOM_MARGIN).sum();
    let mut canvas = Canvas::new((SIZE.0, head + total))?;
    canvas.heading(title, (margin, TITLE_LINE), Align::Left, TITLE);
    let entries = [
        ("true trajectory", Sample::Line(TRUTH)),
        ("learned trajectory", Sample::Line(LEARNED)),
        ("learned field (darker: faster)", Sample::Arrow(field_colour(0.7))),
    ];
    legend(&mut canvas, &entries, margin, TITLE_LINE + 32.0);

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
            draw_portrait(&mut canvas, &panel, portrait, speeds);
        }
        top += height + BOTTOM_MARGIN;
    }
    canvas.save(path)
}

/// A usable range, whatever the caller gave.
fn limits((low, high): (f64, f64)) -> (f64, f64) {
    range([low, high].into_iter(), 0.0)
}

/// Height over width of what a panel shows, within reason.
fn aspect(portrait: &PortraitPanel) -> f64 {
    let extent = |ends| {
        let (low, high) = limits(ends);
        high - low
    };
    (extent(portrait.y_limits) / extent(portrait.x_limits)).clamp(0.1, 10.0)
}

fn row_height(row: &[PortraitPanel], width: f64) -> f64 {
    row.iter().map(|portrait| width * aspect(portrait)).fold(0.0, f64::max).min(1.5 * width)
}

/// The largest frame of the right shape in the given space.
fn equal_aspect(portrait: &PortraitPanel, (left, top): Place, space: (f64, f64)) -> Frame {
    let aspect = aspect(portrait);
    let width = space.0.min(space.1 / aspect);
    Frame { left, top, right: left + width, bottom: top + width * aspect }
}

fn log_speeds(portrait: &PortraitPanel) -> impl Iterator<Item = f64> {
    portrait.arrows.iter().map(|&[_, _, u, v]| u.hypot(v).log10())
}

fn draw_portrait(canvas: &mut Canvas, panel: &Panel, portrait: &PortraitPanel, speeds: (f64, f64)) {
    let middle = (panel.frame.left + panel.frame.right) / 2.0;
    let place = (middle, panel.frame.top - 10.0);
    canvas.heading(&portrait.title, place, Align::Centre, LABEL);
    panel.grid(canvas);
    draw_field(canvas, panel, portrait, speeds);
    panel.line(canvas, &portrait.truth, TRUTH);
    panel.line(canvas, &portrait.learned, LEARNED);
    // Both usually begin at the same place: the larger dot stays visible around the smaller one.
    for (points, pen, radius) in [(&portrait.truth, TRUTH, 5.5), (&portrait.learned, LEARNED, 3.0)] {
        let start = points.get(..1).unwrap_or_default();
        panel.dots(canvas, start, radius, pen.colour);
    }
    panel.axes(canvas);
}

fn draw_field(canvas: &mut Canvas, panel: &Panel, portrait: &PortraitPanel, speeds: (f64, f64)) {
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
        canvas.arrow(tail, way, field_colour(shade));
    }
}

/// Light to dark blue grey.
fn field_colour(shade: f64) -> RGBColor {
    let mix = |light: f64, dark: f64| (light + shade.clamp(0.0, 1.0) * (dark - light)) as u8;
    RGBColor(mix(208.0, 52.0), mix(218.0, 88.0), mix(228.0, 128.0))
}
