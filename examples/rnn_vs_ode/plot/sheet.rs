//! A figure as a list of shapes in logical pixels, and how it becomes a file.

use std::path::Path;

use ab_glyph::{Font, FontRef, PxScale, PxScaleFont, ScaleFont};
use plotters::prelude::{BitMapBackend, DrawingBackend, RGBColor, SVGBackend};

use super::*;

/// A place in logical pixels from the upper left corner.
pub(super) type Place = (f64, f64);

/// Where along a text its anchor lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A text and how it is set; the anchor is on the base line.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) text: String,
    pub(super) place: Place,
    pub(super) align: Align,
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) upright: bool,
}

/// Everything that a painter can paint.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Line(Vec<Place>, RGBColor, f64),
    Area(Vec<Place>, RGBColor, f64),
    Dot(Place, f64, RGBColor),
    Text(Label),
}

/// The two weights in which text is set.
#[derive(Clone)]
pub(super) struct Fonts {
    pub(super) regular: FontRef<'static>,
    pub(super) bold: FontRef<'static>,
}

impl Fonts {
    pub(super) fn load() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            regular: FontRef::try_from_slice(dejavu::sans::regular())?,
            bold: FontRef::try_from_slice(dejavu::sans::bold())?,
        })
    }

    /// The font scaled so that `size` is its em, as in CSS; `ab_glyph` counts from the highest to
    /// the lowest letter.
    pub(super) fn scaled(&self, size: f64, bold: bool) -> PxScaleFont<&FontRef<'static>> {
        let font = if bold { &self.bold } else { &self.regular };
        let em = font.units_per_em().unwrap_or(1000.0);
        font.as_scaled(PxScale::from(size as f32 * font.height_unscaled() / em))
    }

    pub(super) fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let font = self.scaled(size, bold);
        text.chars().map(|letter| f64::from(font.h_advance(font.glyph_id(letter)))).sum()
    }
}

/// A figure under construction.
pub(super) struct Sheet {
    pub(super) fonts: Fonts,
    pub(super) size: (f64, f64),
    pub(super) shapes: Vec<Shape>,
}

impl Sheet {
    pub(super) fn new(size: (f64, f64)) -> Result<Self, Box<dyn Error>> {
        Ok(Self { fonts: Fonts::load()?, size, shapes: Vec::new() })
    }

    pub(super) fn line(&mut self, places: &[Place], pen: Pen) {
        let places = thinned(places);
        for piece in dashed(&places, pen.dashes) {
            self.shapes.push(Shape::Line(piece, pen.colour, pen.width));
        }
    }

    pub(super) fn area(&mut self, places: Vec<Place>, colour: RGBColor, opacity: f64) {
        if places.len() > 2 {
            self.shapes.push(Shape::Area(places, colour, opacity));
        }
    }

    pub(super) fn rectangle(&mut self, frame: Frame, colour: RGBColor) {
        let Frame { left, top, right, bottom } = frame;
        let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
        self.area(corners, colour, 1.0);
    }

    pub(super) fn dot(&mut self, place: Place, radius: f64, colour: RGBColor) {
        self.shapes.push(Shape::Dot(place, radius, colour));
    }

    /// The marker of a model, with a white rim that lifts it off other curves.
    pub(super) fn marker(&mut self, (x, y): Place, look: usize) {
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

    pub(super) fn text(&mut self, text: &str, place: Place, align: Align, size: f64) {
        self.shapes.push(Shape::Text(Label { text: text.to_owned(), place, align, size, bold: false, upright: false }));
    }

    pub(super) fn heading(&mut self, text: &str, place: Place, align: Align, size: f64) {
        self.text(text, place, align, size);
        if let Some(Shape::Text(label)) = self.shapes.last_mut() {
            label.bold = true;
        }
    }

    /// A text that reads from bottom to top.
    pub(super) fn upright_text(&mut self, text: &str, place: Place, size: f64) {
        self.text(text, place, Align::Centre, size);
        if let Some(Shape::Text(label)) = self.shapes.last_mut() {
            label.upright = true;
        }
    }

    pub(super) fn save(&self, path: &Path) -> PlotResult {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => self.save_svg(path),
            Some("png") => self.save_png(path),
            _ => Err(format!("{}: neither .svg nor .png", path.display()).into()),
        }
    }

    pub(super) fn units(&self) -> (u32, u32) {
        let (width, height) = unit_place(self.size);
        (width.unsigned_abs(), height.unsigned_abs())
    }

    pub(super) fn paint(&self, painter: &mut impl Painter) -> PlotResult {
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

    pub(super) fn save_svg(&self, path: &Path) -> PlotResult {
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

    pub(super) fn save_png(&self, path: &Path) -> PlotResult {
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
pub(super) fn averaged(fine: &[u8], width: usize) -> Vec<u8> {
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
pub(super) type Unit = (i32, i32);

pub(super) fn unit_place((x, y): Place) -> Unit {
    let units = f64::from(UNITS);
    ((x * units).round() as i32, (y * units).round() as i32)
}

pub(super) fn unit_places(places: &[Place]) -> Vec<Unit> {
    places.iter().copied().map(unit_place).collect()
}

pub(super) fn unit_length(length: f64) -> u32 {
    ((length * f64::from(UNITS)).round() as u32).max(1)
}
