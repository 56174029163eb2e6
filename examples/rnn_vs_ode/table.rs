//! Result tables, and how they read.

use std::fmt;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::statistics::{Seeds, Spread};

/// The text of a cell without a value.
const MISSING: &str = "—";

/// One entry of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// A quantity of every seed, shown as `median [min, max]` of the runs that reached their end, with their number if
    /// not all did.
    Seeds(Seeds),
    /// One number with three significant digits; NaN counts as missing.
    Number(f64),
    /// So many of so many.
    Share(usize, usize),
    /// No value.
    Missing,
}

/// One line of a table: a model and its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The name of the model.
    pub model: String,
    /// The number of trained parameters.
    pub parameters: usize,
    /// One cell for each column after the first two.
    pub cells: Vec<Cell>,
    /// Why runs ended early.
    pub failures: Vec<String>,
}

/// The results on one data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The short name of the data set.
    pub task: String,
    /// The heading.
    pub title: String,
    /// The names of the columns after the first two.
    pub columns: Vec<String>,
    /// The models and the baselines.
    pub rows: Vec<Row>,
}

impl Table {
    /// The table in Markdown, also aligned as plain text, with a note below it and the failures below that.
    pub fn format(&self, note: &str) -> String {
        let mut lines: Vec<Vec<String>> = vec![vec!["Model".to_owned(), "Parameters".to_owned()]];
        lines[0].extend(self.columns.iter().map(|name| escape(name)));
        let columns = lines[0].len();
        lines.extend(self.rows.iter().map(|row| row_cells(row, columns)));
        let mut text = format!("### {}\n\n{}\n{note}\n", self.title, markdown(&lines));
        for Row { model, failures, .. } in &self.rows {
            for failure in failures {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{model}, {failure}");
            }
        }
        text
    }

    /// The cell of a model in a column; `None` if one of the two is not in the table.
    pub fn cell(&self, model: &str, column: &str) -> Option<&Cell> {
        let column = self.columns.iter().position(|name| name == column)?;
        self.rows.iter().find(|row| row.model == model)?.cells.get(column)
    }
}

/// Lines of cells as a table in Markdown; the first line is the head. Names to the left, numbers to the right.
pub fn markdown(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths = column_widths(lines, columns);
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        push_line(&mut text, line, &widths);
        if index == 0 {
            push_rule(&mut text, &widths);
        }
    }
    text
}

/// A vertical bar would end the cell in Markdown.
fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

fn row_cells(row: &Row, columns: usize) -> Vec<String> {
    let mut cells = vec![escape(&row.model), row.parameters.to_string()];
    cells.extend(row.cells.iter().map(Cell::to_string));
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

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seeds(seeds) => {
                match seeds.summary() {
                    Some(Spread { median, min, max }) => {
                        let [median, min, max] = [median, min, max].map(format_number);
                        write!(f, "{median} [{min}, {max}]")?;
                    }
                    None => f.write_str(MISSING)?,
                }
                f.write_str(&incomplete(seeds))
            }
            Self::Number(value) => f.write_str(&format_number(*value)),
            Self::Share(part, all) => write!(f, "{part} of {all}"),
            Self::Missing => f.write_str(MISSING),
        }
    }
}

/// ` (4 of 5)` if one of five runs failed; empty if none did.
pub fn incomplete(seeds: &Seeds) -> String {
    let (completed, count) = (seeds.completed(), seeds.count());
    if completed == count { String::new() } else { format!(" ({completed} of {count})") }
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

    fn row(model: &str, cells: Vec<Cell>) -> Row {
        Row { model: model.to_owned(), parameters: 42, cells, failures: Vec::new() }
    }

    fn seeds(values: &[f64]) -> Cell {
        Cell::Seeds(Seeds(values.iter().map(|&value| Some(value)).collect()))
    }

    fn table(columns: &[&str], rows: Vec<Row>) -> Table {
        let columns = columns.iter().map(|&name| name.to_owned()).collect();
        Table { task: "spiral".to_owned(), title: "Spiral".to_owned(), columns, rows }
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
        let rows = vec![
            row("RNN", vec![seeds(&[0.5, 0.25, 1.0]), Cell::Share(3, 5), Cell::Number(0.1)]),
            row("neural | ODE", vec![Cell::Missing]),
        ];
        let text = table(&["loss", "converged", "ms"], rows).format("n = 5");
        let expected = "\
### Spiral

| Model         | Parameters |                loss | converged |    ms |
| ------------- | ---------: | ------------------: | --------: | ----: |
| RNN           |         42 | 0.500 [0.250, 1.00] |    3 of 5 | 0.100 |
| neural \\| ODE |         42 |                   — |         — |     — |

n = 5
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_cell_says_how_many_seeds_reached_the_end() {
        let cell = |values: [Option<f64>; 3]| Cell::Seeds(Seeds(values.to_vec())).to_string();
        assert_eq!(cell([Some(1.0), Some(2.0), Some(3.0)]), "2.00 [1.00, 3.00]");
        assert_eq!(cell([Some(1.0), None, Some(2.0)]), "1.50 [1.00, 2.00] (2 of 3)");
        assert_eq!(cell([None, None, None]), "— (0 of 3)");
    }

    #[test]
    fn failures_stand_below_the_table() {
        let mut failed = row("RNN", vec![]);
        failed.failures = vec!["seed 3: iteration 7: no".to_owned()];
        let text = table(&[], vec![failed]).format("n = 5");
        assert!(text.ends_with("\nn = 5\nRNN, seed 3: iteration 7: no\n"), "{text}");
    }

    #[test]
    fn cells_are_found_by_name() {
        let table = table(&["loss", "ms"], vec![row("RNN", vec![Cell::Missing, Cell::Number(2.0)])]);
        assert_eq!(table.cell("RNN", "ms"), Some(&Cell::Number(2.0)));
        assert_eq!((table.cell("RNN", "s"), table.cell("ODE", "ms")), (None, None));
    }
}
