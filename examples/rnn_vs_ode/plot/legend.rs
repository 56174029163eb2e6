//! The legend above a figure.

use super::curves::{LINE_HEIGHT, SAMPLE};
use super::portraits::{arrow, field_colour};
use super::*;

/// The sample in front of a name in a legend.
#[derive(Clone, Copy)]
pub(super) enum Sample {
    Line(Pen),
    Dots,
    Arrow,
}

pub(super) struct Entry<'a> {
    pub(super) label: &'a str,
    pub(super) sample: Sample,
}

impl<'a> From<&'a Series> for Entry<'a> {
    fn from(series: &'a Series) -> Self {
        let sample = match series.style {
            Style::Points => Sample::Dots,
            Style::Reference => Sample::Line(Pen::solid(INK, 1.2)),
            Style::Model(look) => Sample::Line(Pen::model(look)),
        };
        Self { label: &series.label, sample }
    }
}

/// Entries side by side above the data, in as many rows as they need. Returns where the data may
/// begin.
pub(super) fn legend(sheet: &mut Sheet, entries: &[Entry], left: f64, first_line: f64) -> f64 {
    let (mut x, mut y) = (left, first_line);
    for entry in entries {
        let width = SAMPLE + 8.0 + sheet.fonts.width(entry.label, LABEL, false);
        if x > left && x + width > sheet.size.0 - 16.0 {
            (x, y) = (left, y + LINE_HEIGHT);
        }
        draw_sample(sheet, entry.sample, (x, y - 0.36 * LABEL));
        let place = (x + SAMPLE + 8.0, y);
        sheet.text(entry.label, place, Align::Left, LABEL);
        x += width + 26.0;
    }
    if entries.is_empty() { first_line - LABEL } else { y + 16.0 }
}

pub(super) fn draw_sample(sheet: &mut Sheet, sample: Sample, (x, y): Place) {
    match sample {
        Sample::Line(pen) => sheet.line(&[(x, y), (x + SAMPLE, y)], pen),
        Sample::Dots => {
            for part in [0.2, 0.5, 0.8] {
                sheet.dot((x + part * SAMPLE, y), 2.2, INK);
            }
        }
        Sample::Arrow => {
            arrow(sheet, (x + 6.0, y), (22.0, 0.0), field_colour(0.7));
        }
    }
}
