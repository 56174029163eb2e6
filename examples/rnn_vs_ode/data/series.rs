//! Values at increasing times, read from CSV files.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A file that could not be read, or whose rows contradict each other.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Scalar samples at strictly increasing times, which need not be evenly spaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub t: Vec<f64>,
    pub y: Vec<f64>,
}

impl Series {
    /// Reads yearly sunspot numbers; the time is the calendar year.
    pub fn sunspots(path: &Path) -> Result<Self> {
        in_file(path, Self::sunspots_from)
    }

    /// Reads weekly CO2 concentrations in ppmv; the time is in weeks since the first sample.
    ///
    /// Weeks that were not observed are dropped, not filled in, so the gaps of the record stay gaps.
    pub fn co2(path: &Path) -> Result<Self> {
        in_file(path, Self::co2_from)
    }

    /// The samples up to and including time `t`, and the later ones.
    pub fn split_at_time(&self, t: f64) -> (Self, Self) {
        let index = self.t.partition_point(|&time| time <= t);
        let part =
            |range: std::ops::Range<usize>| Self { t: self.t[range.clone()].to_vec(), y: self.y[range].to_vec() };
        (part(0..index), part(index..self.t.len()))
    }

    fn sunspots_from(text: impl Read) -> Result<Self> {
        let mut table = csv::Reader::from_reader(text);
        check_header(&mut table, &["year", "sunspots"])?;
        Self::increasing(table.deserialize().map(|row| Ok(row?)))
    }

    fn co2_from(text: impl Read) -> Result<Self> {
        let mut table = csv::Reader::from_reader(text);
        check_header(&mut table, &["date", "day", "years_since_start", "co2_ppmv", "observed"])?;
        let samples = table.deserialize().filter_map(|row| {
            let (date, day, _, co2, observed): (String, f64, f64, Option<f64>, u8) = match row {
                Ok(row) => row,
                Err(error) => return Some(Err(error.into())),
            };
            match (co2, observed) {
                (Some(value), 1) => Some(Ok((day / 7.0, value))),
                (None, 0) => None,
                _ => Some(Err(format!("{date}: `observed` is {observed}, but `co2_ppmv` is {co2:?}").into())),
            }
        });
        Self::increasing(samples)
    }

    /// Finite samples whose times increase.
    fn increasing(samples: impl Iterator<Item = Result<(f64, f64)>>) -> Result<Self> {
        let mut series = Self { t: Vec::new(), y: Vec::new() };
        for sample in samples {
            let (t, y) = sample?;
            if !(t.is_finite() && y.is_finite()) {
                return Err(format!("the sample {y} at time {t} is not finite").into());
            }
            if let Some(last) = series.t.last().filter(|last| **last >= t) {
                return Err(format!("time {t} does not come after {last}").into());
            }
            series.t.push(t);
            series.y.push(y);
        }
        if series.t.is_empty() { Err("there is no sample".into()) } else { Ok(series) }
    }
}

/// Reads a file; an error names it.
fn in_file(path: &Path, read: impl Fn(File) -> Result<Series>) -> Result<Series> {
    let series = File::open(path).map_err(Into::into).and_then(read);
    series.map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The columns are read by their places, so that they must be where they are expected.
fn check_header(table: &mut csv::Reader<impl Read>, expected: &[&str]) -> Result<()> {
    let header = table.headers()?;
    if header == expected { Ok(()) } else { Err(format!("the columns are {header:?}, not {expected:?}").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    fn ramp(len: usize) -> Series {
        let t: Vec<f64> = (0..len).map(|i| i as f64).collect();
        let y = t.iter().map(|t| 10.0 * t).collect();
        Series { t, y }
    }

    #[test]
    fn sunspots_are_yearly() {
        let series = Series::sunspots(&data("sunspots_yearly.csv")).unwrap();
        assert_eq!(series.t.len(), 309);
        assert_eq!((series.t[0], series.y[0]), (1700.0, 5.0));
        assert_eq!((series.t[308], series.y[308]), (2008.0, 2.9));
        assert!(series.t.windows(2).all(|pair| pair[1] - pair[0] == 1.0));
    }

    #[test]
    fn co2_keeps_the_gaps_of_the_record() {
        let series = Series::co2(&data("co2_weekly.csv")).unwrap();
        assert_eq!(series.t.len(), 2225);
        // The seventh week was not observed.
        assert_eq!(series.t[..7], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
        assert_eq!(series.y[5..7], [316.9, 317.5]);
        let mut counts = std::collections::BTreeMap::new();
        for pair in series.t.windows(2) {
            let gap = pair[1] - pair[0];
            assert_eq!(gap.fract(), 0.0);
            *counts.entry(7 * gap as u32).or_insert(0) += 1;
        }
        let expected = [(7, 2202), (14, 14), (21, 2), (28, 2), (35, 1), (42, 1), (63, 1), (133, 1)];
        assert_eq!(counts, expected.into());
    }

    #[test]
    fn files_that_contradict_themselves_are_refused() {
        let reason = |series: Result<Series>| series.unwrap_err().to_string();
        let sunspots = |text: &str| reason(Series::sunspots_from(text.as_bytes()));
        assert_eq!(sunspots("year,sunspots\n1700,5\n1701,11\n1701,16\n"), "time 1701 does not come after 1701");
        assert_eq!(sunspots("year,sunspots\n"), "there is no sample");
        assert!(sunspots("year,spots\n1700,5\n").contains("spots"));
        assert!(sunspots("year,sunspots\n1700,5\n1701,eleven\n").contains("line: 3"));
        assert!(sunspots("year,sunspots\n1700,NaN\n").contains("not finite"));

        let co2 = |text: &str| {
            let text = format!("date,day,years_since_start,co2_ppmv,observed\n{text}");
            reason(Series::co2_from(text.as_bytes()))
        };
        assert!(co2("a,0,0,316.1,1\nb,7,0,317.3,0\n").starts_with("b: `observed` is 0"));
        assert!(co2("a,0,0,,1\n").starts_with("a: `observed` is 1"));
        assert!(co2("a,0,0,316.1,2\n").starts_with("a: `observed` is 2"));
        assert_eq!(co2("a,14,0,316.1,1\nb,21,0,,0\nc,7,0,3,1\n"), "time 1 does not come after 2");
        assert_eq!(co2("a,0,0,,0\n"), "there is no sample");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let error = Series::sunspots(Path::new("no/such/file.csv")).unwrap_err();
        assert!(error.to_string().starts_with("no/such/file.csv: "), "{error}");
    }

    #[test]
    fn a_split_puts_the_boundary_into_the_first_part() {
        let series = ramp(5);
        let (before, after) = series.split_at_time(2.0);
        assert_eq!(before, ramp(3));
        assert_eq!((after.t, after.y), (vec![3.0, 4.0], vec![30.0, 40.0]));
        assert_eq!(series.split_at_time(2.9).0, before);
    }
}
