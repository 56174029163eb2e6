//! Values at increasing times.

use std::path::Path;

use crate::data::Table;
use crate::error::{Error, Result};

/// Scalar samples at strictly increasing times, which need not be evenly spaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    t: Vec<f64>,
    y: Vec<f64>,
}

/// Consecutive samples of a [`Series`], and the ones right after them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window<'a> {
    /// The times given to a model.
    pub t: &'a [f64],
    /// The values at `t`.
    pub y: &'a [f64],
    /// The times to forecast.
    pub next_t: &'a [f64],
    /// The values at `next_t`.
    pub next_y: &'a [f64],
}

impl Series {
    /// Pairs times with values. A series may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] if `y` is not as long as `t`; [`Error::InvalidArgument`] with the first time that is
    /// not finite or does not come after the one before it, or the first value that is not finite.
    ///
    /// ```
    /// use rheos::data::Series;
    ///
    /// let series = Series::new(vec![0.0, 1.0, 4.0], vec![5.0, 3.0, 2.0])?;
    /// assert_eq!(series.gaps(), [1.0, 3.0]);
    /// assert!(Series::new(vec![0.0, 0.0], vec![5.0, 3.0]).is_err());
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn new(t: Vec<f64>, y: Vec<f64>) -> Result<Self> {
        if t.len() != y.len() {
            return Err(Error::LengthMismatch { name: "y", found: y.len(), expected: t.len() });
        }
        let mut previous = f64::NEG_INFINITY;
        for &time in &t {
            if !(time.is_finite() && time > previous) {
                return Err(Error::InvalidArgument {
                    name: "t",
                    value: time,
                    expected: "finite and later than the time before it",
                });
            }
            previous = time;
        }
        if let Some(&value) = y.iter().find(|value| !value.is_finite()) {
            return Err(Error::InvalidArgument { name: "y", value, expected: "finite" });
        }
        Ok(Self { t, y })
    }

    /// Reads yearly sunspot numbers from the columns `year` and `sunspots`; the time is the calendar year.
    ///
    /// # Errors
    ///
    /// Those of [`Table::read`] and [`Table::column`], and [`Error::MalformedRow`] for a year that does not come after
    /// the one before it.
    pub fn sunspots(path: impl AsRef<Path>) -> Result<Self> {
        Self::sunspots_from(&Table::read(path)?)
    }

    /// Reads weekly CO₂ concentrations in ppmv from the columns `day`, `co2_ppmv` and `observed` (1 or 0); the time is
    /// in weeks, `day / 7`.
    ///
    /// Weeks that were not observed are dropped, not filled in, so the gaps of the record stay gaps.
    ///
    /// # Errors
    ///
    /// Those of [`Table::read`] and [`Table::column`]; [`Error::MalformedRow`] for a day that does not come after the
    /// observed one before it, and for a row whose `observed` is not what its `co2_ppmv` says;
    /// [`Error::EmptyData`] if no week was observed.
    ///
    /// ```
    /// use rheos::data::Series;
    ///
    /// let co2 = Series::co2("examples/data/co2_weekly.csv")?;
    /// assert_eq!(co2.len(), 2225);
    /// assert_eq!(co2.gaps().into_iter().fold(0.0, f64::max), 19.0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn co2(path: impl AsRef<Path>) -> Result<Self> {
        Self::co2_from(&Table::read(path)?)
    }

    /// The times, strictly increasing.
    pub fn t(&self) -> &[f64] {
        &self.t
    }

    /// The values, as many as there are times.
    pub fn y(&self) -> &[f64] {
        &self.y
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.t.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.t.is_empty()
    }

    /// Cuts the series into the samples up to and including time `t`, and the later ones.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] if one of the parts would be empty, which in a split into training and test data is
    /// always a mistake.
    ///
    /// ```
    /// use rheos::data::Series;
    ///
    /// let sunspots = Series::sunspots("examples/data/sunspots_yearly.csv")?;
    /// let (train, test) = sunspots.split_at_time(1920.0)?;
    /// assert_eq!((train.len(), test.len()), (221, 88));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn split_at_time(&self, t: f64) -> Result<(Self, Self)> {
        let index = self.t.partition_point(|&time| time <= t);
        if index == 0 || index == self.len() {
            return Err(Error::InvalidArgument {
                name: "t",
                value: t,
                expected: "a time with samples on both sides of it",
            });
        }
        let part =
            |range: std::ops::Range<usize>| Self { t: self.t[range.clone()].to_vec(), y: self.y[range].to_vec() };
        Ok((part(0..index), part(index..self.len())))
    }

    /// The time from each sample to the next: one entry fewer than there are samples.
    pub fn gaps(&self) -> Vec<f64> {
        self.t.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// Every run of `len` samples that is followed by at least `horizon` more, from the first one on; neighbours overlap
    /// in all but one sample. A series shorter than `len + horizon` has none.
    ///
    /// Lengths count samples, not time: over a gap, a window spans more time.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] if `len` or `horizon` is 0.
    ///
    /// ```
    /// use rheos::data::Series;
    ///
    /// let series = Series::new(vec![0.0, 1.0, 2.0, 5.0], vec![9.0, 8.0, 7.0, 6.0])?;
    /// let mut windows = series.windows(2, 1)?;
    /// assert_eq!(windows.len(), 2);
    /// assert_eq!(windows.next().unwrap().next_y, [7.0]);
    /// let last = windows.next().unwrap();
    /// assert_eq!((last.t, last.next_t), (&[1.0, 2.0][..], &[5.0][..]));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn windows(&self, len: usize, horizon: usize) -> Result<impl ExactSizeIterator<Item = Window<'_>> + Clone> {
        for (name, samples) in [("len", len), ("horizon", horizon)] {
            if samples == 0 {
                return Err(Error::InvalidArgument { name, value: 0.0, expected: "at least 1" });
            }
        }
        let total = len.saturating_add(horizon);
        let pairs = self.t.windows(total).zip(self.y.windows(total));
        Ok(pairs.map(move |(t, y)| {
            let (t, next_t) = t.split_at(len);
            let (y, next_y) = y.split_at(len);
            Window { t, y, next_t, next_y }
        }))
    }

    fn sunspots_from(table: &Table) -> Result<Self> {
        let years = table.column("year")?;
        let sunspots = table.column("sunspots")?;
        let samples = years.into_iter().zip(sunspots);
        let samples = samples.enumerate().map(|(row, (t, y))| (row, t, y));
        Self::from_rows(table, samples.collect())
    }

    fn co2_from(table: &Table) -> Result<Self> {
        let days = table.column("day")?;
        let co2 = table.optional_column("co2_ppmv")?;
        let observed = table.column("observed")?;
        let mut samples = Vec::new();
        for (row, ((day, co2), observed)) in days.into_iter().zip(co2).zip(observed).enumerate() {
            match co2 {
                Some(value) if observed == 1.0 => samples.push((row, day / 7.0, value)),
                None if observed == 0.0 => {}
                Some(value) => {
                    let reason = format!("`observed` is {observed}, but `co2_ppmv` is {value}");
                    return Err(table.malformed(row, reason));
                }
                None => {
                    let reason = format!("`observed` is {observed}, but `co2_ppmv` is empty");
                    return Err(table.malformed(row, reason));
                }
            }
        }
        Self::from_rows(table, samples)
    }

    /// Takes (row, time, value) and keeps the row for the message, which the error of [`Series::new`] lacks.
    fn from_rows(table: &Table, samples: Vec<(usize, f64, f64)>) -> Result<Self> {
        if samples.is_empty() {
            return Err(table.no_data());
        }
        for pair in samples.windows(2) {
            let ((_, previous, _), (row, time, _)) = (pair[0], pair[1]);
            if time <= previous {
                let reason = format!("time {time} does not come after {previous}");
                return Err(table.malformed(row, reason));
            }
        }
        let (t, y) = samples.into_iter().map(|(_, t, y)| (t, y)).unzip();
        Self::new(t, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUNSPOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/sunspots_yearly.csv");
    const CO2: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/co2_weekly.csv");

    fn invalid(name: &'static str, value: f64, expected: &'static str) -> Error {
        Error::InvalidArgument { name, value, expected }
    }

    fn ramp(len: usize) -> Series {
        let t: Vec<f64> = (0..len).map(|i| i as f64).collect();
        let y = t.iter().map(|t| 10.0 * t).collect();
        Series::new(t, y).unwrap()
    }

    fn malformed(line: usize, reason: &str) -> Error {
        Error::MalformedRow { path: "t.csv".into(), line, reason: reason.to_owned() }
    }

    #[test]
    fn new_refuses_what_is_not_a_series() {
        let length = Error::LengthMismatch { name: "y", found: 1, expected: 2 };
        let series = Series::new(vec![0.0, 1.0], vec![0.0]);
        assert_eq!(series.unwrap_err(), length);
        let later = "finite and later than the time before it";
        for time in [1.0, 0.5, f64::INFINITY, f64::NEG_INFINITY] {
            let series = Series::new(vec![0.0, 1.0, time], vec![0.0; 3]);
            assert_eq!(series.unwrap_err(), invalid("t", time, later));
        }
        let first = Series::new(vec![f64::NEG_INFINITY], vec![0.0]);
        let expected = invalid("t", f64::NEG_INFINITY, later);
        assert_eq!(first.unwrap_err(), expected);
        assert!(Series::new(vec![f64::NAN], vec![0.0]).is_err());
        let value = Series::new(vec![0.0, 1.0], vec![0.0, f64::INFINITY]);
        let expected = invalid("y", f64::INFINITY, "finite");
        assert_eq!(value.unwrap_err(), expected);
        assert!(Series::new(vec![0.0], vec![f64::NAN]).is_err());
    }

    #[test]
    fn an_empty_series_has_no_parts() {
        let series = Series::new(vec![], vec![]).unwrap();
        assert!(series.is_empty() && !ramp(1).is_empty());
        assert!(series.gaps().is_empty());
        assert_eq!(series.windows(1, 1).unwrap().len(), 0);
        assert!(series.split_at_time(0.0).is_err());
    }

    #[test]
    fn sunspots_are_yearly() {
        let series = Series::sunspots(SUNSPOTS).unwrap();
        assert_eq!(series.len(), 309);
        assert_eq!((series.t()[0], series.y()[0]), (1700.0, 5.0));
        assert_eq!((series.t()[308], series.y()[308]), (2008.0, 2.9));
        assert_eq!(series.gaps(), [1.0; 308]);
    }

    #[test]
    fn co2_keeps_the_gaps_of_the_record() {
        let series = Series::co2(CO2).unwrap();
        assert_eq!(series.len(), 2225);
        // The seventh week was not observed.
        assert_eq!(series.t()[..7], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
        assert_eq!(series.y()[5..7], [316.9, 317.5]);
        let mut counts = std::collections::BTreeMap::new();
        for gap in series.gaps() {
            assert_eq!(gap.fract(), 0.0);
            *counts.entry(7 * gap as u32).or_insert(0) += 1;
        }
        let expected = [(7, 2202), (14, 14), (21, 2), (28, 2), (35, 1), (42, 1), (63, 1), (133, 1)];
        assert_eq!(counts, expected.into());
    }

    #[test]
    fn files_that_contradict_themselves_are_refused() {
        let sunspots = |text| Series::sunspots_from(&Table::parse(text, "t.csv").unwrap());
        let order = malformed(4, "time 1701 does not come after 1701");
        let series = sunspots("year,sunspots\n1700,5\n1701,11\n1701,16\n");
        assert_eq!(series.unwrap_err(), order);

        let co2 = |text: &str| {
            let text = format!("day,co2_ppmv,observed\n{text}");
            Series::co2_from(&Table::parse(&text, "t.csv").unwrap())
        };
        let flag = malformed(3, "`observed` is 0, but `co2_ppmv` is 317.3");
        assert_eq!(co2("0,316.1,1\n7,317.3,0\n").unwrap_err(), flag);
        let flag = malformed(2, "`observed` is 1, but `co2_ppmv` is empty");
        assert_eq!(co2("0,,1\n").unwrap_err(), flag);
        let flag = malformed(2, "`observed` is 2, but `co2_ppmv` is 316.1");
        assert_eq!(co2("0,316.1,2\n").unwrap_err(), flag);
        // The unobserved row between must not shift the line.
        let order = malformed(4, "time 1 does not come after 2");
        assert_eq!(co2("14,316.1,1\n21,,0\n7,3,1\n").unwrap_err(), order);
        let none = Error::EmptyData { path: "t.csv".into() };
        assert_eq!(co2("0,,0\n7,,0\n").unwrap_err(), none);
    }

    #[test]
    fn a_split_puts_the_boundary_into_the_first_part() {
        let series = ramp(5);
        let (before, after) = series.split_at_time(2.0).unwrap();
        assert_eq!(before, ramp(3));
        assert_eq!((after.t(), after.y()), (&[3.0, 4.0][..], &[30.0, 40.0][..]));
        assert_eq!(series.split_at_time(2.9).unwrap().0, before);
        let sides = "a time with samples on both sides of it";
        for t in [-0.5, 4.0, f64::INFINITY] {
            let error = series.split_at_time(t).unwrap_err();
            assert_eq!(error, invalid("t", t, sides));
        }
        assert!(series.split_at_time(f64::NAN).is_err());
    }

    #[test]
    fn windows_slide_by_one_sample() {
        let series = ramp(7);
        let windows = series.windows(3, 2).unwrap();
        assert_eq!(windows.len(), 3);
        for (start, window) in windows.enumerate() {
            let expected = Window {
                t: &series.t()[start..start + 3],
                y: &series.y()[start..start + 3],
                next_t: &series.t()[start + 3..start + 5],
                next_y: &series.y()[start + 3..start + 5],
            };
            assert_eq!(window, expected);
        }
        assert_eq!(series.windows(5, 2).unwrap().count(), 1);
        assert_eq!(series.windows(6, 2).unwrap().count(), 0);
        assert_eq!(series.windows(usize::MAX, 2).unwrap().count(), 0);
        for (name, len, horizon) in [("len", 0, 1), ("horizon", 1, 0)] {
            let error = series.windows(len, horizon).err();
            assert_eq!(error, Some(invalid(name, 0.0, "at least 1")));
        }
    }
}
