//! Names beside the ends of curves.

use super::canvas::Canvas;
use super::lines::{Frame, Place, is_finite};
use super::look::{AXIS, EDGE, LABEL, LINE_HEIGHT, Look, Pen, SAMPLE, WIDTH};
use super::panel::Panel;
use super::series::Series;
use super::text::{Align, Fonts};

/// Space between the frame and the sample lines, for the connections between them.
const LEADER: f64 = 26.0;
/// Between a sample line and its name.
const SPACE: f64 = 8.0;
/// The largest part of the width that the names take.
const SHARE: f64 = 0.4;

/// A curve with the look of its name.
pub struct End<'a> {
    pub series: &'a Series,
    pub look: Look,
    pub pen: Pen,
}

/// The width that the names need right of a frame.
pub fn width(fonts: &Fonts, series: &[Series]) -> f64 {
    let widest = series.iter().map(|one| fonts.width(one.name(), LABEL, false)).fold(0.0, f64::max);
    LEADER + SAMPLE + SPACE + widest.min(SHARE * WIDTH) + EDGE
}

/// The height that the names need below each other.
pub fn height(count: usize) -> f64 {
    LINE_HEIGHT * count as f64
}

/// The names of curves right of a frame, each at the height where its curve ends, or near it.
pub fn draw(canvas: &mut Canvas, panel: &Panel, curves: &[End]) {
    #[cfg(test)]
    let first = canvas.shapes.len();
    let Frame { top, right, bottom, .. } = panel.frame;
    let end = |curve: &End| {
        let places = curve.series.points().iter().rev().map(|&point| panel.place(point));
        places.into_iter().find(|place| is_finite(*place)).unwrap_or((right, bottom))
    };
    let mut ends: Vec<(&End, Place)> = curves.iter().map(|curve| (curve, end(curve))).collect();
    ends.sort_by(|(_, a), (_, b)| a.1.total_cmp(&b.1));
    let wanted: Vec<f64> = ends.iter().map(|(_, end)| end.1.clamp(top, bottom)).collect();
    let heights = spread_out(&wanted, LINE_HEIGHT, top, bottom);
    let start = right + LEADER;
    for ((curve, end), height) in ends.into_iter().zip(heights) {
        // A connection to a curve that ends early would cross the others.
        if right - end.0 < 3.0 {
            canvas.line(&[(right + 3.0, end.1), (start - 4.0, height)], Pen::solid(AXIS, 0.75));
        }
        canvas.line(&[(start, height), (start + SAMPLE, height)], curve.pen);
        canvas.marker((start + SAMPLE / 2.0, height), curve.look);
        let place = (start + SAMPLE + SPACE, height + 0.36 * LABEL);
        let name = canvas.fonts.fitted(curve.series.name(), LABEL, false, SHARE * WIDTH);
        canvas.text(&name, place, Align::Left, LABEL);
    }
    #[cfg(test)]
    canvas.legends.push((Frame { left: right + 2.0, top, right: WIDTH, bottom }, first..canvas.shapes.len()));
}

/// Moves ascending heights apart to at least `gap`, each as little as possible (the least squares solution, by pooling
/// neighbours that collide), and into the given range.
fn spread_out(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (index, &height) in wanted.iter().enumerate() {
        let mut pool = (height - index as f64 * gap, 1);
        while let Some(&(mean, size)) = pools.last().filter(|last| last.0 > pool.0) {
            let total = size + pool.1;
            let sum = mean * size as f64 + pool.0 * pool.1 as f64;
            pool = (sum / total as f64, total);
            pools.pop();
        }
        pools.push(pool);
    }
    let last = wanted.len().saturating_sub(1) as f64 * gap;
    pools
        .iter()
        .flat_map(|&(mean, size)| std::iter::repeat_n(mean, size))
        .enumerate()
        // Too many labels for the range start at its top and leave it below.
        .map(|(index, mean)| mean.min(high - last).max(low) + index as f64 * gap)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_as_little_as_possible() {
        assert_eq!(spread_out(&[10.0, 50.0], 20.0, 0.0, 100.0), [10.0, 50.0]);
        assert_eq!(spread_out(&[40.0, 50.0, 60.0], 20.0, 0.0, 100.0), [30.0, 50.0, 70.0]);
        assert_eq!(spread_out(&[99.0, 99.0], 20.0, 0.0, 100.0), [80.0, 100.0]);
    }
}
