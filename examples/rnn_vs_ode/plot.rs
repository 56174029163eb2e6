//! Figures of the example: plain data in, one SVG or PNG file out.
//!
//! A figure is first composed as a list of [`Shape`]s in logical pixels and then painted by one of
//! two painters, which the extension of the path chooses. Both therefore show the same geometry:
//!
//! * SVG keeps text as text; the viewer picks the font from a list that ends in `sans-serif`.
//! * PNG is painted at twice the final resolution and averaged, because plotters does not smooth
//!   thick lines, and its text is set from the DejaVu Sans that the crate `dejavu` compiles in, so
//!   that no font has to be installed.
//!
//! Points that are not finite never reach the painters: they are skipped, and a line breaks there.

use std::error::Error;
use std::path::Path;

use ab_glyph::{Font, FontRef, Point as GlyphPoint, PxScale, PxScaleFont, ScaleFont};
use plotters::prelude::{
    BitMapBackend, Color, DrawingBackend, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, SVGBackend,
    ShapeStyle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// What the public functions return.
pub type PlotResult = Result<(), Box<dyn Error>>;

/// The learning curve of one model over several seeds.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The name written at the end of the curve.
    pub label: String,
    /// Colour and marker; the same number has the same colour in all figures.
    pub look: usize,
    /// Step and median loss.
    pub median: Vec<(f64, f64)>,
    /// The smallest loss over the seeds at each step of `median`.
    pub low: Vec<f64>,
    /// The largest loss over the seeds at each step of `median`.
    pub high: Vec<f64>,
}

/// How a [`Series`] is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Black dots: observations, which also set the vertical range.
    Points,
    /// A thin black line: an exact or observed course, which also sets the vertical range.
    Reference,
    /// A line in the colour and dash pattern of a model; the same number has the same colour in
    /// all figures.
    Model(usize),
}

/// One data set or forecast over time.
#[derive(Clone, Debug)]
pub struct Series {
    /// The name in the legend.
    pub label: String,
    /// Time and value; a point that is not finite breaks the line.
    pub points: Vec<(f64, f64)>,
    /// Lower and upper end of a band around each of the points; empty for no band, two NaN for a
    /// gap in it.
    pub band: Vec<(f64, f64)>,
    /// How it is drawn.
    pub style: Style,
}

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

// ------------------------------------------------------------------------------------------------
// Look
// ------------------------------------------------------------------------------------------------

/// The size of figures with one panel, in logical pixels.
const SIZE: (f64, f64) = (1000.0, 640.0);
/// Painted units per logical pixel. Plotters takes whole numbers only; a finer grid keeps curves
/// smooth.
const UNITS: u32 = 4;
/// Painted units per pixel of a PNG file, which is thereby twice as large as the logical size.
const UNITS_PER_PIXEL: u32 = 2;

const TITLE: f64 = 20.0;
const LABEL: f64 = 16.0;
const TICK: f64 = 15.0;

/// Verdana has the widths of DejaVu Sans and the others are narrower: nothing outgrows its place.
const FONTS: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const AXIS: RGBColor = RGBColor(0x55, 0x55, 0x55);
const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
const SHADE: RGBColor = RGBColor(0xf3, 0xf3, 0xf3);
const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

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
const MARKERS: [(u32, f64, Option<f64>); 8] = [
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
const fn colour(look: usize) -> RGBColor {
    COLOURS[look % COLOURS.len()]
}

/// Colour, width and dash pattern of a line.
#[derive(Clone, Copy, Debug)]
struct Pen {
    colour: RGBColor,
    width: f64,
    dashes: &'static [f64],
}

impl Pen {
    const fn solid(colour: RGBColor, width: f64) -> Self {
        Self { colour, width, dashes: &[] }
    }

    const fn model(look: usize) -> Self {
        Self { colour: colour(look), width: 2.2, dashes: DASHES[look % DASHES.len()] }
    }
}

// ------------------------------------------------------------------------------------------------
// Shapes
// ------------------------------------------------------------------------------------------------

/// A place in logical pixels from the upper left corner.
type Place = (f64, f64);

/// Where along a text its anchor lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Centre,
    Right,
}

/// A text and how it is set; the anchor is on the base line.
#[derive(Clone, Debug)]
struct Label {
    text: String,
    place: Place,
    align: Align,
    size: f64,
    bold: bool,
    upright: bool,
}

/// Everything that a painter can paint.
#[derive(Clone, Debug)]
enum Shape {
    Line(Vec<Place>, RGBColor, f64),
    Area(Vec<Place>, RGBColor, f64),
    Dot(Place, f64, RGBColor),
    Text(Label),
}

/// The two weights in which text is set.
#[derive(Clone)]
struct Fonts {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Fonts {
    fn load() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            regular: FontRef::try_from_slice(dejavu::sans::regular())?,
            bold: FontRef::try_from_slice(dejavu::sans::bold())?,
        })
    }

    /// The font scaled so that `size` is its em, as in CSS; `ab_glyph` counts from the highest to
    /// the lowest letter.
    fn scaled(&self, size: f64, bold: bool) -> PxScaleFont<&FontRef<'static>> {
        let font = if bold { &self.bold } else { &self.regular };
        let em = font.units_per_em().unwrap_or(1000.0);
        font.as_scaled(PxScale::from(size as f32 * font.height_unscaled() / em))
    }

    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let font = self.scaled(size, bold);
        text.chars().map(|letter| f64::from(font.h_advance(font.glyph_id(letter)))).sum()
    }
}

/// A figure under construction.
struct Sheet {
    fonts: Fonts,
    size: (f64, f64),
    shapes: Vec<Shape>,
}

impl Sheet {
    fn new(size: (f64, f64)) -> Result<Self, Box<dyn Error>> {
        Ok(Self { fonts: Fonts::load()?, size, shapes: Vec::new() })
    }

    fn line(&mut self, places: &[Place], pen: Pen) {
        let places = thinned(places);
        for piece in dashed(&places, pen.dashes) {
            self.shapes.push(Shape::Line(piece, pen.colour, pen.width));
        }
    }

    fn area(&mut self, places: Vec<Place>, colour: RGBColor, opacity: f64) {
        if places.len() > 2 {
            self.shapes.push(Shape::Area(places, colour, opacity));
        }
    }

    fn rectangle(&mut self, frame: Frame, colour: RGBColor) {
        let Frame { left, top, right, bottom } = frame;
        let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
        self.area(corners, colour, 1.0);
    }

    fn dot(&mut self, place: Place, radius: f64, colour: RGBColor) {
        self.shapes.push(Shape::Dot(place, radius, colour));
    }

    /// The marker of a model, with a white rim that lifts it off other curves.
    fn marker(&mut self, (x, y): Place, look: usize) {
        let (corners, turn, waist) = MARKERS[look % MARKERS.len()];
        let half = std::f64::consts::PI / f64::from(corners);
        let waist = waist.unwrap_or(half.cos());
        // Shapes with few corners are enlarged to look as large as the others.
        let size = 5.2 * if corners < 6 { 1.25 } else { 1.0 };
        for (radius, ink) in [(size + 1.8, PAPER), (size, colour(look))] {
            let corner = |index: u32| {
                let angle = turn.to_radians() + half * f64::from(index);
                let radius = radius * if index.is_multiple_of(2) { 1.0 } else { waist };
                (x + radius * angle.sin(), y - radius * angle.cos())
            };
            self.area((0..2 * corners).map(corner).collect(), ink, 1.0);
        }
    }

    fn text(&mut self, text: &str, place: Place, align: Align, size: f64) {
        self.shapes.push(Shape::Text(Label { text: text.to_owned(), place, align, size, bold: false, upright: false }));
    }

    fn heading(&mut self, text: &str, place: Place, align: Align, size: f64) {
        self.text(text, place, align, size);
        if let Some(Shape::Text(label)) = self.shapes.last_mut() {
            label.bold = true;
        }
    }

    /// A text that reads from bottom to top.
    fn upright_text(&mut self, text: &str, place: Place, size: f64) {
        self.text(text, place, Align::Centre, size);
        if let Some(Shape::Text(label)) = self.shapes.last_mut() {
            label.upright = true;
        }
    }

    fn save(&self, path: &Path) -> PlotResult {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => self.save_svg(path),
            Some("png") => self.save_png(path),
            _ => Err(format!("{}: neither .svg nor .png", path.display()).into()),
        }
    }

    fn units(&self) -> (u32, u32) {
        let (width, height) = unit_place(self.size);
        (width.unsigned_abs(), height.unsigned_abs())
    }

    fn paint(&self, painter: &mut impl Painter) -> PlotResult {
        for shape in &self.shapes {
            match shape {
                Shape::Line(places, colour, width) => {
                    painter.line(&unit_places(places), *colour, unit_length(*width))?;
                }
                Shape::Area(places, colour, opacity) => {
                    painter.area(&unit_places(places), *colour, *opacity)?;
                }
                Shape::Dot(place, radius, colour) => {
                    painter.dot(unit_place(*place), unit_length(*radius), *colour)?;
                }
                Shape::Text(label) => painter.text(label)?,
            }
        }
        Ok(())
    }

    fn save_svg(&self, path: &Path) -> PlotResult {
        let (width, height) = self.units();
        let mut text = String::new();
        {
            let mut painter = SvgPainter(SVGBackend::with_string(&mut text, (width, height)));
            // Without paper, dark pages would shine through.
            let corner = unit_place(self.size);
            let corners = [(0, 0), (corner.0, 0), corner, (0, corner.1)];
            painter.area(&corners, PAPER, 1.0)?;
            self.paint(&mut painter)?;
            painter.0.present()?;
        }
        // The view box stays in fine units while the picture gets its logical size.
        let from = format!("width=\"{width}\" height=\"{height}\"");
        let to = format!(
            "width=\"{}\" height=\"{}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"",
            self.size.0, self.size.1
        );
        std::fs::write(path, text.replacen(&from, &to, 1))?;
        Ok(())
    }

    fn save_png(&self, path: &Path) -> PlotResult {
        let (width, height) = self.units();
        let mut fine = vec![0xff; width as usize * height as usize * 3];
        {
            let mut painter = PngPainter {
                backend: BitMapBackend::with_buffer(&mut fine, (width, height)),
                fonts: self.fonts.clone(),
            };
            self.paint(&mut painter)?;
            painter.backend.present()?;
        }
        let size = (width / UNITS_PER_PIXEL, height / UNITS_PER_PIXEL);
        let mut file = BitMapBackend::new(path, size);
        file.blit_bitmap((0, 0), size, &averaged(&fine, width as usize))?;
        file.present()?;
        Ok(())
    }
}

/// Each pixel of the result is the mean of a square of pixels.
fn averaged(fine: &[u8], width: usize) -> Vec<u8> {
    let side = UNITS_PER_PIXEL as usize;
    let area = side * side;
    let mut coarse = Vec::with_capacity(fine.len() / area);
    for rows in fine.chunks_exact(width * 3 * side) {
        for column in 0..width / side {
            for channel in 0..3 {
                let sum: usize = (0..area)
                    .map(|i| (i / side * width + column * side + i % side) * 3 + channel)
                    .map(|index| usize::from(rows[index]))
                    .sum();
                coarse.push(u8::try_from((sum + area / 2) / area).unwrap_or(u8::MAX));
            }
        }
    }
    coarse
}

/// A place in painted units.
type Unit = (i32, i32);

fn unit_place((x, y): Place) -> Unit {
    let units = f64::from(UNITS);
    ((x * units).round() as i32, (y * units).round() as i32)
}

fn unit_places(places: &[Place]) -> Vec<Unit> {
    places.iter().copied().map(unit_place).collect()
}

fn unit_length(length: f64) -> u32 {
    ((length * f64::from(UNITS)).round() as u32).max(1)
}

// ------------------------------------------------------------------------------------------------
// Painters
// ------------------------------------------------------------------------------------------------

/// What both formats can do, in painted units.
trait Painter {
    fn line(&mut self, places: &[Unit], colour: RGBColor, width: u32) -> PlotResult;
    fn area(&mut self, places: &[Unit], colour: RGBColor, opacity: f64) -> PlotResult;
    fn dot(&mut self, place: Unit, radius: u32, colour: RGBColor) -> PlotResult;
    fn text(&mut self, label: &Label) -> PlotResult;
}

struct SvgPainter<'a>(SVGBackend<'a>);

impl Painter for SvgPainter<'_> {
    fn line(&mut self, places: &[Unit], colour: RGBColor, width: u32) -> PlotResult {
        let style = ShapeStyle::from(colour).stroke_width(width);
        Ok(self.0.draw_path(places.iter().copied(), &style)?)
    }

    fn area(&mut self, places: &[Unit], colour: RGBColor, opacity: f64) -> PlotResult {
        let style = ShapeStyle::from(colour.mix(opacity)).filled();
        Ok(self.0.fill_polygon(places.iter().copied(), &style)?)
    }

    fn dot(&mut self, place: Unit, radius: u32, colour: RGBColor) -> PlotResult {
        let style = ShapeStyle::from(colour).filled();
        Ok(self.0.draw_circle(place, radius, &style, true)?)
    }

    fn text(&mut self, label: &Label) -> PlotResult {
        // Plotters divides the size it is given by 1.24 and lowers a text that is anchored at its
        // top by 0.76 em. Both are undone, so that the anchor is on the base line.
        let rise = 0.76 * label.size;
        let (x, y) = label.place;
        let weight = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = label.size * f64::from(UNITS) * 1.24;
        let font = FontDesc::new(FontFamily::Name(FONTS), size, weight);
        let (font, place) = if label.upright {
            (font.transform(FontTransform::Rotate270), (x - rise, y))
        } else {
            (font, (x, y - rise))
        };
        let anchor = match label.align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = TextStyle::from(font).color(&INK).pos(Pos::new(anchor, VPos::Top));
        Ok(self.0.draw_text(&label.text, &style, unit_place(place))?)
    }
}

struct PngPainter<'a> {
    backend: BitMapBackend<'a>,
    fonts: Fonts,
}

impl PngPainter<'_> {
    /// Everything within half a width of the line between two places.
    fn segment(&mut self, from: Unit, to: Unit, colour: RGBColor, width: u32) -> PlotResult {
        let radius = f64::from(width) / 2.0;
        let reach = radius.ceil() as i32;
        let ink = colour.to_backend_color();
        for y in from.1.min(to.1) - reach..=from.1.max(to.1) + reach {
            for x in from.0.min(to.0) - reach..=from.0.max(to.0) + reach {
                if distance((x, y), from, to) < radius {
                    self.backend.draw_pixel((x, y), ink)?;
                }
            }
        }
        Ok(())
    }
}

/// From a place to the nearest place between two others.
fn distance(place: Unit, from: Unit, to: Unit) -> f64 {
    let difference = |a: Unit, b: Unit| (f64::from(a.0 - b.0), f64::from(a.1 - b.1));
    let (dx, dy) = difference(to, from);
    let (px, py) = difference(place, from);
    let length = (dx * dx + dy * dy).max(1.0);
    let along = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
    (px - along * dx).hypot(py - along * dy)
}

impl Painter for PngPainter<'_> {
    fn line(&mut self, places: &[Unit], colour: RGBColor, width: u32) -> PlotResult {
        for pair in places.windows(2) {
            self.segment(pair[0], pair[1], colour, width)?;
        }
        Ok(())
    }

    fn area(&mut self, places: &[Unit], colour: RGBColor, opacity: f64) -> PlotResult {
        let style = ShapeStyle::from(colour.mix(opacity)).filled();
        Ok(self.backend.fill_polygon(places.iter().copied(), &style)?)
    }

    fn dot(&mut self, place: Unit, radius: u32, colour: RGBColor) -> PlotResult {
        self.segment(place, place, colour, 2 * radius)
    }

    fn text(&mut self, label: &Label) -> PlotResult {
        let size = label.size * f64::from(UNITS);
        let width = self.fonts.width(&label.text, size, label.bold);
        let mut pen = match label.align {
            Align::Left => 0.0,
            Align::Centre => -width / 2.0,
            Align::Right => -width,
        } as f32;
        let origin = unit_place(label.place);
        let font = self.fonts.scaled(size, label.bold);
        let mut result = Ok(());
        for letter in label.text.chars() {
            let mut glyph = font.scaled_glyph(letter);
            let advance = font.h_advance(glyph.id);
            glyph.position = GlyphPoint { x: pen, y: 0.0 };
            pen += advance;
            let Some(outline) = font.outline_glyph(glyph) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, coverage| {
                let (x, y) = (corner.x as i32 + x as i32, corner.y as i32 + y as i32);
                let (x, y) = if label.upright { (y, -x) } else { (x, y) };
                let ink = INK.mix(f64::from(coverage)).to_backend_color();
                if result.is_ok() {
                    let place = (origin.0 + x, origin.1 + y);
                    result = self.backend.draw_pixel(place, ink);
                }
            });
        }
        Ok(result?)
    }
}

// ------------------------------------------------------------------------------------------------
// Lines
// ------------------------------------------------------------------------------------------------

/// Leaves out places that are less than half a pixel from the one before: they cannot be seen,
/// but long learning curves would fill the file with them.
fn thinned(places: &[Place]) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    for &place in places {
        let near = |last: &Place| (place.0 - last.0).hypot(place.1 - last.1) < 0.5;
        if !kept.last().is_some_and(near) {
            kept.push(place);
        }
    }
    kept
}

/// Cuts a line into the pieces of a dash pattern; an empty pattern leaves it whole.
///
/// Plotters has dashes of one length only, and these patterns need more to be told apart.
fn dashed(places: &[Place], pattern: &[f64]) -> Vec<Vec<Place>> {
    let Some(&first) = places.first() else {
        return Vec::new();
    };
    if pattern.is_empty() {
        return vec![places.to_vec()];
    }
    let (mut index, mut left) = (0, pattern[0]);
    let mut pieces = vec![vec![first]];
    for pair in places.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let part = done / length;
            let cut = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
            let inked = index % 2 == 0;
            index = (index + 1) % pattern.len();
            left = pattern[index];
            match pieces.last_mut() {
                Some(piece) if inked => piece.push(cut),
                _ => pieces.push(vec![cut]),
            }
        }
        left -= length - done;
        if let (0, Some(piece)) = (index % 2, pieces.last_mut()) {
            piece.push(to);
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// A rectangle in logical pixels.
#[derive(Clone, Copy, Debug)]
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Frame {
    fn contains(&self, (x, y): Place) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// The part of a segment inside the frame, after Liang and Barsky.
    fn clipped(&self, from: Place, to: Place) -> Option<(Place, Place)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        let edges = [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ];
        for (slope, room) in edges {
            if slope < 0.0 {
                enter = enter.max(room / slope);
            } else if slope > 0.0 {
                leave = leave.min(room / slope);
            } else if room < 0.0 {
                return None;
            }
        }
        let at = |part: f64| (from.0 + part * dx, from.1 + part * dy);
        (enter <= leave).then(|| (at(enter), at(leave)))
    }

    /// The runs of a line that lie inside the frame, broken where a place is not finite.
    fn runs(&self, places: &[Place]) -> Vec<Vec<Place>> {
        let mut runs: Vec<Vec<Place>> = Vec::new();
        for pair in places.windows(2) {
            let finite = pair.iter().all(|place| is_finite(*place));
            let Some((from, to)) = finite.then(|| self.clipped(pair[0], pair[1])).flatten() else {
                continue;
            };
            match runs.last_mut() {
                Some(run) if run.last() == Some(&from) => run.push(to),
                _ => runs.push(vec![from, to]),
            }
        }
        runs
    }
}

fn is_finite((x, y): Place) -> bool {
    x.is_finite() && y.is_finite()
}

// ------------------------------------------------------------------------------------------------
// Axes
// ------------------------------------------------------------------------------------------------

/// A labelled place on an axis; no label makes it a small mark without a grid line.
#[derive(Clone, Debug, PartialEq)]
struct Tick {
    value: f64,
    label: Option<String>,
}

/// The range of one coordinate. On a logarithmic axis values are decimal logarithms.
#[derive(Clone, Debug)]
struct Axis<'a> {
    name: &'a str,
    low: f64,
    high: f64,
    ticks: Vec<Tick>,
}

impl<'a> Axis<'a> {
    fn linear(name: &'a str, (low, high): (f64, f64), count: f64) -> Self {
        Self { name, low, high, ticks: linear_ticks(low, high, count) }
    }

    fn logarithmic(name: &'a str, (low, high): (f64, f64)) -> Self {
        Self { name, low, high, ticks: logarithmic_ticks(low, high) }
    }
}

/// Lowest and highest finite value, widened on both sides by a share of their difference.
fn range(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let extent = high - low;
    if extent <= f64::EPSILON * low.abs().max(high.abs()) || !extent.is_finite() {
        let half = 0.5_f64.max(low.abs() * 0.05);
        return (low - half, low + half);
    }
    (low - margin * extent, high + margin * extent)
}

/// About `count` round values; steps are 1, 2 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64, count: f64) -> Vec<Tick> {
    let raw = (high - low) / count;
    if !(raw.is_finite() && raw > 0.0) {
        return Vec::new();
    }
    let power = 10.0_f64.powf(raw.log10().floor());
    let off = |factor: &f64| (factor * power / raw).ln().abs();
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().min_by(|a, b| off(a).total_cmp(&off(b))).map_or(raw, |factor| factor * power);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last)
        .map(|index| index as f64 * step)
        .map(|value| Tick { value, label: Some(linear_label(value, step)) })
        .collect()
}

fn linear_label(value: f64, step: f64) -> String {
    let decimals = (-(step * 1.000_1).log10().floor()).max(0.0);
    if decimals > 4.0 || value.abs() >= 1e6 {
        return power_label(value);
    }
    let text = format!("{value:.*}", decimals as usize);
    text.replace('-', "−")
}

/// A number as a product with a power of ten.
fn power_label(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.1e}").replace('-', "−").replace(".0e", "e");
    let (factor, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let power: String = exponent.chars().map(superscript).collect();
    match factor {
        "1" => format!("10{power}"),
        _ => format!("{factor}·10{power}"),
    }
}

fn superscript(letter: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match letter.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    }
}

/// Decades, or every few of them if there are many; 2 and 5 are labelled too if there are few.
fn logarithmic_ticks(low: f64, high: f64) -> Vec<Tick> {
    let decades = high - low;
    if !(decades.is_finite() && decades > 0.0) {
        return Vec::new();
    }
    if decades < 0.7 {
        return narrow_logarithmic_ticks(low, high);
    }
    let every = (decades / 8.0).ceil().max(1.0) as i64;
    let plain = low >= -2.0 && high < 4.0;
    let labelled: &[i32] = if decades < 2.0 { &[1, 2, 5] } else { &[1] };
    let mut ticks = Vec::new();
    for exponent in low.floor() as i64..=high.ceil() as i64 {
        for factor in 1..10 {
            let value = exponent as f64 + f64::from(factor).log10();
            let shown = labelled.contains(&factor) && exponent % every == 0;
            if (low..=high).contains(&value) && (shown || every == 1) {
                let label = shown.then(|| logarithmic_label(factor, exponent, plain));
                ticks.push(Tick { value, label });
            }
        }
    }
    ticks
}

/// On a fraction of a decade round values are better than the digits one to nine.
fn narrow_logarithmic_ticks(low: f64, high: f64) -> Vec<Tick> {
    linear_ticks(10.0_f64.powf(low), 10.0_f64.powf(high), 5.0)
        .into_iter()
        .map(|tick| Tick { value: tick.value.log10(), ..tick })
        .filter(|tick| tick.value.is_finite())
        .collect()
}

fn logarithmic_label(factor: i32, exponent: i64, plain: bool) -> String {
    let power: String = exponent.to_string().chars().map(superscript).collect();
    if plain {
        let digits = usize::try_from(-exponent).unwrap_or(0);
        let value = f64::from(factor) * 10.0_f64.powf(exponent as f64);
        return format!("{value:.digits$}");
    }
    match factor {
        1 => format!("10{power}"),
        _ => format!("{factor}·10{power}"),
    }
}

/// A frame with axes: maps values to places and draws what surrounds the data.
struct Panel<'a> {
    frame: Frame,
    x: Axis<'a>,
    y: Axis<'a>,
}

impl Panel<'_> {
    fn place(&self, (x, y): (f64, f64)) -> Place {
        let Frame { left, top, right, bottom } = self.frame;
        (
            left + (x - self.x.low) / (self.x.high - self.x.low) * (right - left),
            bottom - (y - self.y.low) / (self.y.high - self.y.low) * (bottom - top),
        )
    }

    fn places(&self, points: &[(f64, f64)]) -> Vec<Place> {
        points.iter().map(|&point| self.place(point)).collect()
    }

    fn line(&self, sheet: &mut Sheet, points: &[(f64, f64)], pen: Pen) {
        for run in self.frame.runs(&self.places(points)) {
            sheet.line(&run, pen);
        }
    }

    fn dots(&self, sheet: &mut Sheet, points: &[(f64, f64)], radius: f64, colour: RGBColor) {
        for place in thinned(&self.places(points)) {
            if is_finite(place) && self.frame.contains(place) {
                sheet.dot(place, radius, colour);
            }
        }
    }

    /// A translucent band between two values at each abscissa, cut off at the frame. It breaks
    /// where the abscissa is not finite or both values are NaN. A single NaN stands for the frame,
    /// since it comes from a seed that left all bounds.
    fn band(&self, sheet: &mut Sheet, band: &[(f64, f64, f64)], colour: RGBColor) {
        let gap = |&(x, low, high): &(f64, f64, f64)| !x.is_finite() || (low.is_nan() && high.is_nan());
        for run in band.split(gap) {
            let edge = |value: f64, missing: f64| {
                let value = if value.is_nan() { missing } else { value };
                value.clamp(self.y.low, self.y.high)
            };
            let lower = run.iter().map(|&(x, low, _)| (x, edge(low, self.y.low)));
            let upper = run.iter().map(|&(x, _, high)| (x, edge(high, self.y.high)));
            let mut outline = thinned(&self.places(&lower.collect::<Vec<_>>()));
            let back = thinned(&self.places(&upper.collect::<Vec<_>>()));
            outline.extend(back.into_iter().rev());
            sheet.area(outline, colour, 0.18);
        }
    }

    fn grid(&self, sheet: &mut Sheet) {
        let Frame { left, top, right, bottom } = self.frame;
        let pen = Pen::solid(GRID, 1.0);
        for tick in self.x.ticks.iter().filter(|tick| tick.label.is_some()) {
            let (x, _) = self.place((tick.value, self.y.low));
            sheet.line(&[(x, top), (x, bottom)], pen);
        }
        for tick in self.y.ticks.iter().filter(|tick| tick.label.is_some()) {
            let (_, y) = self.place((self.x.low, tick.value));
            sheet.line(&[(left, y), (right, y)], pen);
        }
    }

    /// Axis lines, marks, numbers and names.
    fn axes(&self, sheet: &mut Sheet) {
        let Frame { left, top, right, bottom } = self.frame;
        let pen = Pen::solid(AXIS, 1.0);
        sheet.line(&[(left, top), (left, bottom), (right, bottom)], pen);
        for tick in &self.x.ticks {
            let (x, _) = self.place((tick.value, self.y.low));
            sheet.line(&[(x, bottom), (x, bottom + mark_length(tick))], pen);
            if let Some(label) = &tick.label {
                sheet.text(label, (x, bottom + 8.0 + TICK), Align::Centre, TICK);
            }
        }
        for tick in &self.y.ticks {
            let (_, y) = self.place((self.x.low, tick.value));
            sheet.line(&[(left - mark_length(tick), y), (left, y)], pen);
            if let Some(label) = &tick.label {
                let place = (left - 9.0, y + 0.36 * TICK);
                sheet.text(label, place, Align::Right, TICK);
            }
        }
        let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
        let below = bottom + 8.0 + TICK + 10.0 + LABEL;
        sheet.text(self.x.name, (middle.0, below), Align::Centre, LABEL);
        let beside = left - 9.0 - number_width(sheet, &self.y) - 12.0;
        sheet.upright_text(self.y.name, (beside, middle.1), LABEL);
    }
}

fn mark_length(tick: &Tick) -> f64 {
    if tick.label.is_some() { 5.0 } else { 3.0 }
}

/// The width of the widest number on an axis.
fn number_width(sheet: &Sheet, axis: &Axis) -> f64 {
    axis.ticks
        .iter()
        .filter_map(|tick| tick.label.as_ref())
        .map(|label| sheet.fonts.width(label, TICK, false))
        .fold(0.0, f64::max)
}

/// The space that numbers and name of a vertical axis need, from the edge of the sheet.
fn left_margin(sheet: &Sheet, axis: &Axis) -> f64 {
    10.0 + LABEL + 12.0 + number_width(sheet, axis) + 9.0
}

/// The space that numbers and name of a horizontal axis need.
const BOTTOM_MARGIN: f64 = 8.0 + TICK + 10.0 + LABEL + 14.0;
/// The base line of the title.
const TITLE_LINE: f64 = 14.0 + TITLE;

// ------------------------------------------------------------------------------------------------
// Learning curves
// ------------------------------------------------------------------------------------------------

/// Length of the sample line in front of a label.
const SAMPLE: f64 = 34.0;
/// Space between the frame and the sample lines, for the connections between them.
const LEADER: f64 = 26.0;
/// Distance of the base lines of labels below each other.
const LINE_HEIGHT: f64 = 23.0;

/// Loss over training steps on a logarithmic scale, one curve with a band for each model.
///
/// The labels stand to the right of the curves in the order of their ends and never cover data.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn learning_curves(path: &Path, title: &str, x_label: &str, y_label: &str, curves: &[Curve]) -> PlotResult {
    let mut sheet = Sheet::new(SIZE)?;
    let logs: Vec<LogCurve> = curves.iter().map(LogCurve::new).collect();
    let steps = logs.iter().flat_map(|log| log.line.iter());
    let x = Axis::linear(x_label, range(steps.map(|point| point.0), 0.0), 7.0);
    let y = Axis::logarithmic(y_label, logarithmic_range(&logs));

    let widest = curves.iter().map(|curve| sheet.fonts.width(&curve.label, LABEL, false)).fold(0.0, f64::max);
    let frame = Frame {
        left: left_margin(&sheet, &y),
        top: TITLE_LINE + 20.0,
        right: SIZE.0 - 16.0 - widest.min(0.4 * SIZE.0) - 8.0 - SAMPLE - LEADER,
        bottom: SIZE.1 - BOTTOM_MARGIN,
    };
    let panel = Panel { frame, x, y };
    sheet.heading(title, (frame.left, TITLE_LINE), Align::Left, TITLE);
    panel.grid(&mut sheet);
    for log in &logs {
        panel.band(&mut sheet, &log.band, colour(log.look));
    }
    for log in &logs {
        panel.line(&mut sheet, &log.line, log.pen());
    }
    for log in &logs {
        markers(&mut sheet, &panel, log);
    }
    panel.axes(&mut sheet);
    end_labels(&mut sheet, &panel, curves, &logs);
    sheet.save(path)
}

/// A curve in decimal logarithms without the points that have none.
struct LogCurve {
    look: usize,
    line: Vec<(f64, f64)>,
    band: Vec<(f64, f64, f64)>,
}

impl LogCurve {
    fn new(curve: &Curve) -> Self {
        let mut log = Self { look: curve.look, line: Vec::new(), band: Vec::new() };
        for (index, &(x, median)) in curve.median.iter().enumerate() {
            let point = (x, median.log10());
            if is_finite(point) {
                let edge = |values: &[f64]| values.get(index).map_or(point.1, |v| v.log10());
                log.line.push(point);
                log.band.push((x, edge(&curve.low), edge(&curve.high)));
            }
        }
        log
    }

    const fn pen(&self) -> Pen {
        Pen::solid(colour(self.look), 1.7)
    }
}

/// A few markers along a curve, at other places for each look, so that those of curves that lie
/// on each other can all be seen.
fn markers(sheet: &mut Sheet, panel: &Panel, log: &LogCurve) {
    const COUNT: usize = 7;
    let shift = (log.look % MARKERS.len()) as f64 / MARKERS.len() as f64;
    for index in 0..COUNT {
        let part = (index as f64 + 0.1 + 0.9 * shift) / COUNT as f64;
        let x = panel.x.low + part * (panel.x.high - panel.x.low);
        let nearest = log.line.iter().min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()));
        if let Some(&point) = nearest {
            sheet.marker(panel.place(point), log.look);
        }
    }
}

/// All of the medians, and of the bands as much as lies within half a decade of them: one seed
/// that diverged must not flatten all curves.
fn logarithmic_range(logs: &[LogCurve]) -> (f64, f64) {
    let medians = || logs.iter().flat_map(|log| log.line.iter().map(|point| point.1));
    let (low, high) = range(medians(), 0.0);
    let edges = logs
        .iter()
        .flat_map(|log| log.band.iter().flat_map(|&(_, below, above)| [below, above]))
        .map(|edge| edge.clamp(low - 0.5, high + 0.5));
    range(medians().chain(edges), 0.03)
}

/// The names of the curves beside their ends.
fn end_labels(sheet: &mut Sheet, panel: &Panel, curves: &[Curve], logs: &[LogCurve]) {
    let Frame { top, right, bottom, .. } = panel.frame;
    let mut ends: Vec<(usize, Place)> = logs
        .iter()
        .enumerate()
        .map(|(index, log)| {
            let end = log.line.last().map(|&point| panel.place(point));
            (index, end.unwrap_or((0.0, bottom)))
        })
        .collect();
    ends.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
    let wanted: Vec<f64> = ends.iter().map(|(_, end)| end.1).collect();
    let heights = spread_out(&wanted, LINE_HEIGHT, top, bottom);
    for ((index, end), height) in ends.into_iter().zip(heights) {
        let log = &logs[index];
        let start = right + LEADER;
        // A connection to a curve that ends early would cross the others.
        if right - end.0 < 3.0 {
            let connection = [(end.0 + 3.0, end.1), (start - 4.0, height)];
            sheet.line(&connection, Pen::solid(AXIS, 0.75));
        }
        sheet.line(&[(start, height), (start + SAMPLE, height)], log.pen());
        sheet.marker((start + SAMPLE / 2.0, height), log.look);
        let place = (start + SAMPLE + 8.0, height + 0.36 * LABEL);
        sheet.text(&curves[index].label, place, Align::Left, LABEL);
    }
}

/// Moves ascending heights apart to at least `gap`, each as little as possible (the least squares
/// solution, by pooling neighbours that collide), and into the given range.
fn spread_out(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (index, &height) in wanted.iter().enumerate() {
        let mut pool = (height - index as f64 * gap, 1);
        while let Some(&(mean, size)) = pools.last().filter(|last| last.0 > pool.0) {
            let total = size + pool.1;
            let sum = mean * size as f64 + pool.0 * pool.1 as f64;
            pool = (sum / total as f64, total);
            pools.pop();
        }
        pools.push(pool);
    }
    let last = wanted.len().saturating_sub(1) as f64 * gap;
    pools
        .iter()
        .flat_map(|&(mean, size)| std::iter::repeat_n(mean, size))
        .enumerate()
        // Too many labels for the range start at its top and leave it below.
        .map(|(index, mean)| mean.min(high - last).max(low) + index as f64 * gap)
        .collect()
}

// ------------------------------------------------------------------------------------------------
// Forecasts
// ------------------------------------------------------------------------------------------------

/// Observations and the forecasts of several models over time.
///
/// `split` is the time at which the test part begins; it is marked and the part behind it shaded.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn forecast(
    path: &Path,
    title: &str,
    x_label: &str,
    y_label: &str,
    series: &[Series],
    split: Option<f64>,
) -> PlotResult {
    let mut sheet = Sheet::new(SIZE)?;
    let times = series.iter().flat_map(|one| one.points.iter());
    let x = Axis::linear(x_label, range(times.map(|point| point.0), 0.0), 8.0);
    let y = Axis::linear(y_label, forecast_range(series), 6.0);
    let left = left_margin(&sheet, &y);
    let entries: Vec<Entry> = series.iter().map(Entry::from).collect();
    sheet.heading(title, (left, TITLE_LINE), Align::Left, TITLE);
    let below = legend(&mut sheet, &entries, left, TITLE_LINE + 32.0);
    let frame = Frame {
        left,
        top: below + if split.is_some() { 16.0 } else { 0.0 },
        right: SIZE.0 - 28.0,
        bottom: SIZE.1 - BOTTOM_MARGIN,
    };
    let panel = Panel { frame, x, y };
    let split = split.filter(|at| (panel.x.low..panel.x.high).contains(at));
    if let Some(at) = split {
        shade_from(&mut sheet, &panel, at);
    }
    panel.grid(&mut sheet);
    draw_series(&mut sheet, &panel, series);
    if let Some(at) = split {
        mark_split(&mut sheet, &panel, at);
    }
    panel.axes(&mut sheet);
    sheet.save(path)
}

fn is_data(series: &Series) -> bool {
    matches!(series.style, Style::Points | Style::Reference)
}

/// The range of the data and, of forecasts, as much as lies within a third of that range around it:
/// a forecast that diverges must not flatten the data.
fn forecast_range(series: &[Series]) -> (f64, f64) {
    let values = |one: &Series| one.points.iter().map(|point| point.1).collect::<Vec<_>>();
    let data: Vec<f64> = series.iter().filter(|one| is_data(one)).flat_map(values).collect();
    let all = series.iter().flat_map(values);
    if !data.iter().any(|value| value.is_finite()) {
        return range(all, 0.05);
    }
    let (low, high) = range(data.into_iter(), 0.0);
    let room = (high - low) / 3.0;
    range(all.map(|value| value.clamp(low - room, high + room)), 0.05)
}

/// Bands first and data before models, so that nothing hides a forecast.
fn draw_series(sheet: &mut Sheet, panel: &Panel, series: &[Series]) {
    for one in series {
        let band: Vec<(f64, f64, f64)> =
            one.points.iter().zip(&one.band).map(|(point, &(low, high))| (point.0, low, high)).collect();
        let colour = match one.style {
            Style::Model(look) => colour(look),
            Style::Points | Style::Reference => AXIS,
        };
        panel.band(sheet, &band, colour);
    }
    for one in series {
        match one.style {
            Style::Points => panel.dots(sheet, &one.points, 1.9, INK),
            Style::Reference => panel.line(sheet, &one.points, Pen::solid(INK, 1.2)),
            Style::Model(_) => {}
        }
    }
    for one in series {
        if let Style::Model(look) = one.style {
            panel.line(sheet, &one.points, Pen::model(look));
        }
    }
}

fn shade_from(sheet: &mut Sheet, panel: &Panel, at: f64) {
    let (left, _) = panel.place((at, panel.y.low));
    let frame = Frame { left, ..panel.frame };
    sheet.rectangle(frame, SHADE);
}

fn mark_split(sheet: &mut Sheet, panel: &Panel, at: f64) {
    let (x, bottom) = panel.place((at, panel.y.low));
    let top = panel.frame.top;
    let pen = Pen { dashes: &[4.0, 5.0], ..Pen::solid(AXIS, 1.2) };
    sheet.line(&[(x, top - 16.0), (x, bottom)], pen);
    sheet.text("training", (x - 8.0, top - 5.0), Align::Right, TICK);
    sheet.text("test", (x + 8.0, top - 5.0), Align::Left, TICK);
}

// ------------------------------------------------------------------------------------------------
// Legend
// ------------------------------------------------------------------------------------------------

/// The sample in front of a name in a legend.
#[derive(Clone, Copy)]
enum Sample {
    Line(Pen),
    Dots,
    Arrow,
}

struct Entry<'a> {
    label: &'a str,
    sample: Sample,
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
fn legend(sheet: &mut Sheet, entries: &[Entry], left: f64, first_line: f64) -> f64 {
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

fn draw_sample(sheet: &mut Sheet, sample: Sample, (x, y): Place) {
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

// ------------------------------------------------------------------------------------------------
// Phase portraits
// ------------------------------------------------------------------------------------------------

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
    let margin = 78.0;
    let width = (SIZE.0 - 16.0) / columns as f64 - margin - 12.0;
    // A single panel must not become a poster.
    let width = width.min(520.0);
    let heights: Vec<f64> = panels.chunks(columns).map(|row| row_height(row, width)).collect();
    let head = TITLE_LINE + 32.0 + 16.0;
    let caption = LABEL + 18.0;
    let total: f64 = heights.iter().map(|h| h + caption + BOTTOM_MARGIN).sum();
    let mut sheet = Sheet::new((SIZE.0, head + total))?;
    sheet.heading(title, (margin, TITLE_LINE), Align::Left, TITLE);
    legend(&mut sheet, &portrait_entries(), margin, TITLE_LINE + 32.0);

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
            draw_portrait(&mut sheet, &panel, portrait, speeds);
        }
        top += height + BOTTOM_MARGIN;
    }
    sheet.save(path)
}

const TRUTH: Pen = Pen::solid(INK, 2.0);
const LEARNED: Pen = Pen { colour: COLOURS[1], width: 2.4, dashes: &[6.0, 6.0] };

fn portrait_entries() -> [Entry<'static>; 3] {
    [
        Entry { label: "true trajectory", sample: Sample::Line(TRUTH) },
        Entry { label: "learned trajectory", sample: Sample::Line(LEARNED) },
        Entry { label: "learned field (darker: faster)", sample: Sample::Arrow },
    ]
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

fn draw_portrait(sheet: &mut Sheet, panel: &Panel, portrait: &PortraitPanel, speeds: (f64, f64)) {
    let middle = (panel.frame.left + panel.frame.right) / 2.0;
    let place = (middle, panel.frame.top - 10.0);
    sheet.heading(&portrait.title, place, Align::Centre, LABEL);
    panel.grid(sheet);
    draw_field(sheet, panel, portrait, speeds);
    panel.line(sheet, &portrait.truth, TRUTH);
    panel.line(sheet, &portrait.learned, LEARNED);
    for (points, pen) in [(&portrait.truth, TRUTH), (&portrait.learned, LEARNED)] {
        let radius = if pen.dashes.is_empty() { 5.5 } else { 3.0 };
        let start = points.get(..1).unwrap_or_default();
        panel.dots(sheet, start, radius, pen.colour);
    }
    panel.axes(sheet);
}

fn draw_field(sheet: &mut Sheet, panel: &Panel, portrait: &PortraitPanel, speeds: (f64, f64)) {
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
        arrow(sheet, tail, way, field_colour(shade));
    }
}

/// Light to dark blue grey.
fn field_colour(shade: f64) -> RGBColor {
    let mix = |light: f64, dark: f64| (light + shade.clamp(0.0, 1.0) * (dark - light)) as u8;
    RGBColor(mix(208.0, 52.0), mix(218.0, 88.0), mix(228.0, 128.0))
}

fn arrow(sheet: &mut Sheet, tail: Place, (dx, dy): Place, colour: RGBColor) {
    let at = |along: f64, across: f64| (tail.0 + along * dx - across * dy, tail.1 + along * dy + across * dx);
    let shaft = [at(0.0, 0.0), at(0.75, 0.0)];
    sheet.line(&shaft, Pen::solid(colour, 1.3));
    let head = vec![at(1.0, 0.0), at(0.66, 0.16), at(0.66, -0.16)];
    sheet.area(head, colour, 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().filter_map(|tick| tick.label.as_deref()).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&linear_ticks(-1.0, 1.0, 4.0)), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(
            labels(&linear_ticks(1700.0, 2008.0, 6.0)),
            ["1700", "1750", "1800", "1850", "1900", "1950", "2000"]
        );
        assert_eq!(labels(&logarithmic_ticks(-3.2, 0.1)), ["10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
        assert_eq!(labels(&logarithmic_ticks(-1.1, 0.4)), ["0.1", "0.2", "0.5", "1", "2"]);
        assert!(linear_ticks(0.0, 0.0, 5.0).is_empty());
        assert!(logarithmic_ticks(f64::NAN, 1.0).is_empty());
    }

    #[test]
    fn ranges_are_finite_and_not_empty() {
        assert_eq!(range([].into_iter(), 0.1), (0.0, 1.0));
        assert_eq!(range([f64::NAN, 2.0, f64::INFINITY, 4.0].into_iter(), 0.5), (1.0, 5.0));
        let (low, high) = range([3.0, 3.0].into_iter(), 0.1);
        assert!(low < 3.0 && 3.0 < high);
    }

    #[test]
    fn labels_move_apart_as_little_as_possible() {
        assert_eq!(spread_out(&[10.0, 50.0], 20.0, 0.0, 100.0), [10.0, 50.0]);
        assert_eq!(spread_out(&[40.0, 50.0, 60.0], 20.0, 0.0, 100.0), [30.0, 50.0, 70.0]);
        assert_eq!(spread_out(&[99.0, 99.0], 20.0, 0.0, 100.0), [80.0, 100.0]);
    }

    #[test]
    fn dashes_follow_the_pattern_around_corners() {
        let corner = [(0.0, 0.0), (3.0, 0.0), (3.0, 3.0)];
        let pieces = dashed(&corner, &[4.0, 1.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 2.0), (3.0, 3.0)]]);
        assert_eq!(dashed(&corner, &[]), [corner.to_vec()]);
        assert!(dashed(&[], &[1.0]).is_empty());
    }

    #[test]
    fn lines_are_cut_at_the_frame_and_at_gaps() {
        let frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        let places = [(-5.0, 5.0), (5.0, 5.0), (5.0, f64::NAN), (1.0, 1.0), (2.0, 2.0)];
        assert_eq!(frame.runs(&places), [vec![(0.0, 5.0), (5.0, 5.0)], vec![(1.0, 1.0), (2.0, 2.0)]]);
        assert!(frame.clipped((-1.0, -1.0), (-1.0, 20.0)).is_none());
    }

    #[test]
    fn bad_data_is_survived() -> PlotResult {
        let folder = std::env::temp_dir().join(format!("rheos-plot-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let curve = Curve {
            label: "a & b".to_owned(),
            look: 99,
            median: vec![(0.0, -1.0), (f64::NAN, 2.0), (1.0, f64::INFINITY), (2.0, 1.0)],
            low: vec![],
            high: vec![f64::NAN; 9],
        };
        let series = Series {
            label: String::new(),
            points: vec![(0.0, 1e308), (1.0, -1e308), (f64::NAN, 0.0)],
            band: vec![(f64::NAN, f64::INFINITY); 2],
            style: Style::Model(7),
        };
        let portrait = PortraitPanel {
            title: String::new(),
            truth: vec![(f64::NAN, 0.0)],
            learned: vec![],
            arrows: vec![[f64::NAN; 4], [0.0; 4]],
            x_limits: (f64::NAN, f64::INFINITY),
            y_limits: (1.0, 1.0),
        };
        let path = folder.join("figure.svg");
        learning_curves(&path, "", "", "", &[])?;
        learning_curves(&path, "", "", "", std::slice::from_ref(&curve))?;
        forecast(&path, "", "", "", &[], Some(f64::NAN))?;
        forecast(&path, "", "", "", std::slice::from_ref(&series), Some(0.5))?;
        phase_portrait(&path, "", "", "", &[])?;
        phase_portrait(&path, "", "", "", std::slice::from_ref(&portrait))?;
        // Painting pixels is slow without optimisation, and both formats get the same shapes.
        forecast(&path.with_extension("png"), "T", "", "", &[series], None)?;
        for name in ["figure.svg", "figure.png"] {
            assert!(std::fs::metadata(folder.join(name))?.len() > 0, "{name}");
        }
        assert!(learning_curves(&folder.join("figure.gif"), "", "", "", &[]).is_err());
        std::fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
