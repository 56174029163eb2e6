//! A small panel for each curve with a band, so that bands do not hide each other.

use super::axes::Axis;
use super::canvas::Canvas;
use super::end_labels::End;
use super::lines::Frame;
use super::look::{LABEL, NAME, OTHERS, WIDTH};
use super::panel::{BOTTOM_MARGIN, Panel};
use super::text::Align;

/// The height of a panel.
const HEIGHT: f64 = 150.0;
/// Above each row, for the names.
const ABOVE: f64 = 34.0;
/// Between two columns: room for the last number on one axis and the first on the next.
const GAP: f64 = 42.0;
/// Right of the last column, for half of its last number.
const RIGHT_MARGIN: f64 = 28.0;

/// The panels below a large one, with the same axes. They make the canvas higher.
pub fn draw(canvas: &mut Canvas, large: &Panel, curves: &[End]) {
    let banded: Vec<&End> = curves.iter().filter(|curve| !curve.series.band().is_empty()).collect();
    let left = large.frame.left;
    let widest = banded.iter().map(|curve| canvas.fonts.width(curve.series.name(), NAME, true)).fold(0.0, f64::max);
    let space = WIDTH - left - RIGHT_MARGIN;
    let width_of = |columns: usize| (space + GAP) / columns as f64 - GAP;
    let columns = if width_of(4) >= widest { 4 } else { 3 };
    let width = width_of(columns);
    let rows = banded.len().div_ceil(columns);
    for (row, members) in banded.chunks(columns).enumerate() {
        let top = canvas.size.1 + ABOVE;
        let is_last = row + 1 == rows;
        for (column, curve) in members.iter().enumerate() {
            let x = left + column as f64 * (width + GAP);
            let frame = Frame { left: x, top, right: x + width, bottom: top + HEIGHT };
            let name = canvas.fonts.fitted(curve.series.name(), NAME, true, width + GAP / 2.0);
            canvas.heading(&name, (x, top - 10.0), Align::Left, NAME);
            let panel = Panel { frame, x: across(large, is_last), y: up(large, column == 0) };
            panel.grid(canvas);
            for other in curves {
                panel.line(canvas, other.series.points(), OTHERS);
            }
            panel.band(canvas, curve.series.band(), curve.pen.colour);
            panel.line(canvas, curve.series.points(), curve.pen);
            panel.axes(canvas);
        }
        canvas.size.1 = top + HEIGHT + if is_last { BOTTOM_MARGIN } else { LABEL + 4.0 };
    }
}

/// The horizontal axis, with numbers at half of the places; its name stands below the last row.
fn across<'a>(large: &Panel<'a>, is_last: bool) -> Axis<'a> {
    let Axis { name, scale, low, high, .. } = large.x;
    Axis::new(if is_last { name } else { "" }, scale, (low, high), 4.0)
}

/// The vertical axis without its name, which has no room; only the first column has its numbers.
fn up<'a>(large: &Panel<'a>, is_first: bool) -> Axis<'a> {
    let mut axis = Axis { name: "", ..large.y.clone() };
    if !is_first {
        axis.hide_numbers();
    }
    axis
}
