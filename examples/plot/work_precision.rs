//! What methods cost, in a grid of panels with logarithmic axes: error against work, memory against steps.

use std::path::Path;

use plotters::style::RGBColor;

use super::PlotResult;
use super::axes::{Axis, range};
use super::canvas::Canvas;
use super::lines::{Frame, Place, is_finite};
use super::look::{LABEL, PAPER, Pen, SAMPLE, TITLE, TITLE_LINE, colour};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::text::Align;

/// What one method needs for what.
#[derive(Clone, Debug)]
pub struct WorkCurve {
    /// The name in the panel.
    pub label: String,
    /// Work and error, say; both positive.
    pub points: Vec<(f64, f64)>,
}

/// Methods that are compared with each other.
#[derive(Clone, Debug)]
pub struct WorkPanel {
    /// What they have in common.
    pub title: String,
    /// The names of the axes; panels of one row have the same.
    pub axes: [String; 2],
    pub names: Names,
    /// At most eight.
    pub curves: Vec<WorkCurve>,
}

/// Where the names of the curves are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Names {
    /// In the lower left corner: nobody gets a small error from little work.
    Inside,
    /// Above the frame, in two columns.
    Above,
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

/// Rows of panels with logarithmic axes. Panels of a row have the same axes, and show the curves of the others in grey.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn work_precision(path: &Path, title: &str, rows: &[Vec<WorkPanel>]) -> PlotResult {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(1) as f64;
    let left = 96.0;
    let row_height = |row: &Vec<WorkPanel>| GAP + above(row) + PANEL.1 + BOTTOM_MARGIN;
    let height: f64 = rows.iter().map(row_height).sum();
    let size = (left + columns * PANEL.0 + (columns - 1.0) * GAP + 28.0, TITLE_LINE + height);
    let mut canvas = Canvas::new(size)?;
    canvas.heading(title, (left, TITLE_LINE), Align::Left, TITLE);
    let mut bottom = TITLE_LINE;
    for row in rows {
        let top = bottom + GAP + above(row);
        bottom += row_height(row);
        let [across, up] = [0, 1].map(|axis| range(logarithms(row).map(|point| point[axis]), 0.03));
        for (j, panel) in row.iter().enumerate() {
            let x = left + j as f64 * (PANEL.0 + GAP);
            let frame = Frame { left: x, top, right: x + PANEL.0, bottom: top + PANEL.1 };
            let [x_name, y_name] = &panel.axes;
            let y_axis = Axis::logarithmic(if j == 0 { y_name } else { "" }, up);
            debug_assert!(left_margin(&canvas, &y_axis) <= left);
            let area = Panel { frame, x: Axis::logarithmic(x_name, across), y: y_axis };
            draw(&mut canvas, &area, row, panel);
        }
    }
    canvas.save(path)
}

/// The decimal logarithms of all points.
fn logarithms(panels: &[WorkPanel]) -> impl Iterator<Item = [f64; 2]> {
    let points = panels.iter().flat_map(|panel| &panel.curves).flat_map(logarithm);
    points.filter(|point| is_finite(*point)).map(|(x, y)| [x, y])
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
    let height = above(row);
    canvas.heading(&panel.title, (left, top - 12.0 - height), Align::Left, LABEL);
    match panel.names {
        Names::Inside => names_inside(canvas, area, panel),
        Names::Above => names_above(canvas, (left, top - height), panel),
    }
}

/// The height of the names above the frames of a row.
fn above(row: &[WorkPanel]) -> f64 {
    let lines = |panel: &WorkPanel| if panel.names == Names::Above { panel.curves.len().div_ceil(2) } else { 0 };
    let lines = row.iter().map(lines).max().unwrap_or(0);
    if lines > 0 { LINE * lines as f64 + 14.0 } else { 0.0 }
}

fn names_inside(canvas: &mut Canvas, area: &Panel, panel: &WorkPanel) {
    let Frame { left, bottom, .. } = area.frame;
    let (left, top) = (left + 8.0, bottom - 6.0 - LINE * panel.curves.len() as f64);
    let right = left + width(canvas, &panel.curves) + 4.0;
    canvas.area(vec![(left, top), (right, top), (right, bottom - 4.0), (left, bottom - 4.0)], PAPER, 0.8);
    column(canvas, (left, top), 0, &panel.curves);
}

/// Two columns below a place.
fn names_above(canvas: &mut Canvas, (left, top): Place, panel: &WorkPanel) {
    let (first, second) = panel.curves.split_at(panel.curves.len().div_ceil(2));
    column(canvas, (left, top), 0, first);
    column(canvas, (left + width(canvas, first) + 18.0, top), first.len(), second);
}

/// The width of the widest name, with its sample.
fn width(canvas: &Canvas, curves: &[WorkCurve]) -> f64 {
    let names = curves.iter().map(|curve| canvas.fonts.width(&curve.label, NAME, false));
    SAMPLE + 6.0 + names.fold(0.0, f64::max)
}

/// Names below each other, the first of them with the look `first`.
fn column(canvas: &mut Canvas, (left, top): Place, first: usize, curves: &[WorkCurve]) {
    for (i, curve) in curves.iter().enumerate() {
        let (y, look) = (top + LINE * (i as f64 + 0.8), first + i);
        let middle = y - 0.36 * NAME;
        canvas.line(&[(left, middle), (left + SAMPLE, middle)], Pen::solid(colour(look), 1.8));
        canvas.marker((left + 0.5 * SAMPLE, middle), look);
        canvas.text(&curve.label, (left + SAMPLE + 6.0, y), Align::Left, NAME);
    }
}
