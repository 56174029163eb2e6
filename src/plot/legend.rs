//! Names with samples, outside the frames, so that they cover no data.

use plotters::style::RGBColor;

use super::canvas::Canvas;
use super::lines::{Frame, Place};
use super::look::{Look, Pen, SAMPLE};
use super::text::{Align, Fonts};

/// The sample in front of a name.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    Line(Pen),
    /// A line in a band.
    Band(Pen),
    /// A line with a marker.
    Marked(Pen, Look),
    /// A filled rectangle.
    Area(RGBColor),
    /// A marker alone.
    Marker(Look),
    Dots(RGBColor),
    Arrow(RGBColor),
}

/// Names in as many columns as a width has room for.
pub struct Legend {
    entries: Vec<(String, Sample)>,
    /// The number of entries below each other.
    rows: usize,
    columns: Vec<f64>,
    /// The size of the letters.
    size: f64,
}

/// Between the sample and the name, and between two columns.
const SPACE: f64 = 8.0;
const GAP: f64 = 22.0;

impl Legend {
    pub fn new(fonts: &Fonts, entries: Vec<(String, Sample)>, width: f64, size: f64) -> Self {
        let fit = |(name, sample): (String, Sample)| (fonts.fitted(&name, size, false, width - SAMPLE - SPACE), sample);
        let entries: Vec<_> = entries.into_iter().map(fit).collect();
        let needed = |(name, _): &(String, Sample)| SAMPLE + SPACE + fonts.width(name, size, false);
        let columns = |rows: usize| -> Vec<f64> {
            entries.chunks(rows).map(|column| column.iter().map(needed).fold(0.0, f64::max)).collect()
        };
        let most = entries.len().max(1);
        let fits = |rows: &usize| columns(*rows).iter().map(|column| column + GAP).sum::<f64>() - GAP <= width;
        let rows = (1..=most).find(fits).unwrap_or(most);
        Self { columns: columns(rows), entries, rows, size }
    }

    fn line_height(&self) -> f64 {
        1.4 * self.size
    }

    pub fn height(&self) -> f64 {
        if self.entries.is_empty() { 0.0 } else { self.line_height() * self.rows as f64 }
    }

    /// Draws it below and right of a place.
    pub fn draw(&self, canvas: &mut Canvas, (left, top): Place) {
        #[cfg(test)]
        let first = canvas.shapes.len();
        let mut x = left;
        for (column, width) in self.entries.chunks(self.rows).zip(&self.columns) {
            for (row, (name, sample)) in column.iter().enumerate() {
                let line = top + self.line_height() * (row as f64 + 0.8);
                draw_sample(canvas, *sample, (x, line - 0.36 * self.size));
                canvas.text(name, (x + SAMPLE + SPACE, line), Align::Left, self.size);
            }
            x += width + GAP;
        }
        #[cfg(test)]
        canvas
            .legends
            .push((Frame { left, top, right: x - GAP, bottom: top + self.height() }, first..canvas.shapes.len()));
    }
}

fn draw_sample(canvas: &mut Canvas, sample: Sample, (x, y): Place) {
    let line = [(x, y), (x + SAMPLE, y)];
    match sample {
        Sample::Line(pen) => canvas.line(&line, pen),
        Sample::Band(pen) => {
            let band = Frame { left: x, top: y - 6.0, right: x + SAMPLE, bottom: y + 6.0 };
            canvas.area(band.corners(), pen.colour, 0.2);
            canvas.line(&line, pen);
        }
        Sample::Marked(pen, look) => {
            canvas.line(&line, pen);
            canvas.marker((x + SAMPLE / 2.0, y), look);
        }
        Sample::Area(colour) => {
            let area = Frame { left: x, top: y - 6.0, right: x + SAMPLE, bottom: y + 6.0 };
            canvas.area(area.corners(), colour, 1.0);
        }
        Sample::Marker(look) => canvas.marker((x + SAMPLE / 2.0, y), look),
        Sample::Dots(colour) => {
            for part in [0.2, 0.5, 0.8] {
                canvas.dot((x + part * SAMPLE, y), 2.2, colour);
            }
        }
        Sample::Arrow(colour) => canvas.arrow((x + 6.0, y), (22.0, 0.0), colour),
    }
}
