//! Observers of a training.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::report::Epoch;
use crate::error::{Error, Result};

/// The decision of a callback after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainingAction {
    /// Goes on.
    Continue,
    /// Ends the training after this epoch.
    Stop,
}

/// A callback after each epoch.
pub(super) type Callback<'a, M> = Box<dyn FnMut(&Epoch, &M) -> Result<TrainingAction> + 'a>;

/// The format of a log, by the ending of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
}

/// A log with one line for each epoch.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    format: Format,
    file: Option<File>,
}

impl Log {
    /// A log in this file: `.csv`, or JSON lines.
    pub(super) fn new(path: &Path) -> Self {
        let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let format = if is_csv { Format::Csv } else { Format::JsonLines };
        Self { path: path.to_owned(), format, file: None }
    }

    /// Writes the lines of the epochs before a resumption, so that the log has every epoch once.
    pub(super) fn start(&mut self, epochs: &[Epoch]) -> Result<()> {
        let mut lines = match self.format {
            Format::Csv => vec![HEADER.to_owned()],
            Format::JsonLines => Vec::new(),
        };
        lines.extend(epochs.iter().map(|epoch| self.line(epoch)));
        let create = OpenOptions::new().write(true).create(true).truncate(true).open(&self.path);
        self.file = Some(create.map_err(|error| self.failed(&error))?);
        lines.iter().try_for_each(|line| self.write(line))
    }

    /// Adds the line of an epoch.
    pub(super) fn add(&mut self, epoch: &Epoch) -> Result<()> {
        self.write(&self.line(epoch))
    }

    fn write(&mut self, line: &str) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = writeln!(file, "{line}");
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::Io { action: "write", path: self.path.clone(), reason: error.to_string() }
    }

    fn line(&self, epoch: &Epoch) -> String {
        let Epoch { epoch, loss, validation, learning_rate, gradient_norm, skipped, seconds } = epoch;
        match self.format {
            Format::Csv => {
                let validation = validation.map(|loss| loss.to_string()).unwrap_or_default();
                format!("{epoch},{loss},{validation},{learning_rate},{gradient_norm},{skipped},{seconds:.3}")
            }
            Format::JsonLines => {
                let validation = validation.map_or_else(|| "null".to_owned(), |loss| format!("{loss:e}"));
                format!(
                    "{{\"epoch\":{epoch},\"loss\":{loss:e},\"validation\":{validation},\"learning_rate\":{learning_rate:e},\
                     \"gradient_norm\":{gradient_norm:e},\"skipped\":{skipped},\"seconds\":{seconds:.3}}}"
                )
            }
        }
    }
}

const HEADER: &str = "epoch,loss,validation,learning_rate,gradient_norm,skipped,seconds";

/// The line of an epoch for a person.
pub(super) fn progress_line(epoch: &Epoch, epochs: usize) -> String {
    let Epoch { epoch, loss, validation, learning_rate, seconds, .. } = epoch;
    let validation = validation.map(|loss| format!("  validation {loss:.4e}")).unwrap_or_default();
    format!("epoch {epoch}/{epochs}  loss {loss:.4e}{validation}  rate {learning_rate:.2e}  {seconds:.2} s")
}
