//! One frame below a title and a legend.

use super::axes::Axis;
use super::canvas::Canvas;
use super::figure::Words;
use super::legend::{Legend, Sample};
use super::lines::Frame;
use super::look::{EDGE, HEIGHT, LABEL, WIDTH};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use crate::error::Result;

/// The right margin, which has room for half of the last number on the axis.
const RIGHT_MARGIN: f64 = 28.0;

/// A canvas with a title, a legend and the grid of a frame below them, ready for the data.
pub fn chart<'a>(
    words: &Words,
    entries: Vec<(String, Sample)>,
    x: Axis<'a>,
    y: Axis<'a>,
) -> Result<(Canvas, Panel<'a>)> {
    let mut canvas = Canvas::new(WIDTH)?;
    let left = left_margin(&canvas, &y);
    let mut top = canvas.title(&words.title, left);
    let legend = Legend::new(&canvas.fonts, entries, WIDTH - left - EDGE, LABEL);
    if legend.height() > 0.0 {
        legend.draw(&mut canvas, (left, top));
        top += legend.height() + 14.0;
    }
    let frame = Frame { left, top, right: WIDTH - RIGHT_MARGIN, bottom: top + HEIGHT };
    canvas.size.1 = frame.bottom + BOTTOM_MARGIN;
    let panel = Panel { frame, x, y };
    panel.grid(&mut canvas);
    Ok((canvas, panel))
}
