//! Colours, dashes, markers and measures that the figures share.

use plotters::style::RGBColor;

/// The width of figures with one panel, in logical pixels.
pub const WIDTH: f64 = 1000.0;
/// The height of such a panel, without its surroundings.
pub const HEIGHT: f64 = 480.0;
/// From the edge of the canvas to all that is drawn.
pub const EDGE: f64 = 16.0;

/// Sizes of text.
pub const TITLE: f64 = 20.0;
pub const LABEL: f64 = 16.0;
pub const TICK: f64 = 15.0;
/// Names in and above small panels.
pub const NAME: f64 = 14.0;

/// The base line of the title.
pub const TITLE_LINE: f64 = 14.0 + TITLE;
/// Distance of the base lines of labels below each other.
pub const LINE_HEIGHT: f64 = 23.0;
/// Length of the sample line in front of a label.
pub const SAMPLE: f64 = 34.0;

pub const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub const AXIS: RGBColor = RGBColor(0x55, 0x55, 0x55);
pub const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// The colours of Okabe and Ito without black, which belongs to the data, and yellow, which is
/// hard to see on white; then a brown and a grey.
const COLOURS: [RGBColor; 8] = [
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
const DASHES: [&[f64]; 5] = [&[], &[7.0, 6.0], &[0.3, 4.7], &[10.0, 5.0, 0.3, 5.0], &[15.0, 6.0, 4.0, 6.0]];

/// Corners, turn in degrees, and distance of the corners between them, if it is a star. Dashes
/// would be lost in the noise of learning curves, markers are not.
pub const MARKERS: [(u32, f64, Option<f64>); 8] = [
    (24, 0.0, None),
    (4, 45.0, None),
    (3, 0.0, None),
    (4, 0.0, None),
    (5, 0.0, Some(0.42)),
    (3, 60.0, None),
    (4, 0.0, Some(0.4)),
    (4, 45.0, Some(0.4)),
];

/// The look of a series among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The colour, the dashes and the marker with this number.
    Number(usize),
    /// Black, which belongs to data and to the truth.
    Black,
}

impl Look {
    pub const fn colour(self) -> RGBColor {
        match self {
            Self::Number(number) => COLOURS[number % COLOURS.len()],
            Self::Black => INK,
        }
    }

    pub const fn number(self) -> usize {
        match self {
            Self::Number(number) => number,
            Self::Black => 0,
        }
    }
}

/// Colour, width and dash pattern of a line.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    pub colour: RGBColor,
    pub width: f64,
    pub dashes: &'static [f64],
}

impl Pen {
    pub const fn solid(colour: RGBColor, width: f64) -> Self {
        Self { colour, width, dashes: &[] }
    }

    /// Colour and dashes together, for lines that lie on each other.
    pub const fn dashed(look: Look) -> Self {
        let Look::Number(number) = look else { return Self::solid(INK, 2.0) };
        Self { colour: look.colour(), width: 2.2, dashes: DASHES[number % DASHES.len()] }
    }

    /// A solid line, and dashes where the colours begin anew.
    pub const fn plain(look: Look, width: f64) -> Self {
        let round = look.number() / COLOURS.len();
        Self { colour: look.colour(), width, dashes: DASHES[round % DASHES.len()] }
    }
}

/// The curves of other panels, for comparison.
pub const OTHERS: Pen = Pen::solid(RGBColor(0xd2, 0xd2, 0xd2), 1.2);
