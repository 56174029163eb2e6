//! The numbers of a run as a file in JSON, a line for each model.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::table::Table;

/// The file beside the pictures.
pub const FILE: &str = "rnn_vs_ode.json";

/// All results of a run of this program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Writes the file into `folder`.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::write(folder.join(FILE), self.to_json()?)
    }

    fn to_json(&self) -> serde_json::Result<String> {
        let text = serde_json::to_string(self)?;
        Ok(text.replace("{\"task\"", "\n{\"task\"").replace("{\"model\"", "\n{\"model\"") + "\n")
    }
}

/// An error if a run that is not `full` would replace the results of a full run in `folder`.
pub fn check_folder(folder: &Path, full: bool) -> Result<(), String> {
    if !full && Numbers::read(folder).is_ok_and(|there| there.full) {
        return Err(format!("{} holds the results of a full run; choose another folder by --out", folder.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Seeds;
    use crate::table::{Cell, Row};

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
        let text = numbers.to_json().unwrap();
        assert_eq!(serde_json::from_str::<Numbers>(&text).unwrap(), numbers);
        assert_eq!(text.lines().filter(|line| line.starts_with("{\"model\":")).count(), 2);
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
}
