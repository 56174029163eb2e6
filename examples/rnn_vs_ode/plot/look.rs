//! Colours, sizes and patterns that all figures share.

use plotters::prelude::RGBColor;

/// The size of figures with one panel, in logical pixels.
pub(super) const SIZE: (f64, f64) = (1000.0, 640.0);
/// Painted units per logical pixel. Plotters takes whole numbers only; a finer grid keeps curves
/// smooth.
pub(super) const UNITS: u32 = 4;
/// Painted units per pixel of a PNG file, which is thereby twice as large as the logical size.
pub(super) const UNITS_PER_PIXEL: u32 = 2;

pub(super) const TITLE: f64 = 20.0;
pub(super) const LABEL: f64 = 16.0;
pub(super) const TICK: f64 = 15.0;

/// Verdana has the widths of DejaVu Sans and the others are narrower: nothing outgrows its place.
pub(super) const FONTS: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const AXIS: RGBColor = RGBColor(0x55, 0x55, 0x55);
pub(super) const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
pub(super) const SHADE: RGBColor = RGBColor(0xf3, 0xf3, 0xf3);
pub(super) const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// The colours of Okabe and Ito without black, which belongs to the data, and yellow, which is
/// hard to see on white; then a brown and a grey.
pub(super) const COLOURS: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x8c, 0x51, 0x0a),
    RGBColor(0x77, 0x77, 0x77),
];

/// Lengths of ink and gap in turn, without the round ends that lengthen the ink by the width of
/// the line. Five patterns and eight colours repeat together only after forty looks.
pub(super) const DASHES: [&[f64]; 5] = [&[], &[7.0, 6.0], &[0.3, 4.7], &[10.0, 5.0, 0.3, 5.0], &[15.0, 6.0, 4.0, 6.0]];

/// Corners, turn in degrees, and distance of the corners between them, if it is a star. Dashes
/// would be lost in the noise of learning curves, markers are not.
pub(super) const MARKERS: [(u32, f64, Option<f64>); 8] = [
    (24, 0.0, None),
    (4, 45.0, None),
    (3, 0.0, None),
    (4, 0.0, None),
    (5, 0.0, Some(0.42)),
    (3, 60.0, None),
    (4, 0.0, Some(0.4)),
    (4, 45.0, Some(0.4)),
];

/// The colour of a model.
pub(super) const fn colour(look: usize) -> RGBColor {
    COLOURS[look % COLOURS.len()]
}

/// Colour, width and dash pattern of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    pub(super) colour: RGBColor,
    pub(super) width: f64,
    pub(super) dashes: &'static [f64],
}

impl Pen {
    pub(super) const fn solid(colour: RGBColor, width: f64) -> Self {
        Self { colour, width, dashes: &[] }
    }

    pub(super) const fn model(look: usize) -> Self {
        Self { colour: colour(look), width: 2.2, dashes: DASHES[look % DASHES.len()] }
    }
}
