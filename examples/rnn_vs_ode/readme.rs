//! The table in the README, made from the numbers file.

use std::path::{Path, PathBuf};

use crate::became::TASK;
use crate::numbers::Numbers;
use crate::options::pictures;
use crate::table::{Cell, Row, Table, format_number, incomplete, markdown};

const BEGIN: &str = "<!-- written by `cargo run --release --example rnn_vs_ode -- --readme` -->\n";
const END: &str = "<!-- end of the table of rnn_vs_ode -->\n";
/// The cell of a model that was not trained on a data set.
const NONE: &str = "–";

/// A column of the README: a data set, and the columns of its table that share a cell.
struct Column {
    task: &'static str,
    head: &'static str,
    shown: &'static [&'static str],
}

const COLUMNS: [Column; 3] = [
    Column { task: "spiral", head: "Spiral: RMSE of the trajectory", shown: &crate::spiral::ERRORS },
    Column { task: "sunspots", head: "Sunspots: RMSE 1 / 5 years ahead", shown: &crate::sunspots::ERRORS },
    Column { task: "co2", head: "CO2: RMSE (ppm), all weeks / half withheld", shown: &crate::co2::ERRORS },
];

/// The README of the package.
fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// Writes the table of the last full run into the README.
pub fn write() -> Result<(), Box<dyn std::error::Error>> {
    let readme = std::fs::read_to_string(path())?;
    std::fs::write(path(), update(&readme, &Numbers::read(&pictures())?)?)?;
    Ok(())
}

/// Puts the table between the marks of the text.
fn update(readme: &str, numbers: &Numbers) -> Result<String, String> {
    let (before, _, after) = parts(readme)?;
    Ok([before, BEGIN, &block(numbers), END, after].concat())
}

/// The text before the marks, between them, and after them.
fn parts(readme: &str) -> Result<(&str, &str, &str), String> {
    let (before, rest) = readme.split_once(BEGIN).ok_or(format!("the README has no line {BEGIN}"))?;
    let (between, after) = rest.split_once(END).ok_or(format!("the README has no line {END}"))?;
    Ok((before, between, after))
}

/// The text between the marks: the origin of the numbers, and the medians of all models.
pub fn block(numbers: &Numbers) -> String {
    let Numbers { seconds, threads, .. } = numbers;
    let mut lines = vec![vec![String::new()]];
    lines[0].extend(COLUMNS.iter().map(|column| column.head.to_owned()));
    for model in models(numbers) {
        let mut line = vec![model.to_owned()];
        line.extend(COLUMNS.iter().map(|column| cell(numbers, column, model)));
        lines.push(line);
    }
    let apart = numbers.table(TASK).map_or(String::new(), |table| {
        format!(
            "The models of the spiral as dynamical systems, beside the true one: their fixed points, and the growth of small\n\
             perturbations there and along the trajectory (medians).\n\n{}\n",
            markdown(&apart(table))
        )
    });
    format!(
        "Medians over the seeds, from one run of the full example ({seconds:.0} s, {threads} models at a time); the best of \
         each column is bold.\n\n{}\n{apart}",
        markdown(&lines)
    )
}

/// The lines of a table, with the medians alone.
fn apart(table: &Table) -> Vec<Vec<String>> {
    let head = std::iter::once(String::new()).chain(table.columns.iter().cloned()).collect();
    let line = |row: &Row| {
        let cells = row.cells.iter().map(|cell| format_number(median(cell)));
        std::iter::once(row.model.clone()).chain(cells).collect()
    };
    std::iter::once(head).chain(table.rows.iter().map(line)).collect()
}

/// All models, in the order in which the data sets name them first.
fn models(numbers: &Numbers) -> Vec<&str> {
    let mut models: Vec<&str> = Vec::new();
    // Baselines come last.
    for trained in [true, false] {
        let tables = COLUMNS.iter().filter_map(|column| numbers.table(column.task));
        for row in tables.flat_map(|table| &table.rows) {
            if matches!(row.cells.first(), Some(Cell::Seeds(_))) == trained && !models.contains(&row.model.as_str()) {
                models.push(&row.model);
            }
        }
    }
    models
}

fn cell(numbers: &Numbers, column: &Column, model: &str) -> String {
    let Some(table) = numbers.table(column.task) else { return NONE.to_owned() };
    let mut texts = Vec::new();
    let mut completed = String::new();
    for shown in column.shown {
        let Some(cell) = table.cell(model, shown) else { continue };
        let text = format_number(median(cell));
        let best =
            table.rows.iter().filter_map(|row| table.cell(&row.model, shown)).map(median).fold(f64::NAN, f64::min);
        texts.push(if text == format_number(best) { format!("**{text}**") } else { text });
        if let Cell::Seeds(seeds) = cell {
            completed = incomplete(seeds);
        }
    }
    if texts.is_empty() { NONE.to_owned() } else { texts.join(" / ") + &completed }
}

/// NaN if there is none.
fn median(cell: &Cell) -> f64 {
    match cell {
        Cell::Seeds(seeds) => seeds.summary().map_or(f64::NAN, |spread| spread.median),
        Cell::Number(value) => *value,
        Cell::Share(..) | Cell::Missing => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Seeds;

    /// The numbers that the README shows.
    fn published() -> Numbers {
        Numbers::read(&pictures()).unwrap()
    }

    fn readme() -> String {
        std::fs::read_to_string(path()).unwrap()
    }

    #[test]
    fn the_readme_shows_the_numbers_of_the_full_run() {
        let (readme, numbers) = (readme(), published());
        assert!(numbers.full, "the file beside the pictures is not of a full run");
        assert_eq!(parts(&readme).unwrap().1, block(&numbers), "run the example with --readme");
    }

    /// Without the code that writes the table: rows by name, numbers by their digits.
    #[test]
    fn every_model_has_a_row_and_every_number_a_source() {
        let (readme, numbers) = (readme(), published());
        let rows: Vec<Vec<&str>> = parts(&readme)
            .unwrap()
            .1
            .split("\n\nThe models of the spiral")
            .next()
            .unwrap()
            .lines()
            .filter(|line| line.starts_with('|'))
            .skip(2)
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        assert!(names.contains(&"ODE-RNN, Dopri5, discrete"));
        for row in COLUMNS.iter().flat_map(|column| &numbers.table(column.task).unwrap().rows) {
            assert!(names.contains(&row.model.as_str()), "the README has no row {}", row.model);
        }
        for row in &rows {
            for (cell, column) in row[1..].iter().zip(&COLUMNS) {
                let table = numbers.table(column.task).unwrap();
                let Some(source) = table.rows.iter().find(|source| source.model == row[0]) else {
                    assert_eq!(*cell, NONE, "{row:?}");
                    continue;
                };
                let shown: Vec<String> = column
                    .shown
                    .iter()
                    .map(|name| {
                        let at = table.columns.iter().position(|column| column == name).unwrap();
                        match &source.cells[at] {
                            Cell::Seeds(Seeds(values)) => {
                                let mut values: Vec<f64> = values.iter().flatten().copied().collect();
                                values.sort_by(f64::total_cmp);
                                // Five seeds have one in the middle; runs that failed may leave two.
                                let n = values.len();
                                format_number((values[(n - 1) / 2] + values[n / 2]) / 2.0)
                            }
                            Cell::Number(value) => format_number(*value),
                            other => panic!("{other:?}"),
                        }
                    })
                    .collect();
                let plain = cell.replace("**", "");
                let numbers = plain.split(" (").next().unwrap();
                assert_eq!(numbers.split(" / ").collect::<Vec<_>>(), shown, "{row:?}");
                assert_eq!(plain.contains(" of "), !source.failures.is_empty(), "{row:?}");
            }
        }
    }

    fn numbers(seeds: Vec<Option<f64>>) -> Numbers {
        let row =
            |model: &str, cell| Row { model: model.to_owned(), parameters: 1, cells: vec![cell], failures: vec![] };
        let rows = vec![row("AR(2)", Cell::Number(0.3)), row("Elman RNN", Cell::Seeds(Seeds(seeds)))];
        let columns = vec![crate::spiral::ERRORS[0].to_owned()];
        let table = Table { task: "spiral".to_owned(), title: String::new(), columns, rows };
        Numbers { full: true, threads: 2, seconds: 1.0, tables: vec![table] }
    }

    #[test]
    fn a_failed_run_is_counted_and_not_averaged() {
        let text = block(&numbers(vec![Some(0.5), None, Some(0.25)]));
        let cells: Vec<&str> = text.trim_end().lines().last().unwrap().split('|').map(str::trim).collect();
        // Baselines come last.
        assert_eq!(cells[1..3], ["AR(2)", "**0.300**"]);
        assert!(text.contains(" 0.375 (2 of 3) |"), "{text}");
        assert!(block(&numbers(vec![None, None])).contains(" — (0 of 2) |"));
        // The best is bold.
        assert!(block(&numbers(vec![Some(0.2)])).contains(" **0.200** |"));
    }

    #[test]
    fn only_the_text_between_the_marks_changes() {
        let numbers = numbers(vec![Some(0.5)]);
        let readme = format!("before\n{BEGIN}old\n{END}after\n");
        let new = update(&readme, &numbers).unwrap();
        assert_eq!(new, format!("before\n{BEGIN}{}{END}after\n", block(&numbers)));
        assert_eq!(update(&new, &numbers), Ok(new.clone()));
        assert!(update("nothing", &numbers).is_err());
    }
}
