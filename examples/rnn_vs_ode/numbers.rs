//! The numbers of a run as a file in JSON, a line for each model.

use std::path::Path;

use serde_json::{Value, json};

use crate::statistics::Seeds;
use crate::table::{Cell, Row, Table};

/// The file beside the pictures.
pub const FILE: &str = "rnn_vs_ode.json";

/// All results of a run of this program.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Whether all data sets were trained on, with all iterations and seeds.
    pub full: bool,
    /// Models trained at the same time.
    pub threads: usize,
    /// The time of the run in seconds.
    pub seconds: f64,
    /// A table for each data set.
    pub tables: Vec<Table>,
}

impl Numbers {
    /// The table of a data set.
    pub fn table(&self, task: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.task == task)
    }

    /// Reads the file in `folder`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Writes the file into `folder`.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::write(folder.join(FILE), self.to_json())
    }

    fn to_json(&self) -> String {
        let tables: Vec<String> = self.tables.iter().map(table_to_json).collect();
        let Self { full, threads, seconds, .. } = self;
        let tables = tables.join(",\n");
        format!(
            "{{\n\"full\": {full},\n\"threads\": {threads},\n\"seconds\": {seconds:.1},\n\"tables\": [\n{tables}\n]\n}}\n"
        )
    }

    fn from_json(text: &str) -> Result<Self, String> {
        let all: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self {
            full: all["full"].as_bool().ok_or("`full` is missing")?,
            threads: count(&all["threads"])?,
            seconds: all["seconds"].as_f64().ok_or("`seconds` is missing")?,
            tables: list(&all["tables"], table_from_json)?,
        })
    }
}

/// An error if a run that is not `full` would replace the results of a full run in `folder`.
pub fn check_folder(folder: &Path, full: bool) -> Result<(), String> {
    if !full && Numbers::read(folder).is_ok_and(|there| there.full) {
        return Err(format!("{} holds the results of a full run; choose another folder by --out", folder.display()));
    }
    Ok(())
}

fn table_to_json(table: &Table) -> String {
    let rows: Vec<String> = table.rows.iter().map(|row| row_to_json(row, &table.columns).to_string()).collect();
    let Table { task, title, columns, .. } = table;
    let (task, title, columns, rows) = (json!(task), json!(title), json!(columns), rows.join(",\n"));
    format!("{{\"task\": {task}, \"title\": {title}, \"columns\": {columns}, \"rows\": [\n{rows}\n]}}")
}

fn table_from_json(table: &Value) -> Result<Table, String> {
    let columns = list(&table["columns"], text)?;
    Ok(Table {
        task: text(&table["task"])?,
        title: text(&table["title"])?,
        rows: list(&table["rows"], |row| row_from_json(row, &columns))?,
        columns,
    })
}

fn row_to_json(row: &Row, columns: &[String]) -> Value {
    let Row { model, parameters, cells, failures } = row;
    let cells: serde_json::Map<String, Value> =
        columns.iter().zip(cells).map(|(column, cell)| (column.clone(), cell_to_json(cell))).collect();
    json!({ "model": model, "parameters": parameters, "cells": cells, "failures": failures })
}

fn row_from_json(row: &Value, columns: &[String]) -> Result<Row, String> {
    let cells = columns.iter().map(|column| cell_from_json(&row["cells"][column]));
    Ok(Row {
        model: text(&row["model"])?,
        parameters: count(&row["parameters"])?,
        cells: cells.collect::<Result<_, _>>()?,
        failures: list(&row["failures"], text)?,
    })
}

/// The median is for readers; it follows from the values of the seeds.
fn cell_to_json(cell: &Cell) -> Value {
    match cell {
        Cell::Seeds(seeds) => {
            let median = seeds.summary().map(|spread| spread.median);
            let values: Vec<Value> = seeds.0.iter().map(|&value| number_to_json(value)).collect();
            json!({ "median": number_to_json(median), "seeds": values })
        }
        Cell::Number(value) => number_to_json(Some(*value)),
        Cell::Share(part, all) => json!({ "part": part, "all": all }),
        Cell::Missing => Value::Null,
    }
}

fn cell_from_json(cell: &Value) -> Result<Cell, String> {
    if let Some(seeds) = cell.get("seeds") {
        return Ok(Cell::Seeds(Seeds(list(seeds, number_from_json)?)));
    }
    if let (Some(part), Some(all)) = (cell.get("part"), cell.get("all")) {
        return Ok(Cell::Share(count(part)?, count(all)?));
    }
    Ok(number_from_json(cell)?.map_or(Cell::Missing, Cell::Number))
}

/// JSON has no infinity, which stands for a goal that was not reached.
fn number_to_json(value: Option<f64>) -> Value {
    match value {
        Some(value) if value == f64::INFINITY => json!("inf"),
        // NaN is null in JSON, as is a failed run.
        value => json!(value),
    }
}

fn number_from_json(value: &Value) -> Result<Option<f64>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text == "inf" => Ok(Some(f64::INFINITY)),
        value => value.as_f64().map(Some).ok_or_else(|| format!("{value} is no number")),
    }
}

fn count(value: &Value) -> Result<usize, String> {
    let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| format!("{value} is no count"))
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{value} is no text"))
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    value.as_array().ok_or_else(|| format!("{value} is no list"))?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_undoes_writing() {
        let row = Row {
            model: "ODE-RNN".to_owned(),
            parameters: 7,
            cells: vec![
                Cell::Seeds(Seeds(vec![Some(0.1), None, Some(f64::INFINITY)])),
                Cell::Share(1, 3),
                Cell::Number(1.0 / 3.0),
                Cell::Missing,
            ],
            failures: vec!["seed 1: \"drift\"".to_owned()],
        };
        let columns = ["RMSE", "converged", "ms", "none"].map(str::to_owned).to_vec();
        let table = Table { task: "co2".to_owned(), title: "CO2".to_owned(), columns, rows: vec![row] };
        let numbers = Numbers { full: true, threads: 2, seconds: 12.5, tables: vec![table.clone(), table] };
        assert_eq!(Numbers::from_json(&numbers.to_json()), Ok(numbers));
    }

    #[test]
    fn only_a_full_run_replaces_a_full_run() -> std::io::Result<()> {
        let folder = std::env::temp_dir().join(format!("rheos-numbers-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        assert_eq!(check_folder(&folder, false), Ok(()));
        for there in [false, true] {
            Numbers { full: there, threads: 1, seconds: 1.0, tables: Vec::new() }.write(&folder)?;
            assert_eq!(check_folder(&folder, true), Ok(()));
            assert_eq!(check_folder(&folder, false).is_err(), there);
        }
        std::fs::remove_dir_all(&folder)
    }

    #[test]
    fn a_broken_file_is_an_error() {
        assert!(Numbers::from_json("{").is_err());
        assert!(Numbers::from_json("{\"full\": true}").is_err());
    }
}
