//! Errors over the iterations, on a logarithmic axis.

use std::path::Path;

use super::*;

/// Length of the sample line in front of a label.
pub(super) const SAMPLE: f64 = 34.0;
/// Space between the frame and the sample lines, for the connections between them.
pub(super) const LEADER: f64 = 26.0;
/// Distance of the base lines of labels below each other.
pub(super) const LINE_HEIGHT: f64 = 23.0;

/// Loss over training steps on a logarithmic scale, one curve with a band for each model.
///
/// The labels stand to the right of the curves in the order of their ends and never cover data.
///
/// # Errors
///
/// Returns an error if the path ends in neither `.svg` nor `.png` or cannot be written.
pub fn learning_curves(path: &Path, title: &str, x_label: &str, y_label: &str, curves: &[Curve]) -> PlotResult {
    let mut sheet = Sheet::new(SIZE)?;
    let logs: Vec<LogCurve> = curves.iter().map(LogCurve::new).collect();
    let steps = logs.iter().flat_map(|log| log.line.iter());
    let x = Axis::linear(x_label, range(steps.map(|point| point.0), 0.0), 7.0);
    let y = Axis::logarithmic(y_label, logarithmic_range(&logs));

    let widest = curves.iter().map(|curve| sheet.fonts.width(&curve.label, LABEL, false)).fold(0.0, f64::max);
    let frame = Frame {
        left: left_margin(&sheet, &y),
        top: TITLE_LINE + 20.0,
        right: SIZE.0 - 16.0 - widest.min(0.4 * SIZE.0) - 8.0 - SAMPLE - LEADER,
        bottom: SIZE.1 - BOTTOM_MARGIN,
    };
    let panel = Panel { frame, x, y };
    sheet.heading(title, (frame.left, TITLE_LINE), Align::Left, TITLE);
    panel.grid(&mut sheet);
    for log in &logs {
        panel.band(&mut sheet, &log.band, colour(log.look));
    }
    for log in &logs {
        panel.line(&mut sheet, &log.line, log.pen());
    }
    for log in &logs {
        markers(&mut sheet, &panel, log);
    }
    panel.axes(&mut sheet);
    end_labels(&mut sheet, &panel, curves, &logs);
    sheet.save(path)
}

/// A curve in decimal logarithms without the points that have none.
pub(super) struct LogCurve {
    pub(super) look: usize,
    pub(super) line: Vec<(f64, f64)>,
    pub(super) band: Vec<(f64, f64, f64)>,
}

impl LogCurve {
    pub(super) fn new(curve: &Curve) -> Self {
        let mut log = Self { look: curve.look, line: Vec::new(), band: Vec::new() };
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

    pub(super) const fn pen(&self) -> Pen {
        Pen::solid(colour(self.look), 1.7)
    }
}

/// A few markers along a curve, at other places for each look, so that those of curves that lie
/// on each other can all be seen.
pub(super) fn markers(sheet: &mut Sheet, panel: &Panel, log: &LogCurve) {
    const COUNT: usize = 7;
    let shift = (log.look % MARKERS.len()) as f64 / MARKERS.len() as f64;
    for index in 0..COUNT {
        let part = (index as f64 + 0.1 + 0.9 * shift) / COUNT as f64;
        let x = panel.x.low + part * (panel.x.high - panel.x.low);
        let nearest = log.line.iter().min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()));
        if let Some(&point) = nearest {
            sheet.marker(panel.place(point), log.look);
        }
    }
}

/// All of the medians, and of the bands as much as lies within half a decade of them: one seed
/// that diverged must not flatten all curves.
pub(super) fn logarithmic_range(logs: &[LogCurve]) -> (f64, f64) {
    let medians = || logs.iter().flat_map(|log| log.line.iter().map(|point| point.1));
    let (low, high) = range(medians(), 0.0);
    let edges = logs
        .iter()
        .flat_map(|log| log.band.iter().flat_map(|&(_, below, above)| [below, above]))
        .map(|edge| edge.clamp(low - 0.5, high + 0.5));
    range(medians().chain(edges), 0.03)
}

/// The names of the curves beside their ends.
pub(super) fn end_labels(sheet: &mut Sheet, panel: &Panel, curves: &[Curve], logs: &[LogCurve]) {
    let Frame { top, right, bottom, .. } = panel.frame;
    let mut ends: Vec<(usize, Place)> = logs
        .iter()
        .enumerate()
        .map(|(index, log)| {
            let end = log.line.last().map(|&point| panel.place(point));
            (index, end.unwrap_or((0.0, bottom)))
        })
        .collect();
    ends.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
    let wanted: Vec<f64> = ends.iter().map(|(_, end)| end.1).collect();
    let heights = spread_out(&wanted, LINE_HEIGHT, top, bottom);
    for ((index, end), height) in ends.into_iter().zip(heights) {
        let log = &logs[index];
        let start = right + LEADER;
        // A connection to a curve that ends early would cross the others.
        if right - end.0 < 3.0 {
            let connection = [(end.0 + 3.0, end.1), (start - 4.0, height)];
            sheet.line(&connection, Pen::solid(AXIS, 0.75));
        }
        sheet.line(&[(start, height), (start + SAMPLE, height)], log.pen());
        sheet.marker((start + SAMPLE / 2.0, height), log.look);
        let place = (start + SAMPLE + 8.0, height + 0.36 * LABEL);
        sheet.text(&curves[index].label, place, Align::Left, LABEL);
    }
}

/// Moves ascending heights apart to at least `gap`, each as little as possible (the least squares
/// solution, by pooling neighbours that collide), and into the given range.
pub(super) fn spread_out(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
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
