//! Error against work, in a grid of panels.

use std::path::Path;

use plotters::style::RGBColor;

use super::PlotResult;
use super::axes::{Axis, range};
use super::canvas::Canvas;
use super::lines::{Frame, is_finite};
use super::look::{LABEL, PAPER, Pen, SAMPLE, TITLE, TITLE_LINE, colour};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::text::Align;

/// What one method needs for what accuracy.
#[derive(Clone, Debug)]
pub struct WorkCurve {
    /// The name in the panel.
    pub label: String,
    /// Work and error, both positive.
    pub points: Vec<(f64, f64)>,
}

/// Methods that are compared with each other.
#[derive(Clone, Debug)]
pub struct WorkPanel {
    /// What they have in common.
    pub title: String,
    /// The unit of work; panels of one row have the same.
    pub work: String,
    /// At most eight.
    pub curves: Vec<WorkCurve>,
}

/// The size of a panel without what surrounds it.
const PANEL: (f64, f64) = (370.0, 330.0);
/// Between the columns, and above each row for the titles of its panels.
const GAP: f64 = 62.0;
/// Size and distance of the names.
const NAME: f64 = 14.0;
const LINE: f64 = 20.0;
/// The curves of the other panels of a row, for comparison.
const OTHERS: Pen = Pen::solid(RGBColor(0xd2, 0xd2, 0xd2), 1.2);

/// Rows of panels with logarithmic axes: the error at the end of a solve over the work it took. Panels of a row have the
/// same axes, and show the curves of the others in grey.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn work_precision(path: &Path, title: &str, rows: &[Vec<WorkPanel>]) -> PlotResult {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(1) as f64;
    let left = 96.0;
    let row_height = GAP + PANEL.1 + BOTTOM_MARGIN;
    let size = (left + columns * PANEL.0 + (columns - 1.0) * GAP + 28.0, TITLE_LINE + rows.len() as f64 * row_height);
    let mut canvas = Canvas::new(size)?;
    canvas.heading(title, (left, TITLE_LINE), Align::Left, TITLE);
    let errors = logarithms(rows.iter().flatten()).map(|point| point.1);
    let errors = range(errors, 0.03);
    for (i, row) in rows.iter().enumerate() {
        let work = range(logarithms(row.iter()).map(|point| point.0), 0.03);
        for (j, panel) in row.iter().enumerate() {
            let (x, y) = (left + j as f64 * (PANEL.0 + GAP), TITLE_LINE + GAP + i as f64 * row_height);
            let frame = Frame { left: x, top: y, right: x + PANEL.0, bottom: y + PANEL.1 };
            let y_axis = Axis::logarithmic(if j == 0 { "error at the end" } else { "" }, errors);
            debug_assert!(left_margin(&canvas, &y_axis) <= left);
            let area = Panel { frame, x: Axis::logarithmic(&panel.work, work), y: y_axis };
            draw(&mut canvas, &area, row, panel);
        }
    }
    canvas.save(path)
}

/// The decimal logarithms of all points.
fn logarithms<'a>(panels: impl Iterator<Item = &'a WorkPanel>) -> impl Iterator<Item = (f64, f64)> {
    panels.flat_map(|panel| panel.curves.iter()).flat_map(logarithm).filter(|point| is_finite(*point))
}

fn logarithm(curve: &WorkCurve) -> Vec<(f64, f64)> {
    curve.points.iter().map(|(work, error)| (work.log10(), error.log10())).collect()
}

fn draw(canvas: &mut Canvas, area: &Panel, row: &[WorkPanel], panel: &WorkPanel) {
    area.grid(canvas);
    for curve in row.iter().flat_map(|panel| &panel.curves) {
        area.line(canvas, &logarithm(curve), OTHERS);
    }
    for (look, curve) in panel.curves.iter().enumerate() {
        area.line(canvas, &logarithm(curve), Pen::solid(colour(look), 1.8));
    }
    for (look, curve) in panel.curves.iter().enumerate() {
        for point in logarithm(curve) {
            if is_finite(point) {
                canvas.marker(area.place(point), look);
            }
        }
    }
    area.axes(canvas);
    let Frame { left, top, .. } = area.frame;
    canvas.heading(&panel.title, (left, top - 12.0), Align::Left, LABEL);
    names(canvas, area, panel);
}

/// The names in the lower left corner: nobody gets a small error from little work.
fn names(canvas: &mut Canvas, area: &Panel, panel: &WorkPanel) {
    let widest = panel.curves.iter().map(|curve| canvas.fonts.width(&curve.label, NAME, false)).fold(0.0, f64::max);
    let Frame { left, bottom, .. } = area.frame;
    let (left, top) = (left + 8.0, bottom - 6.0 - LINE * panel.curves.len() as f64);
    let right = left + SAMPLE + 10.0 + widest;
    canvas.area(vec![(left, top), (right, top), (right, bottom - 4.0), (left, bottom - 4.0)], PAPER, 0.8);
    for (look, curve) in panel.curves.iter().enumerate() {
        let y = top + LINE * (look as f64 + 0.8);
        let middle = y - 0.36 * NAME;
        canvas.line(&[(left, middle), (left + SAMPLE, middle)], Pen::solid(colour(look), 1.8));
        canvas.marker((left + 0.5 * SAMPLE, middle), look);
        canvas.text(&curve.label, (left + SAMPLE + 6.0, y), Align::Left, NAME);
    }
}
