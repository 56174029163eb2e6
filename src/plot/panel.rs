//! A frame with axes and the data in it.

use plotters::style::RGBColor;

use super::axes::Axis;
use super::canvas::Canvas;
use super::lines::{Frame, Place, cut_off, is_finite, thinned};
use super::look::{AXIS, GRID, LABEL, Look, Pen, TICK};
use super::text::Align;
use super::ticks::Tick;

/// The space that numbers and name of a horizontal axis need.
pub const BOTTOM_MARGIN: f64 = 8.0 + TICK + 10.0 + LABEL + 14.0;

/// The space that numbers and name of a vertical axis need, from the edge of the canvas.
pub fn left_margin(canvas: &Canvas, axis: &Axis) -> f64 {
    10.0 + LABEL + 12.0 + number_width(canvas, axis) + 9.0
}

/// The width of the widest number on an axis.
fn number_width(canvas: &Canvas, axis: &Axis) -> f64 {
    axis.ticks
        .iter()
        .filter_map(|tick| tick.label.as_ref())
        .map(|label| canvas.fonts.width(label, TICK, false))
        .fold(0.0, f64::max)
}

/// A frame with axes: maps values to places and draws the surroundings of the data.
pub struct Panel<'a> {
    pub frame: Frame,
    pub x: Axis<'a>,
    pub y: Axis<'a>,
}

impl Panel<'_> {
    /// Where a point lies on the canvas.
    pub fn place(&self, (x, y): (f64, f64)) -> Place {
        self.on_canvas((self.x.scale.along(x), self.y.scale.along(y)))
    }

    /// The same from places along the axes.
    fn on_canvas(&self, (x, y): (f64, f64)) -> Place {
        let Frame { left, top, right, bottom } = self.frame;
        (
            left + (x - self.x.low) / (self.x.high - self.x.low) * (right - left),
            bottom - (y - self.y.low) / (self.y.high - self.y.low) * (bottom - top),
        )
    }

    fn places(&self, points: &[(f64, f64)]) -> Vec<Place> {
        points.iter().map(|&point| self.place(point)).collect()
    }

    pub fn line(&self, canvas: &mut Canvas, points: &[(f64, f64)], pen: Pen) {
        for run in self.frame.runs(&self.places(points)) {
            canvas.line(&run, pen);
        }
    }

    pub fn dots(&self, canvas: &mut Canvas, points: &[(f64, f64)], radius: f64, colour: RGBColor) {
        for place in thinned(&self.places(points)) {
            if is_finite(place) && self.frame.contains(place) {
                canvas.dot(place, radius, colour);
            }
        }
    }

    /// Markers at the points inside the frame.
    pub fn markers(&self, canvas: &mut Canvas, points: &[(f64, f64)], look: Look) {
        for place in self.places(points) {
            if is_finite(place) && self.frame.contains(place) {
                canvas.marker(place, look);
            }
        }
    }

    /// A translucent band between two values at each abscissa with a thin edge, cut off at the frame. It breaks where the
    /// abscissa is not finite or both values are NaN. A single NaN stands for the frame, since it comes from a run that
    /// left all bounds.
    pub fn band(&self, canvas: &mut Canvas, band: &[(f64, f64, f64)], colour: RGBColor) {
        let inside = |&(x, ..): &(f64, f64, f64)| (self.x.low..=self.x.high).contains(&self.x.scale.along(x));
        let gap = |&(_, low, high): &(f64, f64, f64)| low.is_nan() && high.is_nan();
        for run in band.split(|point| !inside(point) || gap(point)) {
            let outline = |of: &dyn Fn(&(f64, f64, f64)) -> f64, missing: f64| -> Vec<Place> {
                let along = |value: f64| if value.is_nan() { missing } else { value };
                let edge: Vec<Place> =
                    run.iter().map(|p| (self.x.scale.along(p.0), along(self.y.scale.along(of(p))))).collect();
                let places = cut_off(&edge, self.y.low, self.y.high).into_iter().map(|place| self.on_canvas(place));
                thinned(&places.collect::<Vec<_>>())
            };
            let lower = outline(&|&(_, low, _)| low, self.y.low);
            let upper = outline(&|&(_, _, high)| high, self.y.high);
            canvas.area(lower.iter().chain(upper.iter().rev()).copied().collect(), colour, 0.2);
            for edge in [lower, upper] {
                canvas.line(&edge, Pen::solid(colour, 0.6));
            }
        }
    }

    /// The grid below the data.
    pub fn grid(&self, canvas: &mut Canvas) {
        #[cfg(test)]
        canvas.frames.push(self.frame);
        let Frame { left, top, right, bottom } = self.frame;
        let pen = Pen::solid(GRID, 1.0);
        for tick in self.x.ticks.iter().filter(|tick| tick.label.is_some()) {
            let (x, _) = self.on_canvas((tick.value, self.y.low));
            canvas.line(&[(x, top), (x, bottom)], pen);
        }
        for tick in self.y.ticks.iter().filter(|tick| tick.label.is_some()) {
            let (_, y) = self.on_canvas((self.x.low, tick.value));
            canvas.line(&[(left, y), (right, y)], pen);
        }
    }

    /// Axis lines, marks, numbers and names.
    pub fn axes(&self, canvas: &mut Canvas) {
        let Frame { left, top, right, bottom } = self.frame;
        let pen = Pen::solid(AXIS, 1.0);
        canvas.line(&[(left, top), (left, bottom), (right, bottom)], pen);
        for tick in &self.x.ticks {
            let (x, _) = self.on_canvas((tick.value, self.y.low));
            canvas.line(&[(x, bottom), (x, bottom + mark_length(tick))], pen);
            if let Some(label) = &tick.label {
                canvas.text(label, (x, bottom + 8.0 + TICK), Align::Centre, TICK);
            }
        }
        for tick in &self.y.ticks {
            let (_, y) = self.on_canvas((self.x.low, tick.value));
            canvas.line(&[(left - mark_length(tick), y), (left, y)], pen);
            if let Some(label) = &tick.label {
                let place = (left - 9.0, y + 0.36 * TICK);
                canvas.text(label, place, Align::Right, TICK);
            }
        }
        let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
        let below = bottom + 8.0 + TICK + 10.0 + LABEL;
        let name = canvas.fonts.fitted(self.x.name, LABEL, false, right - left);
        canvas.text(&name, (middle.0, below), Align::Centre, LABEL);
        let beside = left - 9.0 - number_width(canvas, &self.y) - 12.0;
        let name = canvas.fonts.fitted(self.y.name, LABEL, false, 1.2 * (bottom - top));
        canvas.upright_text(&name, (beside, middle.1), LABEL);
    }
}

fn mark_length(tick: &Tick) -> f64 {
    if tick.label.is_some() { 5.0 } else { 3.0 }
}
