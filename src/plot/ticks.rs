//! Round values on an axis and how they are written.

/// A place along an axis; no label makes it a small mark without a grid line.
#[derive(Clone, Debug)]
pub struct Tick {
    pub value: f64,
    pub label: Option<String>,
}

/// About `count` round values; steps are 1, 2 or 5 times a power of ten.
pub fn linear_ticks(low: f64, high: f64, count: f64) -> Vec<Tick> {
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
        .map(|value| Tick { value, label: Some(linear_label(value, step, low.abs().max(high.abs()))) })
        .collect()
}

/// As many digits as a step needs. Large and small numbers are products with a power of ten, unless the step is so small
/// beside the `largest` value that this would be no shorter.
fn linear_label(value: f64, step: f64, largest: f64) -> String {
    // A step that was computed as 0.1 may be a little smaller.
    let place = (step * 1.000_1).log10().floor();
    let digits = largest.log10().floor() - place;
    if (largest >= 1e6 || place < -4.0) && digits <= 4.0 {
        return power_label(value, place);
    }
    format!("{value:.*}", (-place).clamp(0.0, 17.0) as usize).replace('-', "−")
}

/// A number as a product with a power of ten, to the decimal place whose power of ten is given.
fn power_label(value: f64, place: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = (value.abs() * 1.000_1).log10().floor() - place;
    let text = format!("{value:.*e}", decimals.clamp(0.0, 17.0) as usize).replace('-', "−");
    let (factor, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    product(factor, exponent)
}

fn product(factor: &str, exponent: &str) -> String {
    let power: String = exponent.chars().map(superscript).collect();
    if factor == "1" { format!("10{power}") } else { format!("{factor}·10{power}") }
}

fn superscript(letter: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match letter.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    }
}

/// The values are decimal logarithms: decades, or every few of them if there are many; 2 and 5 are
/// labelled too if there are few.
pub fn logarithmic_ticks(low: f64, high: f64) -> Vec<Tick> {
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
fn narrow_logarithmic_ticks(low: f64, high: f64) -> Vec<Tick> {
    linear_ticks(10.0_f64.powf(low), 10.0_f64.powf(high), 5.0)
        .into_iter()
        .map(|tick| Tick { value: tick.value.log10(), ..tick })
        .filter(|tick| tick.value.is_finite())
        .collect()
}

fn logarithmic_label(factor: i32, exponent: i64, plain: bool) -> String {
    if !plain {
        return product(&factor.to_string(), &exponent.to_string());
    }
    let digits = usize::try_from(-exponent).unwrap_or(0);
    format!("{:.digits$}", f64::from(factor) * 10.0_f64.powf(exponent as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().filter_map(|tick| tick.label.as_deref()).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&linear_ticks(-1.0, 1.0, 4.0)), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(
            labels(&linear_ticks(1700.0, 2008.0, 6.0)),
            ["1700", "1750", "1800", "1850", "1900", "1950", "2000"]
        );
        assert_eq!(labels(&logarithmic_ticks(-3.2, 0.1)), ["10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
        assert_eq!(labels(&logarithmic_ticks(-1.1, 0.4)), ["0.1", "0.2", "0.5", "1", "2"]);
        assert_eq!(labels(&linear_ticks(0.0, 2e6, 4.0)), ["0", "5·10⁵", "1.0·10⁶", "1.5·10⁶", "2.0·10⁶"]);
        assert_eq!(labels(&linear_ticks(0.0, 2e-6, 2.0)), ["0", "10⁻⁶", "2·10⁻⁶"]);
        assert_eq!(labels(&linear_ticks(1e7, 1e7 + 2.0, 2.0)), ["10000000", "10000001", "10000002"]);
        assert_eq!(labels(&linear_ticks(1.0, 1.0 + 2e-6, 2.0)), ["1.000000", "1.000001", "1.000002"]);
        assert!(linear_ticks(0.0, 0.0, 5.0).is_empty());
        assert!(logarithmic_ticks(f64::NAN, 1.0).is_empty());
    }
}
