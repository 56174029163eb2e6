//! The drawing of a plane: field, nullclines and curves.

use plotters::style::RGBColor;

use super::canvas::Canvas;
use super::fixed_points::PointMark;
use super::lines::{Frame, is_finite};
use super::look::{GRID, LABEL, Look, Pen};
use super::panel::Panel;
use super::plane::Plane;
use super::text::Align;
use crate::analysis::{Basins, Fate};

/// The lines on which the first and on which the second component rests.
pub const NULLCLINES: [Pen; 2] = [
    Pen { colour: Look::Number(2).colour(), width: 1.6, dashes: &[9.0, 4.0] },
    Pen { colour: Look::Number(3).colour(), width: 1.6, dashes: &[3.0, 4.0] },
];
/// The arrow in the legend.
pub const FIELD: RGBColor = field_colour(0.7);
/// Curves with these numbers would look like the nullclines.
const TAKEN: [usize; 2] = [2, 3];

/// The pen of a curve. Beside a black curve the others are dashed, so that it shows through where they agree.
pub fn curve_pen(plane: &Plane, index: usize) -> Pen {
    let has_nullclines = plane.nullclines.iter().any(|lines| !lines.is_empty());
    let free = |place: usize| {
        let free = (0..).filter(|number| !has_nullclines || !TAKEN.contains(&(number % 8)));
        free.into_iter().nth(place).unwrap_or(place)
    };
    let looks = || plane.curves.iter().enumerate().map(|(i, curve)| curve.look_at(free(i)));
    let look = looks().nth(index).unwrap_or(Look::Black);
    match look {
        Look::Black => Pen::plain(look, 2.0),
        Look::Number(_) if looks().any(|look| look == Look::Black) => {
            Pen { dashes: &[6.0, 6.0], ..Pen::plain(look, 2.4) }
        }
        Look::Number(_) => Pen::plain(look, 2.0),
    }
}

/// The decimal logarithms of the speeds, in lengths of the panel.
pub fn log_speeds(plane: &Plane) -> impl Iterator<Item = f64> {
    let extent = |(low, high): (f64, f64)| high - low;
    let (across, up) = (extent(plane.x), extent(plane.y));
    plane.arrows.iter().map(move |&[_, _, u, v]| (u / across).hypot(v / up).log10())
}

/// Draws a plane into a panel, with its arrows shaded between the given logarithms of the speed.
pub fn draw(canvas: &mut Canvas, panel: &Panel, plane: &Plane, speeds: (f64, f64)) {
    let frame = panel.frame;
    let place = ((frame.left + frame.right) / 2.0, frame.top - 10.0);
    let title = canvas.fonts.fitted(&plane.title, LABEL, true, 1.2 * (frame.right - frame.left));
    canvas.heading(&title, place, Align::Centre, LABEL);
    if let Some(basins) = &plane.basins {
        draw_basins(canvas, panel, basins);
    }
    panel.grid(canvas);
    draw_field(canvas, panel, plane, speeds);
    for (lines, pen) in plane.nullclines.iter().zip(NULLCLINES) {
        for line in lines {
            panel.line(canvas, line, pen);
        }
    }
    for (i, curve) in plane.curves.iter().enumerate() {
        panel.line(canvas, curve.points(), curve_pen(plane, i));
    }
    // Curves may begin at the same place: the larger dot stays visible around the smaller one.
    for (i, curve) in plane.curves.iter().enumerate() {
        let start = curve.points().get(..1).unwrap_or_default();
        panel.dots(canvas, start, if i == 0 { 5.5 } else { 3.0 }, curve_pen(plane, i).colour);
    }
    draw_marks(canvas, panel, plane);
    panel.axes(canvas);
}

fn draw_field(canvas: &mut Canvas, panel: &Panel, plane: &Plane, speeds: (f64, f64)) {
    let frame = panel.frame;
    let (width, height) = (frame.right - frame.left, frame.bottom - frame.top);
    let (across, up) = (plane.x.1 - plane.x.0, plane.y.1 - plane.y.0);
    // Each arrow has about this square for itself.
    let length = 0.72 * (width * height / plane.arrows.len().max(1) as f64).sqrt().min(60.0);
    for (&[x, y, u, v], log_speed) in plane.arrows.iter().zip(log_speeds(plane)) {
        let place = panel.place((x, y));
        let (right, down) = (u / across * width, -v / up * height);
        let speed = right.hypot(down);
        if !(is_finite(place) && frame.contains(place) && speed.is_finite() && speed > 0.0) {
            continue;
        }
        let shade = (log_speed - speeds.0) / (speeds.1 - speeds.0);
        let way = (length * right / speed, length * down / speed);
        let tail = (place.0 - way.0 / 2.0, place.1 - way.1 / 2.0);
        canvas.arrow(tail, way, field_colour(shade));
    }
}

/// The colour of a fate; `None` for white.
pub fn fate_colour(fate: Fate) -> Option<RGBColor> {
    let light = |RGBColor(r, g, b): RGBColor| {
        let mix = |part: u8| (0.65 * 255.0 + 0.35 * f64::from(part)) as u8;
        RGBColor(mix(r), mix(g), mix(b))
    };
    match fate {
        Fate::Attractor(index) => Some(light(Look::Number(index).colour())),
        Fate::Undecided => Some(GRID),
        Fate::Diverged => None,
    }
}

/// Each cell of the grid around its point, in runs of the same fate.
fn draw_basins(canvas: &mut Canvas, panel: &Panel, basins: &Basins) {
    let rows = basins.fates.len() / basins.columns.max(1);
    let edge = |(low, high): (f64, f64), count: usize, index: usize| {
        let part = (index as f64 - 0.5) / (count - 1) as f64;
        (low + part * (high - low)).clamp(low.min(high), low.max(high))
    };
    let frame = panel.frame;
    for (row, fates) in basins.fates.chunks(basins.columns).enumerate() {
        let mut start = 0;
        for run in fates.chunk_by(|a, b| a == b) {
            let columns = [start, start + run.len()].map(|index| edge(basins.ranges[0], basins.columns, index));
            let lines = [row, row + 1].map(|index| edge(basins.ranges[1], rows, index));
            start += run.len();
            let Some(colour) = run.first().and_then(|fate| fate_colour(*fate)) else { continue };
            let [a, b] = [panel.place((columns[0], lines[0])), panel.place((columns[1], lines[1]))];
            let area = Frame {
                left: a.0.min(b.0).max(frame.left),
                top: a.1.min(b.1).max(frame.top),
                right: a.0.max(b.0).min(frame.right),
                bottom: a.1.max(b.1).min(frame.bottom),
            };
            if area.left < area.right && area.top < area.bottom {
                canvas.area(area.corners(), colour, 1.0);
            }
        }
    }
}

/// Fixed points, with lines along their unstable directions.
fn draw_marks(canvas: &mut Canvas, panel: &Panel, plane: &Plane) {
    let Frame { left, top, right, bottom } = panel.frame;
    let half = 0.035 * (right - left).min(bottom - top);
    let inside = |mark: &&PointMark| {
        let place = panel.place(mark.place);
        is_finite(place) && panel.frame.contains(place)
    };
    for mark in plane.marks.iter().filter(inside) {
        let (x, y) = panel.place(mark.place);
        for &(u, v) in &mark.directions {
            let (across, down) =
                (u / (plane.x.1 - plane.x.0) * (right - left), -v / (plane.y.1 - plane.y.0) * (bottom - top));
            let length = across.hypot(down);
            // A direction that the projection hides has no line.
            if length > 0.0 && length.is_finite() {
                let way = (half * across / length, half * down / length);
                let line = [(x - way.0, y - way.1), (x + way.0, y + way.1)];
                canvas.line(&line, Pen::solid(mark.class.look().colour(), 1.6));
            }
        }
    }
    for mark in plane.marks.iter().filter(inside) {
        canvas.marker(panel.place(mark.place), mark.class.look());
    }
}

/// Light to dark blue grey.
const fn field_colour(shade: f64) -> RGBColor {
    let shade = shade.clamp(0.0, 1.0);
    let mix = [(208.0, 52.0), (218.0, 88.0), (228.0, 128.0)];
    let mut colour = [0_u8; 3];
    let mut i = 0;
    while i < 3 {
        colour[i] = (mix[i].0 + shade * (mix[i].1 - mix[i].0)) as u8;
        i += 1;
    }
    RGBColor(colour[0], colour[1], colour[2])
}
