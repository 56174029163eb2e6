//! The PNG back end. Plotters does not smooth thick lines, so that the picture is painted at twice
//! its final resolution and averaged.

use std::path::Path;

use ab_glyph::{Point, ScaleFont};
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::{Color, RGBColor};

use super::canvas::{Canvas, Shape, UNITS, Unit, unit_length, unit_place, unit_places};
use super::look::INK;
use super::text::{Align, Fonts, Label};
use super::{not_written, painting};
use crate::error::{Error, Result};

/// Painted units per pixel of the file, which is thereby twice as large as the logical size.
const UNITS_PER_PIXEL: u32 = 2;
/// The most painted units of a picture: below a gigabyte of memory.
const MOST_UNITS: u64 = 1 << 28;

pub fn save(canvas: &Canvas, path: &Path) -> Result<()> {
    let (width, height) = canvas.units();
    if u64::from(width) * u64::from(height) > MOST_UNITS {
        return Err(Error::Painting { reason: format!("a picture of {width} by {height} points is too large") });
    }
    let mut fine = vec![0xff; width as usize * height as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut fine, (width, height));
        for shape in &canvas.shapes {
            paint(&mut backend, shape, &canvas.fonts)?;
        }
        backend.present().map_err(painting)?;
    }
    let size = (width / UNITS_PER_PIXEL, height / UNITS_PER_PIXEL);
    let mut file = BitMapBackend::new(path, size);
    file.blit_bitmap((0, 0), size, &averaged(&fine, width as usize)).map_err(painting)?;
    file.present().map_err(|error| not_written(path, error))
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

fn paint(backend: &mut BitMapBackend, shape: &Shape, fonts: &Fonts) -> Result<()> {
    match shape {
        Shape::Line(places, colour, width) => {
            for pair in unit_places(places).windows(2) {
                paint_segment(backend, pair[0], pair[1], *colour, unit_length(*width))?;
            }
        }
        Shape::Area(corners, colour, opacity) => {
            backend.fill_polygon(unit_places(corners), &colour.mix(*opacity)).map_err(painting)?;
        }
        Shape::Dot(place, radius, colour) => {
            let place = unit_place(*place);
            paint_segment(backend, place, place, *colour, 2 * unit_length(*radius))?;
        }
        Shape::Text(label) => paint_text(backend, label, fonts)?,
    }
    Ok(())
}

/// Everything within half a width of the line between two places, which gives it round ends as in
/// SVG.
fn paint_segment(backend: &mut BitMapBackend, from: Unit, to: Unit, colour: RGBColor, width: u32) -> Result<()> {
    let radius = f64::from(width) / 2.0;
    let reach = radius.ceil() as i32;
    let ink = colour.to_backend_color();
    for y in from.1.min(to.1) - reach..=from.1.max(to.1) + reach {
        let (left, right) = near_row(y, from, to, reach);
        for x in left..=right {
            if distance((x, y), from, to) < radius {
                backend.draw_pixel((x, y), ink).map_err(painting)?;
            }
        }
    }
    Ok(())
}

/// Where in a row places can be that are within `reach` of the line between two places: a long slanting line fills but
/// little of the rectangle around it.
fn near_row(y: i32, from: Unit, to: Unit, reach: i32) -> (i32, i32) {
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let part = |row: i32| (f64::from(row - from.1) / dy).clamp(0.0, 1.0);
    let (a, b) = if dy == 0.0 { (0.0, 1.0) } else { (part(y - reach), part(y + reach)) };
    let (a, b) = (f64::from(from.0) + a * dx, f64::from(from.0) + b * dx);
    (a.min(b).floor() as i32 - reach, a.max(b).ceil() as i32 + reach)
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

/// Sets the outlines of the letters itself: plotters would look for an installed font.
fn paint_text(backend: &mut BitMapBackend, label: &Label, fonts: &Fonts) -> Result<()> {
    let size = label.size * f64::from(UNITS);
    let font = fonts.scaled(size, label.bold);
    let width = fonts.width(&label.text, size, label.bold);
    let mut pen = match label.align {
        Align::Left => 0.0,
        Align::Centre => -width / 2.0,
        Align::Right => -width,
    } as f32;
    let origin = unit_place(label.place);
    let mut result = Ok(());
    for letter in label.text.chars() {
        let mut glyph = font.scaled_glyph(letter);
        glyph.position = Point { x: pen, y: 0.0 };
        pen += font.h_advance(glyph.id);
        let Some(outline) = font.outline_glyph(glyph) else {
            continue;
        };
        let corner = outline.px_bounds().min;
        outline.draw(|x, y, coverage| {
            let (x, y) = (corner.x as i32 + x as i32, corner.y as i32 + y as i32);
            let (x, y) = if label.upright { (y, -x) } else { (x, y) };
            let ink = INK.mix(f64::from(coverage)).to_backend_color();
            if result.is_ok() {
                result = backend.draw_pixel((origin.0 + x, origin.1 + y), ink);
            }
        });
    }
    result.map_err(painting)
}
