//! Text and its width.

use ab_glyph::{Font, FontRef, PxScale, PxScaleFont, ScaleFont};

use super::lines::Place;
use super::painting;
use crate::error::Result;

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
    pub fn load() -> Result<Self> {
        Ok(Self {
            regular: FontRef::try_from_slice(dejavu::sans::regular()).map_err(painting)?,
            bold: FontRef::try_from_slice(dejavu::sans::bold()).map_err(painting)?,
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

    /// As much of a text as a width has room for; an ellipsis stands for the rest.
    pub fn fitted(&self, text: &str, size: f64, bold: bool, width: f64) -> String {
        if self.width(text, size, bold) <= width {
            return text.to_owned();
        }
        let mut letters: Vec<char> = text.chars().collect();
        while letters.pop().is_some() {
            let shorter: String = letters.iter().chain(&['…']).collect();
            if self.width(&shorter, size, bold) <= width {
                return shorter;
            }
        }
        "…".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_is_cut() {
        let fonts = Fonts::load().unwrap();
        let room = fonts.width("error of", 16.0, false);
        assert_eq!(fonts.fitted("error", 16.0, false, room), "error");
        let cut = fonts.fitted("error of the gradient", 16.0, false, room);
        assert!(cut.ends_with('…') && fonts.width(&cut, 16.0, false) <= room, "{cut}");
    }
}
