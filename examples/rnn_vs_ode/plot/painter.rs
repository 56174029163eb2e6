//! The two painters: SVG with plotters, PNG with plotters for the pixels and ab_glyph for the text.

use ab_glyph::{Point as GlyphPoint, ScaleFont};
use plotters::prelude::{
    BitMapBackend, Color, DrawingBackend, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, SVGBackend,
    ShapeStyle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::*;

/// What both formats can do, in painted units.
pub(super) trait Painter {
    fn line(&mut self, places: &[Unit], colour: RGBColor, width: u32) -> PlotResult;
    fn area(&mut self, places: &[Unit], colour: RGBColor, opacity: f64) -> PlotResult;
    fn dot(&mut self, place: Unit, radius: u32, colour: RGBColor) -> PlotResult;
    fn text(&mut self, label: &Label) -> PlotResult;
}

pub(super) struct SvgPainter<'a>(pub(super) SVGBackend<'a>);

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

pub(super) struct PngPainter<'a> {
    pub(super) backend: BitMapBackend<'a>,
    pub(super) fonts: Fonts,
}

impl PngPainter<'_> {
    /// Everything within half a width of the line between two places.
    pub(super) fn segment(&mut self, from: Unit, to: Unit, colour: RGBColor, width: u32) -> PlotResult {
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
pub(super) fn distance(place: Unit, from: Unit, to: Unit) -> f64 {
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
