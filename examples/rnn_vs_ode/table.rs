//! Result tables and the few statistics that fill them.
//!
//! Everything here works on plain numbers, so that the training code decides what is measured and
//! this file only decides how it reads.

use std::fmt::Write as _;

/// What stands in a cell that has no value.
const MISSING: &str = "—";

/// Median and range of one quantity over the seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle value, or the mean of the two middle values.
    pub median: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

/// One entry of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// Shown as `median [min, max]`.
    Spread(Spread),
    /// One number with three significant digits; NaN counts as missing.
    Number(f64),
    /// An exact count.
    Count(usize),
    /// No value.
    Missing,
}

impl From<Option<Spread>> for Cell {
    fn from(spread: Option<Spread>) -> Self {
        spread.map_or(Self::Missing, Self::Spread)
    }
}

impl From<Option<usize>> for Cell {
    fn from(count: Option<usize>) -> Self {
        count.map_or(Self::Missing, Self::Count)
    }
}

/// One line of a table: a model and what was measured of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The name of the model.
    pub model: String,
    /// The number of trained parameters.
    pub parameters: usize,
    /// One cell for each column after the first two.
    pub metrics: Vec<Cell>,
}

/// Median, minimum and maximum; `None` for no values.
///
/// NaN counts as positive infinity. The values are losses and errors of seeds, and a run that
/// diverged must not improve the median by being left out.
pub fn summary(values: &[f64]) -> Option<Spread> {
    let mut sorted: Vec<f64> = values.iter().map(|&value| if value.is_nan() { f64::INFINITY } else { value }).collect();
    sorted.sort_by(f64::total_cmp);
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    let upper = sorted[sorted.len() / 2];
    let lower = sorted[(sorted.len() - 1) / 2];
    let median = lower.midpoint(upper);
    Some(Spread { median, min, max })
}

/// The first index at which the curve is at or below the threshold.
///
/// The index counts entries of `curve`: it is the number of updates made if the first entry is the
/// loss before any update. NaN never reaches a threshold.
pub fn iterations_to_threshold(curve: &[f64], threshold: f64) -> Option<usize> {
    curve.iter().position(|&value| value <= threshold)
}

/// How restless a learning curve is: the mean absolute second difference of its logarithm.
///
/// For a curve c₀, …, cₙ₋₁ with lᵢ = log₁₀ cᵢ it is
///
/// ```text
/// 1 / (n − 2) · Σᵢ |lᵢ₊₁ − 2 lᵢ + lᵢ₋₁|,   i = 1, …, n − 2.
/// ```
///
/// It is zero for an exponential decay at any rate and does not change when the loss is scaled, so
/// it compares models whose losses differ by orders of magnitude. Its unit is decades per step².
///
/// Triples with a value that is not positive and finite have no second difference and are left out
/// of sum and count. The result is NaN if no triple remains.
pub fn roughness(curve: &[f64]) -> f64 {
    let logs: Vec<f64> = curve.iter().map(|value| value.log10()).collect();
    let (sum, count) = logs
        .windows(3)
        .map(|triple| (triple[2] - 2.0 * triple[1] + triple[0]).abs())
        .filter(|difference| difference.is_finite())
        .fold((0.0, 0_u32), |(sum, count), d| (sum + d, count + 1));
    sum / f64::from(count)
}

/// A Markdown table that is also aligned as plain text.
///
/// `headers` names all columns, the first two being the model and its number of parameters. Rows
/// with too few metrics are filled up with dashes, and columns without a header get an empty one.
/// An empty `note` is left out.
pub fn format_table(title: &str, headers: &[&str], rows: &[Row], note: &str) -> String {
    let columns = rows.iter().map(|row| row.metrics.len() + 2).fold(headers.len().max(2), usize::max);
    let mut lines: Vec<Vec<String>> = vec![headers.iter().map(|text| escape(text)).collect()];
    lines[0].resize(columns, String::new());
    lines.extend(rows.iter().map(|row| row_cells(row, columns)));
    let widths = column_widths(&lines, columns);

    let mut text = format!("### {title}\n\n");
    for (index, line) in lines.iter().enumerate() {
        push_line(&mut text, line, &widths);
        if index == 0 {
            push_rule(&mut text, &widths);
        }
    }
    if !note.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{note}\n");
    }
    text
}

/// A vertical bar would end the cell in Markdown.
fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

fn row_cells(row: &Row, columns: usize) -> Vec<String> {
    let mut cells = vec![escape(&row.model), row.parameters.to_string()];
    cells.extend(row.metrics.iter().map(format_cell));
    cells.resize(columns, MISSING.to_owned());
    cells
}

fn column_widths(lines: &[Vec<String>], columns: usize) -> Vec<usize> {
    (0..columns)
        .map(|column| {
            lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                // Markdown wants at least three characters in the rule below the header.
                .fold(3, usize::max)
        })
        .collect()
}

/// Names to the left, numbers to the right.
fn push_line(text: &mut String, cells: &[String], widths: &[usize]) {
    text.push('|');
    for (column, (cell, &width)) in cells.iter().zip(widths).enumerate() {
        let _ = if column == 0 { write!(text, " {cell:<width$} |") } else { write!(text, " {cell:>width$} |") };
    }
    text.push('\n');
}

fn push_rule(text: &mut String, widths: &[usize]) {
    text.push('|');
    for (column, &width) in widths.iter().enumerate() {
        let dashes = "-".repeat(width - 1);
        let _ = if column == 0 { write!(text, " {dashes}- |") } else { write!(text, " {dashes}: |") };
    }
    text.push('\n');
}

fn format_cell(cell: &Cell) -> String {
    match *cell {
        Cell::Spread(Spread { median, min, max }) => {
            format!("{} [{}, {}]", format_number(median), format_number(min), format_number(max))
        }
        Cell::Number(value) => format_number(value),
        Cell::Count(count) => count.to_string(),
        Cell::Missing => MISSING.to_owned(),
    }
}

/// Three significant digits; whole numbers from a thousand on, powers of ten at the extremes.
pub fn format_number(value: f64) -> String {
    if value.is_nan() {
        return MISSING.to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    // Rounding first decides the case: 0.9996 is 1.00 and 99999.7 is 1.00e5.
    let scientific = format!("{value:.2e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    match exponent {
        _ if value == 0.0 => "0".to_owned(),
        -3..=4 => format!("{value:.*}", usize::try_from(2 - exponent).unwrap_or(0)),
        _ => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(model: &str, metrics: Vec<Cell>) -> Row {
        Row { model: model.to_owned(), parameters: 42, metrics }
    }

    #[test]
    fn summary_of_odd_and_even_counts() {
        let odd = summary(&[3.0, 1.0, 2.0]);
        assert_eq!(odd, Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(summary(&[4.0, 1.0, 2.0, 3.0]).map(|spread| spread.median), Some(2.5));
        assert_eq!(summary(&[]), None);
    }

    #[test]
    fn a_diverged_seed_counts_as_the_worst() {
        let spread = summary(&[1.0, f64::NAN, 2.0]);
        assert_eq!(spread, Some(Spread { median: 2.0, min: 1.0, max: f64::INFINITY }));
        let all = summary(&[f64::NAN, f64::NAN]).map(|spread| spread.median);
        assert_eq!(all, Some(f64::INFINITY));
    }

    #[test]
    fn threshold_is_first_reached_at_or_below() {
        let curve = [1.0, f64::NAN, 0.5, 0.7, 0.4];
        assert_eq!(iterations_to_threshold(&curve, 0.5), Some(2));
        assert_eq!(iterations_to_threshold(&curve, 2.0), Some(0));
        assert_eq!(iterations_to_threshold(&curve, 0.1), None);
        assert_eq!(iterations_to_threshold(&[], 0.1), None);
    }

    #[test]
    fn roughness_ignores_rate_and_scale() {
        let decay: Vec<f64> = (0..50).map(|i| 7.0 * 0.9_f64.powi(i)).collect();
        assert!(roughness(&decay) < 1e-12);
        // The logarithms 0, 1, 0, 1 have the second differences −2 and 2.
        assert!((roughness(&[1.0, 10.0, 1.0, 10.0]) - 2.0).abs() < 1e-12);
        assert!((roughness(&[5.0, 50.0, 5.0, 50.0]) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn roughness_leaves_out_what_has_no_logarithm() {
        assert!(roughness(&[1.0, 2.0]).is_nan());
        assert!(roughness(&[1.0, 0.0, 1.0]).is_nan());
        let curve = [f64::INFINITY, 1.0, 10.0, 1.0, f64::NAN];
        assert!((roughness(&curve) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn numbers_keep_three_significant_digits() {
        let cases = [
            (0.0, "0"),
            (1.0, "1.00"),
            (-1.234, "-1.23"),
            (0.9996, "1.00"),
            (12.34, "12.3"),
            (123.4, "123"),
            (12345.6, "12346"),
            (99999.7, "1.00e5"),
            (0.001234, "0.00123"),
            (0.000_123_4, "1.23e-4"),
            (f64::NAN, "—"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "−∞"),
        ];
        for (value, expected) in cases {
            assert_eq!(format_number(value), expected, "{value}");
        }
    }

    #[test]
    fn tables_are_aligned_markdown() {
        let rows = [
            row("RNN", vec![summary(&[0.5, 0.25, 1.0]).into(), Some(12).into(), Cell::Number(0.1)]),
            row("neural | ODE", vec![None::<Spread>.into()]),
        ];
        let text = format_table("Spiral", &["model", "parameters", "loss", "steps"], &rows, "n = 5");
        let expected = "\
### Spiral

| model         | parameters |                loss | steps |       |
| ------------- | ---------: | ------------------: | ----: | ----: |
| RNN           |         42 | 0.500 [0.250, 1.00] |    12 | 0.100 |
| neural \\| ODE |         42 |                   — |     — |     — |

n = 5
";
        assert_eq!(text, expected);
    }

    #[test]
    fn empty_tables_still_have_two_columns() {
        let text = format_table("Nothing", &[], &[], "");
        assert!(text.starts_with("### Nothing\n\n|     |     |\n| --- | --: |\n"));
    }
}
