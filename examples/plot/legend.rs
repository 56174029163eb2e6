//! Names with samples above the data.

use plotters::style::RGBColor;

use super::canvas::Canvas;
use super::lines::Place;
use super::look::{INK, LABEL, LINE_HEIGHT, Pen, SAMPLE};
use super::text::Align;

/// What stands in front of a name.
pub enum Sample {
    Line(Pen),
    Dots,
    Arrow(RGBColor),
}

/// Entries side by side, in as many rows as they need. Returns where the data may begin.
pub fn legend(canvas: &mut Canvas, entries: &[(&str, Sample)], left: f64, first_line: f64) -> f64 {
    let (mut x, mut y) = (left, first_line);
    for (name, sample) in entries {
        let width = SAMPLE + 8.0 + canvas.fonts.width(name, LABEL, false);
        if x > left && x + width > canvas.size.0 - 16.0 {
            (x, y) = (left, y + LINE_HEIGHT);
        }
        draw_sample(canvas, sample, (x, y - 0.36 * LABEL));
        canvas.text(name, (x + SAMPLE + 8.0, y), Align::Left, LABEL);
        x += width + 26.0;
    }
    if entries.is_empty() { first_line - LABEL } else { y + 16.0 }
}

fn draw_sample(canvas: &mut Canvas, sample: &Sample, (x, y): Place) {
    match sample {
        Sample::Line(pen) => canvas.line(&[(x, y), (x + SAMPLE, y)], *pen),
        Sample::Dots => {
            for part in [0.2, 0.5, 0.8] {
                canvas.dot((x + part * SAMPLE, y), 2.2, INK);
            }
        }
        Sample::Arrow(colour) => canvas.arrow((x + 6.0, y), (22.0, 0.0), *colour),
    }
}
