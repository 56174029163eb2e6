//! Ranges, ticks, and the panel that maps data to the sheet.

use plotters::prelude::RGBColor;

use super::*;

/// A labelled place on an axis; no label makes it a small mark without a grid line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: Option<String>,
}

/// The range of one coordinate. On a logarithmic axis values are decimal logarithms.
#[derive(Clone, Debug)]
pub(super) struct Axis<'a> {
    pub(super) name: &'a str,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<Tick>,
}

impl<'a> Axis<'a> {
    pub(super) fn linear(name: &'a str, (low, high): (f64, f64), count: f64) -> Self {
        Self { name, low, high, ticks: linear_ticks(low, high, count) }
    }

    pub(super) fn logarithmic(name: &'a str, (low, high): (f64, f64)) -> Self {
        Self { name, low, high, ticks: logarithmic_ticks(low, high) }
    }
}

/// Lowest and highest finite value, widened on both sides by a share of their difference.
pub(super) fn range(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let extent = high - low;
    if extent <= f64::EPSILON * low.abs().max(high.abs()) || !extent.is_finite() {
        let half = 0.5_f64.max(low.abs() * 0.05);
        return (low - half, low + half);
    }
    (low - margin * extent, high + margin * extent)
}

/// About `count` round values; steps are 1, 2 or 5 times a power of ten.
pub(super) fn linear_ticks(low: f64, high: f64, count: f64) -> Vec<Tick> {
    let raw = (high - low) / count;
    if !(raw.is_finite() && raw > 0.0) {
        return Vec::new();
    }
    let power = 10.0_f64.powf(raw.log10().floor());
    let off = |factor: &f64| (factor * power / raw).ln().abs();
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().min_by(|a, b| off(a).total_cmp(&off(b))).map_or(raw, |factor| factor * power);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last)
        .map(|index| index as f64 * step)
        .map(|value| Tick { value, label: Some(linear_label(value, step)) })
        .collect()
}

pub(super) fn linear_label(value: f64, step: f64) -> String {
    let decimals = (-(step * 1.000_1).log10().floor()).max(0.0);
    if decimals > 4.0 || value.abs() >= 1e6 {
        return power_label(value);
    }
    let text = format!("{value:.*}", decimals as usize);
    text.replace('-', "−")
}

/// A number as a product with a power of ten.
pub(super) fn power_label(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.1e}").replace('-', "−").replace(".0e", "e");
    let (factor, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let power: String = exponent.chars().map(superscript).collect();
    match factor {
        "1" => format!("10{power}"),
        _ => format!("{factor}·10{power}"),
    }
}

pub(super) fn superscript(letter: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match letter.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    }
}

/// Decades, or every few of them if there are many; 2 and 5 are labelled too if there are few.
pub(super) fn logarithmic_ticks(low: f64, high: f64) -> Vec<Tick> {
    let decades = high - low;
    if !(decades.is_finite() && decades > 0.0) {
        return Vec::new();
    }
    if decades < 0.7 {
        return narrow_logarithmic_ticks(low, high);
    }
    let every = (decades / 8.0).ceil().max(1.0) as i64;
    let plain = low >= -2.0 && high < 4.0;
    let labelled: &[i32] = if decades < 2.0 { &[1, 2, 5] } else { &[1] };
    let mut ticks = Vec::new();
    for exponent in low.floor() as i64..=high.ceil() as i64 {
        for factor in 1..10 {
            let value = exponent as f64 + f64::from(factor).log10();
            let shown = labelled.contains(&factor) && exponent % every == 0;
            if (low..=high).contains(&value) && (shown || every == 1) {
                let label = shown.then(|| logarithmic_label(factor, exponent, plain));
                ticks.push(Tick { value, label });
            }
        }
    }
    ticks
}

/// On a fraction of a decade round values are better than the digits one to nine.
pub(super) fn narrow_logarithmic_ticks(low: f64, high: f64) -> Vec<Tick> {
    linear_ticks(10.0_f64.powf(low), 10.0_f64.powf(high), 5.0)
        .into_iter()
        .map(|tick| Tick { value: tick.value.log10(), ..tick })
        .filter(|tick| tick.value.is_finite())
        .collect()
}

pub(super) fn logarithmic_label(factor: i32, exponent: i64, plain: bool) -> String {
    let power: String = exponent.to_string().chars().map(superscript).collect();
    if plain {
        let digits = usize::try_from(-exponent).unwrap_or(0);
        let value = f64::from(factor) * 10.0_f64.powf(exponent as f64);
        return format!("{value:.digits$}");
    }
    match factor {
        1 => format!("10{power}"),
        _ => format!("{factor}·10{power}"),
    }
}

/// A frame with axes: maps values to places and draws what surrounds the data.
pub(super) struct Panel<'a> {
    pub(super) frame: Frame,
    pub(super) x: Axis<'a>,
    pub(super) y: Axis<'a>,
}

impl Panel<'_> {
    pub(super) fn place(&self, (x, y): (f64, f64)) -> Place {
        let Frame { left, top, right, bottom } = self.frame;
        (
            left + (x - self.x.low) / (self.x.high - self.x.low) * (right - left),
            bottom - (y - self.y.low) / (self.y.high - self.y.low) * (bottom - top),
        )
    }

    pub(super) fn places(&self, points: &[(f64, f64)]) -> Vec<Place> {
        points.iter().map(|&point| self.place(point)).collect()
    }

    pub(super) fn line(&self, sheet: &mut Sheet, points: &[(f64, f64)], pen: Pen) {
        for run in self.frame.runs(&self.places(points)) {
            sheet.line(&run, pen);
        }
    }

    pub(super) fn dots(&self, sheet: &mut Sheet, points: &[(f64, f64)], radius: f64, colour: RGBColor) {
        for place in thinned(&self.places(points)) {
            if is_finite(place) && self.frame.contains(place) {
                sheet.dot(place, radius, colour);
            }
        }
    }

    /// A translucent band between two values at each abscissa, cut off at the frame. It breaks
    /// where the abscissa is not finite or both values are NaN. A single NaN stands for the frame,
    /// since it comes from a seed that left all bounds.
    pub(super) fn band(&self, sheet: &mut Sheet, band: &[(f64, f64, f64)], colour: RGBColor) {
        let gap = |&(x, low, high): &(f64, f64, f64)| !x.is_finite() || (low.is_nan() && high.is_nan());
        for run in band.split(gap) {
            let edge = |value: f64, missing: f64| {
                let value = if value.is_nan() { missing } else { value };
                value.clamp(self.y.low, self.y.high)
            };
            let lower = run.iter().map(|&(x, low, _)| (x, edge(low, self.y.low)));
            let upper = run.iter().map(|&(x, _, high)| (x, edge(high, self.y.high)));
            let mut outline = thinned(&self.places(&lower.collect::<Vec<_>>()));
            let back = thinned(&self.places(&upper.collect::<Vec<_>>()));
            outline.extend(back.into_iter().rev());
            sheet.area(outline, colour, 0.18);
        }
    }

    pub(super) fn grid(&self, sheet: &mut Sheet) {
        let Frame { left, top, right, bottom } = self.frame;
        let pen = Pen::solid(GRID, 1.0);
        for tick in self.x.ticks.iter().filter(|tick| tick.label.is_some()) {
            let (x, _) = self.place((tick.value, self.y.low));
            sheet.line(&[(x, top), (x, bottom)], pen);
        }
        for tick in self.y.ticks.iter().filter(|tick| tick.label.is_some()) {
            let (_, y) = self.place((self.x.low, tick.value));
            sheet.line(&[(left, y), (right, y)], pen);
        }
    }

    /// Axis lines, marks, numbers and names.
    pub(super) fn axes(&self, sheet: &mut Sheet) {
        let Frame { left, top, right, bottom } = self.frame;
        let pen = Pen::solid(AXIS, 1.0);
        sheet.line(&[(left, top), (left, bottom), (right, bottom)], pen);
        for tick in &self.x.ticks {
            let (x, _) = self.place((tick.value, self.y.low));
            sheet.line(&[(x, bottom), (x, bottom + mark_length(tick))], pen);
            if let Some(label) = &tick.label {
                sheet.text(label, (x, bottom + 8.0 + TICK), Align::Centre, TICK);
            }
        }
        for tick in &self.y.ticks {
            let (_, y) = self.place((self.x.low, tick.value));
            sheet.line(&[(left - mark_length(tick), y), (left, y)], pen);
            if let Some(label) = &tick.label {
                let place = (left - 9.0, y + 0.36 * TICK);
                sheet.text(label, place, Align::Right, TICK);
            }
        }
        let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
        let below = bottom + 8.0 + TICK + 10.0 + LABEL;
        sheet.text(self.x.name, (middle.0, below), Align::Centre, LABEL);
        let beside = left - 9.0 - number_width(sheet, &self.y) - 12.0;
        sheet.upright_text(self.y.name, (beside, middle.1), LABEL);
    }
}

pub(super) fn mark_length(tick: &Tick) -> f64 {
    if tick.label.is_some() { 5.0 } else { 3.0 }
}

/// The width of the widest number on an axis.
pub(super) fn number_width(sheet: &Sheet, axis: &Axis) -> f64 {
    axis.ticks
        .iter()
        .filter_map(|tick| tick.label.as_ref())
        .map(|label| sheet.fonts.width(label, TICK, false))
        .fold(0.0, f64::max)
}

/// The space that numbers and name of a vertical axis need, from the edge of the sheet.
pub(super) fn left_margin(sheet: &Sheet, axis: &Axis) -> f64 {
    10.0 + LABEL + 12.0 + number_width(sheet, axis) + 9.0
}

/// The space that numbers and name of a horizontal axis need.
pub(super) const BOTTOM_MARGIN: f64 = 8.0 + TICK + 10.0 + LABEL + 14.0;
/// The base line of the title.
pub(super) const TITLE_LINE: f64 = 14.0 + TITLE;
