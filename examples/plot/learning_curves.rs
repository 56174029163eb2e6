//! Loss over training steps.

use std::path::Path;

use super::PlotResult;
use super::axes::{Axis, range};
use super::canvas::Canvas;
use super::lines::{Frame, Place, is_finite};
use super::look::{AXIS, LABEL, LINE_HEIGHT, MARKERS, Pen, SAMPLE, SIZE, TITLE, TITLE_LINE, colour};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::text::Align;

/// The learning curve of one model over several seeds.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The name written at the end of the curve.
    pub label: String,
    /// Colour and marker; the same number has the same colour in all figures.
    pub look: usize,
    /// Step and median loss.
    pub median: Vec<(f64, f64)>,
    /// The smallest loss over the seeds at each step of `median`.
    pub low: Vec<f64>,
    /// The largest loss over the seeds at each step of `median`.
    pub high: Vec<f64>,
}

/// Space between the frame and the sample lines, for the connections between them.
const LEADER: f64 = 26.0;

/// Loss over training steps on a logarithmic scale, one curve with a band for each model.
///
/// The labels stand to the right of the curves in the order of their ends and never cover data.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn learning_curves(path: &Path, title: &str, x_label: &str, y_label: &str, curves: &[Curve]) -> PlotResult {
    let mut canvas = Canvas::new(SIZE)?;
    let curves: Vec<LogCurve> = curves.iter().map(LogCurve::new).collect();
    let steps = curves.iter().flat_map(|curve| curve.line.iter().map(|point| point.0));
    let x = Axis::linear(x_label, range(steps, 0.0), 7.0);
    let y = Axis::logarithmic(y_label, logarithmic_range(&curves));

    let widest = curves.iter().map(|curve| canvas.fonts.width(curve.label, LABEL, false)).fold(0.0, f64::max);
    let frame = Frame {
        left: left_margin(&canvas, &y),
        top: TITLE_LINE + 20.0,
        right: SIZE.0 - 16.0 - widest.min(0.4 * SIZE.0) - 8.0 - SAMPLE - LEADER,
        bottom: SIZE.1 - BOTTOM_MARGIN,
    };
    let panel = Panel { frame, x, y };
    canvas.heading(title, (frame.left, TITLE_LINE), Align::Left, TITLE);
    panel.grid(&mut canvas);
    // No band may cover a line, and no line a marker.
    for curve in &curves {
        panel.band(&mut canvas, &curve.band, colour(curve.look));
    }
    for curve in &curves {
        panel.line(&mut canvas, &curve.line, curve.pen());
    }
    for curve in &curves {
        draw_markers(&mut canvas, &panel, curve);
    }
    panel.axes(&mut canvas);
    draw_end_labels(&mut canvas, &panel, &curves);
    canvas.save(path)
}

/// A curve in decimal logarithms without the points that have none.
struct LogCurve<'a> {
    label: &'a str,
    look: usize,
    line: Vec<(f64, f64)>,
    band: Vec<(f64, f64, f64)>,
}

impl<'a> LogCurve<'a> {
    fn new(curve: &'a Curve) -> Self {
        let mut log = Self { label: &curve.label, look: curve.look, line: Vec::new(), band: Vec::new() };
        for (index, &(x, median)) in curve.median.iter().enumerate() {
            let point = (x, median.log10());
            if is_finite(point) {
                let edge = |values: &[f64]| values.get(index).map_or(point.1, |v| v.log10());
                log.line.push(point);
                log.band.push((x, edge(&curve.low), edge(&curve.high)));
            }
        }
        log
    }

    const fn pen(&self) -> Pen {
        Pen::solid(colour(self.look), 1.7)
    }
}

/// All of the medians, and of the bands as much as lies within half a decade of them: one seed
/// that diverged must not flatten all curves. Nor must the untrained model, the first point.
fn logarithmic_range(curves: &[LogCurve]) -> (f64, f64) {
    let first = |curve: &LogCurve| usize::from(curve.line.len() > 1);
    let medians = || curves.iter().flat_map(|curve| curve.line[first(curve)..].iter().map(|point| point.1));
    let (low, high) = range(medians(), 0.0);
    let edges = curves
        .iter()
        .flat_map(|curve| curve.band[first(curve)..].iter().flat_map(|&(_, below, above)| [below, above]))
        .map(|edge| edge.clamp(low - 0.5, high + 0.5));
    range(medians().chain(edges), 0.03)
}

/// A few markers along a curve, at other places for each look, so that those of curves that lie
/// on each other can all be seen.
fn draw_markers(canvas: &mut Canvas, panel: &Panel, curve: &LogCurve) {
    const COUNT: usize = 7;
    let shift = (curve.look % MARKERS.len()) as f64 / MARKERS.len() as f64;
    for index in 0..COUNT {
        let part = (index as f64 + 0.1 + 0.9 * shift) / COUNT as f64;
        let x = panel.x.low + part * (panel.x.high - panel.x.low);
        let nearest = curve.line.iter().min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()));
        if let Some(&point) = nearest {
            canvas.marker(panel.place(point), curve.look);
        }
    }
}

/// The names of the curves beside their ends.
fn draw_end_labels(canvas: &mut Canvas, panel: &Panel, curves: &[LogCurve]) {
    let Frame { top, right, bottom, .. } = panel.frame;
    let end = |curve: &LogCurve| curve.line.last().map_or((0.0, bottom), |&point| panel.place(point));
    let mut ends: Vec<(&LogCurve, Place)> = curves.iter().map(|curve| (curve, end(curve))).collect();
    ends.sort_by(|(_, a), (_, b)| a.1.total_cmp(&b.1));
    let wanted: Vec<f64> = ends.iter().map(|(_, end)| end.1).collect();
    let heights = spread_out(&wanted, LINE_HEIGHT, top, bottom);
    let start = right + LEADER;
    for ((curve, end), height) in ends.into_iter().zip(heights) {
        // A connection to a curve that ends early would cross the others.
        if right - end.0 < 3.0 {
            let connection = [(end.0 + 3.0, end.1), (start - 4.0, height)];
            canvas.line(&connection, Pen::solid(AXIS, 0.75));
        }
        canvas.line(&[(start, height), (start + SAMPLE, height)], curve.pen());
        canvas.marker((start + SAMPLE / 2.0, height), curve.look);
        let place = (start + SAMPLE + 8.0, height + 0.36 * LABEL);
        canvas.text(curve.label, place, Align::Left, LABEL);
    }
}

/// Moves ascending heights apart to at least `gap`, each as little as possible (the least squares
/// solution, by pooling neighbours that collide), and into the given range.
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
