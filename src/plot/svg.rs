//! The SVG back end. Text stays text, which the viewer sets in a font that it has.

use std::path::Path;

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, ShapeStyle, TextStyle};

use super::canvas::{Canvas, Shape, UNITS, unit_length, unit_place, unit_places};
use super::lines::Frame;
use super::look::{INK, PAPER};
use super::text::{Align, Label};
use super::{not_written, painting};
use crate::error::Result;

/// Verdana has the widths of DejaVu Sans and the others are narrower: nothing outgrows its place.
const FONTS: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

pub fn save(canvas: &Canvas, path: &Path) -> Result<()> {
    let (width, height) = canvas.units();
    let mut text = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut text, (width, height));
        // Without paper, dark pages would shine through.
        let sheet = Frame { left: 0.0, top: 0.0, right: canvas.size.0, bottom: canvas.size.1 };
        paint(&mut backend, &Shape::Area(sheet.corners(), PAPER, 1.0))?;
        for shape in &canvas.shapes {
            paint(&mut backend, shape)?;
        }
        backend.present().map_err(painting)?;
    }
    // The view box stays in painted units while the picture gets its logical size.
    let from = format!("width=\"{width}\" height=\"{height}\"");
    let (width, height) = canvas.size;
    let to = format!("width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
    std::fs::write(path, text.replacen(&from, &to, 1)).map_err(|error| not_written(path, error))
}

fn paint(backend: &mut SVGBackend, shape: &Shape) -> Result<()> {
    match shape {
        Shape::Line(places, colour, width) => {
            let style = ShapeStyle::from(colour).stroke_width(unit_length(*width));
            backend.draw_path(unit_places(places), &style).map_err(painting)
        }
        Shape::Area(corners, colour, opacity) => {
            backend.fill_polygon(unit_places(corners), &colour.mix(*opacity)).map_err(painting)
        }
        Shape::Dot(place, radius, colour) => {
            backend.draw_circle(unit_place(*place), unit_length(*radius), colour, true).map_err(painting)
        }
        Shape::Text(label) => paint_text(backend, label),
    }
}

fn paint_text(backend: &mut SVGBackend, label: &Label) -> Result<()> {
    // Plotters divides the size it is given by 1.24 and lowers a text that is anchored at its top
    // by 0.76 em. Both are undone, so that the anchor is on the base line.
    let rise = 0.76 * label.size;
    let size = label.size * f64::from(UNITS) * 1.24;
    let weight = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::Name(FONTS), size, weight);
    let (x, y) = label.place;
    let (font, place) =
        if label.upright { (font.transform(FontTransform::Rotate270), (x - rise, y)) } else { (font, (x, y - rise)) };
    let anchor = match label.align {
        Align::Left => HPos::Left,
        Align::Centre => HPos::Center,
        Align::Right => HPos::Right,
    };
    let style = TextStyle::from(font).color(&INK).pos(Pos::new(anchor, VPos::Top));
    backend.draw_text(&label.text, &style, unit_place(place)).map_err(painting)
}
