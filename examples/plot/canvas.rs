//! A figure as a list of shapes, before a back end paints it.

use std::error::Error;
use std::f64::consts::PI;
use std::path::Path;

use plotters::style::RGBColor;

use super::lines::{Place, dashed, thinned};
use super::look::{MARKERS, PAPER, Pen, colour};
use super::text::{Align, Fonts, Label};
use super::{PlotResult, png, svg};

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
    pub size: (f64, f64),
    pub shapes: Vec<Shape>,
}

impl Canvas {
    pub fn new(size: (f64, f64)) -> Result<Self, Box<dyn Error>> {
        Ok(Self { fonts: Fonts::load()?, size, shapes: Vec::new() })
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

    /// The marker of a model, with a white rim that lifts it off other curves.
    pub fn marker(&mut self, (x, y): Place, look: usize) {
        let (corners, turn, waist) = MARKERS[look % MARKERS.len()];
        let half = PI / f64::from(corners);
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

    /// An arrow from `tail` to `tail + way`.
    pub fn arrow(&mut self, tail: Place, way: (f64, f64), colour: RGBColor) {
        let at = |along: f64, across: f64| {
            (tail.0 + along * way.0 - across * way.1, tail.1 + along * way.1 + across * way.0)
        };
        self.line(&[at(0.0, 0.0), at(0.75, 0.0)], Pen::solid(colour, 1.3));
        self.area(vec![at(1.0, 0.0), at(0.66, 0.16), at(0.66, -0.16)], colour, 1.0);
    }

    pub fn text(&mut self, text: &str, place: Place, align: Align, size: f64) {
        self.shapes.push(Shape::Text(Label::new(text, place, align, size)));
    }

    pub fn heading(&mut self, text: &str, place: Place, align: Align, size: f64) {
        let label = Label::new(text, place, align, size);
        self.shapes.push(Shape::Text(Label { bold: true, ..label }));
    }

    pub fn upright_text(&mut self, text: &str, place: Place, size: f64) {
        let label = Label::new(text, place, Align::Centre, size);
        self.shapes.push(Shape::Text(Label { upright: true, ..label }));
    }

    pub fn save(&self, path: &Path) -> PlotResult {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => svg::save(self, path),
            Some("png") => png::save(self, path),
            _ => Err(format!("{}: neither .svg nor .png", path.display()).into()),
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
