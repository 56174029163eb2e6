//! Text and its width.

use std::error::Error;

use ab_glyph::{Font, FontRef, PxScale, PxScaleFont, ScaleFont};

use super::lines::Place;

/// Where along a text its anchor lies.
#[derive(Clone, Copy)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// A text and how it is set; the anchor is on the base line.
pub struct Label {
    pub text: String,
    pub place: Place,
    pub align: Align,
    pub size: f64,
    pub bold: bool,
    /// Whether it reads from bottom to top.
    pub upright: bool,
}

impl Label {
    pub fn new(text: &str, place: Place, align: Align, size: f64) -> Self {
        Self { text: text.to_owned(), place, align, size, bold: false, upright: false }
    }
}

/// The two weights of DejaVu Sans, which the crate `dejavu` compiles in, so that no font has to be
/// installed.
pub struct Fonts {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Fonts {
    pub fn load() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            regular: FontRef::try_from_slice(dejavu::sans::regular())?,
            bold: FontRef::try_from_slice(dejavu::sans::bold())?,
        })
    }

    /// The font scaled so that `size` is its em, as in CSS; `ab_glyph` counts from the highest to
    /// the lowest letter.
    pub fn scaled(&self, size: f64, bold: bool) -> PxScaleFont<&FontRef<'static>> {
        let font = if bold { &self.bold } else { &self.regular };
        let em = font.units_per_em().unwrap_or(1000.0);
        font.as_scaled(PxScale::from(size as f32 * font.height_unscaled() / em))
    }

    pub fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let font = self.scaled(size, bold);
        text.chars().map(|letter| f64::from(font.h_advance(font.glyph_id(letter)))).sum()
    }
}
