//! A strict reader of plain CSV files.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A CSV file with a header, kept as text until a column is asked for.
///
/// Only the plain form is read: fields separated by commas, no quoting, no spaces around numbers. Anything else is an
/// error that names the line, because a field that is skipped or guessed would move a series in time unnoticed. A
/// byte-order mark, CRLF line ends and a missing newline at the end are accepted.
///
/// Columns that are never asked for may hold any text, such as dates.
///
/// ```
/// use rheos::data::Table;
///
/// let table = Table::parse("date,hour,co2\n1958-03-29,0,316.1\n1958-03-29,1,\n", "co2.csv")?;
/// assert_eq!(table.column("hour")?, [0.0, 1.0]);
/// assert_eq!(table.optional_column("co2")?, [Some(316.1), None]);
/// let error = table.column("co2").unwrap_err();
/// assert_eq!(error.to_string(), "co2.csv, line 3: column `co2` is empty");
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read or is not UTF-8, otherwise the errors of [`Table::parse`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Io { path: path.to_owned(), reason: error.to_string() })?;
        Self::parse(&text, path)
    }

    /// Reads the text of a file; `path_for_messages` is never opened.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyData`] without any row below the header; [`Error::MalformedRow`] for a blank line, a quote, a row
    /// with more or fewer fields than the header, or a header in which a name is empty or occurs twice.
    pub fn parse(text: &str, path_for_messages: impl AsRef<Path>) -> Result<Self> {
        let path = path_for_messages.as_ref();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().zip(1..);
        let Some((header, _)) = lines.next() else {
            return Err(Error::EmptyData { path: path.to_owned() });
        };
        let mut table = Self {
            path: path.to_owned(),
            header: table_header(header).map_err(|reason| malformed(path, 1, reason))?,
            rows: Vec::new(),
        };
        for (line, number) in lines {
            let row = table_row(line, table.header.len()).map_err(|reason| malformed(path, number, reason))?;
            table.rows.push(row);
        }
        if table.rows.is_empty() {
            return Err(table.no_data());
        }
        Ok(table)
    }

    /// The column names, in the order of the file.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The number of rows below the header, at least 1.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The numbers of a column in which every field is filled, one for each row.
    ///
    /// # Errors
    ///
    /// [`Error::MissingColumn`] if there is no such column; [`Error::MalformedRow`] for the first field that is empty or
    /// is not a finite number.
    pub fn column(&self, name: &str) -> Result<Vec<f64>> {
        self.parse_column(name, |field| match field {
            "" => Err(format!("column `{name}` is empty")),
            _ => number(name, field),
        })
    }

    /// The numbers of a column with `None` where the field is empty, one entry for each row.
    ///
    /// # Errors
    ///
    /// [`Error::MissingColumn`] if there is no such column; [`Error::MalformedRow`] for the first field that is neither
    /// empty nor a finite number.
    pub fn optional_column(&self, name: &str) -> Result<Vec<Option<f64>>> {
        self.parse_column(name, |field| match field {
            "" => Ok(None),
            _ => number(name, field).map(Some),
        })
    }

    /// The error for a row, counted from 0 below the header, whose fields do not fit together.
    pub(super) fn malformed(&self, row: usize, reason: String) -> Error {
        malformed(&self.path, row + 2, reason)
    }

    /// The error for a file of which no row can be used.
    pub(super) fn no_data(&self) -> Error {
        Error::EmptyData { path: self.path.clone() }
    }

    fn parse_column<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>> {
        let Some(index) = self.header.iter().position(|column| column == name) else {
            return Err(Error::MissingColumn {
                path: self.path.clone(),
                column: name.to_owned(),
                header: self.header.join(","),
            });
        };
        let fields = self.rows.iter().map(|row| row[index].as_str());
        fields.enumerate().map(|(row, field)| parse(field).map_err(|reason| self.malformed(row, reason))).collect()
    }
}

fn malformed(path: &Path, line: usize, reason: String) -> Error {
    Error::MalformedRow { path: path.to_owned(), line, reason }
}

fn split(line: &str) -> Result<Vec<String>, String> {
    if line.trim().is_empty() {
        return Err("the line is blank".to_owned());
    }
    if line.contains('"') {
        return Err("quoted fields are not supported".to_owned());
    }
    Ok(line.split(',').map(str::to_owned).collect())
}

fn table_header(line: &str) -> Result<Vec<String>, String> {
    let header = split(line)?;
    for (index, name) in header.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("column {} has no name", index + 1));
        }
        if header[..index].contains(name) {
            return Err(format!("column `{name}` occurs twice"));
        }
    }
    Ok(header)
}

fn table_row(line: &str, columns: usize) -> Result<Vec<String>, String> {
    let fields = split(line)?;
    if fields.len() != columns {
        return Err(format!("{} fields in `{line}`, but the header has {columns}", fields.len()));
    }
    Ok(fields)
}

fn number(column: &str, field: &str) -> Result<f64, String> {
    match field.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("column `{column}`: `{field}` is not finite")),
        Err(_) => Err(format!("column `{column}`: `{field}` is not a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Table> {
        Table::parse(text, "t.csv")
    }

    fn at_line(line: usize, reason: &str) -> Error {
        malformed(Path::new("t.csv"), line, reason.to_owned())
    }

    fn empty() -> Error {
        Error::EmptyData { path: "t.csv".into() }
    }

    #[test]
    fn every_accepted_layout_reads_the_same() {
        let expected = parse("a,b\n1,2.5\n-3e2,4\n").unwrap();
        assert_eq!(expected.header(), ["a", "b"]);
        assert_eq!(expected.rows(), 2);
        assert_eq!(expected.column("a").unwrap(), [1.0, -300.0]);
        assert_eq!(expected.column("b").unwrap(), [2.5, 4.0]);
        for text in ["a,b\n1,2.5\n-3e2,4", "a,b\r\n1,2.5\r\n-3e2,4\r\n", "\u{feff}a,b\n1,2.5\n-3e2,4\n"] {
            assert_eq!(parse(text).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn without_rows_there_is_no_data() {
        for text in ["", "\u{feff}", "a,b", "a,b\r\n"] {
            assert_eq!(parse(text).unwrap_err(), empty(), "{text:?}");
        }
    }

    #[test]
    fn malformed_lines_are_named() {
        for (text, line, reason) in [
            ("a,b\n1,2\n3\n", 3, "1 fields in `3`, but the header has 2"),
            ("a,b\n1,2,\n", 2, "3 fields in `1,2,`, but the header has 2"),
            ("a,b\n1,2\n\n", 3, "the line is blank"),
            ("a\n1\n \n2\n", 3, "the line is blank"),
            ("a\n1\n\"2\"\n", 3, "quoted fields are not supported"),
            ("\"a\"\n1\n", 1, "quoted fields are not supported"),
            ("\na\n1\n", 1, "the line is blank"),
            ("a,\n1,2\n", 1, "column 2 has no name"),
            ("a,b,a\n1,2,3\n", 1, "column `a` occurs twice"),
        ] {
            assert_eq!(parse(text).unwrap_err(), at_line(line, reason), "{text:?}");
        }
    }

    #[test]
    fn fields_that_are_not_finite_numbers_are_named() {
        for (field, fault) in [
            ("x", "is not a number"),
            (" 2", "is not a number"),
            ("1;2", "is not a number"),
            ("nan", "is not finite"),
            ("NaN", "is not finite"),
            ("-inf", "is not finite"),
            ("1e999", "is not finite"),
        ] {
            let table = parse(&format!("a,b\n0,1\n0,{field}\n")).unwrap();
            let expected = at_line(3, &format!("column `b`: `{field}` {fault}"));
            assert_eq!(table.column("b").unwrap_err(), expected);
            assert_eq!(table.optional_column("b").unwrap_err(), expected);
            assert_eq!(table.column("a").unwrap(), [0.0, 0.0]);
        }
    }

    #[test]
    fn an_empty_field_is_an_error_unless_it_is_optional() {
        let table = parse("a,b\n1,\n,2\n").unwrap();
        let expected = at_line(3, "column `a` is empty");
        assert_eq!(table.column("a").unwrap_err(), expected);
        let b = table.optional_column("b").unwrap();
        assert_eq!(b, [None, Some(2.0)]);
    }

    #[test]
    fn a_missing_column_is_shown_with_the_header() {
        let table = parse("\u{feff}a,b\r\n1,2\r\n").unwrap();
        let expected = Error::MissingColumn { path: "t.csv".into(), column: "A".to_owned(), header: "a,b".to_owned() };
        assert_eq!(table.column("A").unwrap_err(), expected);
        assert_eq!(table.optional_column("A").unwrap_err(), expected);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("no such file.csv");
        let reason = std::fs::read_to_string(&path).unwrap_err().to_string();
        let expected = Error::Io { path: path.clone(), reason };
        assert_eq!(Table::read(&path).unwrap_err(), expected);
    }
}
