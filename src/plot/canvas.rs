//! A figure as a list of shapes, before a back end paints it.

use std::f64::consts::PI;
use std::path::Path;

use plotters::style::RGBColor;

use super::lines::{Place, dashed, thinned};
use super::look::{EDGE, Look, MARKERS, PAPER, Pen, TITLE, TITLE_LINE};
use super::text::{Align, Fonts, Label};
use super::{png, svg};
use crate::error::{Error, Result};

/// The format of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Svg,
    Png,
}

impl Format {
    /// The format that the extension of a file says, in small or capital letters.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(Error::PictureFormat { path: path.to_owned() }),
        }
    }
}

/// Everything that a back end has to paint.
pub enum Shape {
    /// Places, colour and width.
    Line(Vec<Place>, RGBColor, f64),
    /// Corners, colour and opacity.
    Area(Vec<Place>, RGBColor, f64),
    /// Centre, radius and colour.
    Dot(Place, f64, RGBColor),
    Text(Label),
}

/// A figure under construction.
pub struct Canvas {
    pub fonts: Fonts,
    /// Width and height; figures that grow downwards set the height when they are complete.
    pub size: (f64, f64),
    pub shapes: Vec<Shape>,
    /// Every legend with the shapes that it consists of.
    #[cfg(test)]
    pub legends: Vec<(super::lines::Frame, std::ops::Range<usize>)>,
    /// The frames of the panels.
    #[cfg(test)]
    pub frames: Vec<super::lines::Frame>,
}

impl Canvas {
    pub fn new(width: f64) -> Result<Self> {
        Ok(Self {
            fonts: Fonts::load()?,
            size: (width, 0.0),
            shapes: Vec::new(),
            #[cfg(test)]
            legends: Vec::new(),
            #[cfg(test)]
            frames: Vec::new(),
        })
    }

    /// The title at the top, if there is one. Returns where the next row may begin.
    pub fn title(&mut self, title: &str, left: f64) -> f64 {
        if title.is_empty() {
            return EDGE;
        }
        let title = self.fonts.fitted(title, TITLE, true, self.size.0 - left - EDGE);
        self.heading(&title, (left, TITLE_LINE), Align::Left, TITLE);
        TITLE_LINE + 14.0
    }

    pub fn line(&mut self, places: &[Place], pen: Pen) {
        for piece in dashed(&thinned(places), pen.dashes) {
            self.shapes.push(Shape::Line(piece, pen.colour, pen.width));
        }
    }

    pub fn area(&mut self, corners: Vec<Place>, colour: RGBColor, opacity: f64) {
        if corners.len() > 2 {
            self.shapes.push(Shape::Area(corners, colour, opacity));
        }
    }

    pub fn dot(&mut self, place: Place, radius: f64, colour: RGBColor) {
        self.shapes.push(Shape::Dot(place, radius, colour));
    }

    /// The marker of a series, with a white rim that lifts it off other curves.
    pub fn marker(&mut self, (x, y): Place, look: Look) {
        let (corners, turn, waist) = MARKERS[look.number() % MARKERS.len()];
        let half = PI / f64::from(corners);
        let waist = waist.unwrap_or(half.cos());
        // Shapes with few corners are enlarged to look as large as the others.
        let size = 5.2 * if corners < 6 { 1.25 } else { 1.0 };
        for (radius, ink) in [(size + 1.8, PAPER), (size, look.colour())] {
            let corner = |index: u32| {
                let angle = turn.to_radians() + half * f64::from(index);
                let radius = radius * if index.is_multiple_of(2) { 1.0 } else { waist };
                (x + radius * angle.sin(), y - radius * angle.cos())
            };
            self.area((0..2 * corners).map(corner).collect(), ink, 1.0);
        }
    }

    /// An arrow from `tail` to `tail + way`.
    pub fn arrow(&mut self, tail: Place, way: (f64, f64), colour: RGBColor) {
        let at = |along: f64, across: f64| {
            (tail.0 + along * way.0 - across * way.1, tail.1 + along * way.1 + across * way.0)
        };
        self.line(&[at(0.0, 0.0), at(0.75, 0.0)], Pen::solid(colour, 1.3));
        self.area(vec![at(1.0, 0.0), at(0.66, 0.16), at(0.66, -0.16)], colour, 1.0);
    }

    pub fn text(&mut self, text: &str, place: Place, align: Align, size: f64) {
        self.label(Label::new(text, place, align, size));
    }

    fn label(&mut self, label: Label) {
        if !label.text.is_empty() {
            self.shapes.push(Shape::Text(label));
        }
    }

    pub fn heading(&mut self, text: &str, place: Place, align: Align, size: f64) {
        let label = Label::new(text, place, align, size);
        self.label(Label { bold: true, ..label });
    }

    pub fn upright_text(&mut self, text: &str, place: Place, size: f64) {
        let label = Label::new(text, place, Align::Centre, size);
        self.label(Label { upright: true, ..label });
    }

    pub fn save(&self, path: &Path, format: Format) -> Result<()> {
        match format {
            Format::Svg => svg::save(self, path),
            Format::Png => png::save(self, path),
        }
    }

    /// Width and height in painted units.
    pub fn units(&self) -> (u32, u32) {
        let (width, height) = unit_place(self.size);
        (width.unsigned_abs(), height.unsigned_abs())
    }
}

/// Painted units per logical pixel. Plotters takes whole numbers only; a finer grid keeps curves
/// smooth.
pub const UNITS: u32 = 4;

/// A place in painted units.
pub type Unit = (i32, i32);

pub fn unit_place((x, y): Place) -> Unit {
    let units = f64::from(UNITS);
    ((x * units).round() as i32, (y * units).round() as i32)
}

pub fn unit_places(places: &[Place]) -> Vec<Unit> {
    places.iter().copied().map(unit_place).collect()
}

pub fn unit_length(length: f64) -> u32 {
    ((length * f64::from(UNITS)).round() as u32).max(1)
}
