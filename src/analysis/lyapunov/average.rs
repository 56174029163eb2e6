//! The loop over intervals: carry, factorise, record.

use nalgebra::DMatrix;

use super::frame::Frame;
use super::plan::{Interval, Intervals};
use super::record::Record;
use super::{Lyapunov, LyapunovFailure, Spectrum};
use crate::error::{Error, Result};

/// A trajectory that carries tangent vectors.
pub(super) trait Carrier {
    /// Carries the state and the frame over an interval. Returns the growth of the logarithm of the whole volume, by a
    /// formula of its own.
    ///
    /// # Errors
    /// The trajectory ends: the state stays at the last good one.
    fn carry(&mut self, interval: Interval, frame: &mut Frame) -> Result<f64>;

    /// The time of the last good state.
    fn time(&self) -> f64;

    /// Its coordinates.
    fn state(&self) -> Vec<f64>;

    /// The rounding unit of the tangents.
    fn rounding(&self) -> f64;

    /// The largest diagonal entry of `R` that cannot be told from zero, for the column `k` of the last interval, whose factors
    /// are in the frame. It may be smaller if that tells; `None` if a shorter interval could tell.
    fn noise(&self, frame: &Frame, k: usize) -> Option<f64>;

    /// Whether the derivative over the last interval is singular up to rounding.
    fn is_singular(&self) -> bool;
}

/// A diagonal entry of `R` is lost if it is smaller than this many rounding errors of its column: then its error exceeds a
/// thousandth.
const LOST: f64 = 1e3;

/// The settings of an average whose intervals are known.
pub(super) struct Average<'a> {
    pub(super) settings: &'a Lyapunov,
    pub(super) intervals: Intervals,
    pub(super) with_volume: bool,
}

impl Average<'_> {
    /// The spectrum along the trajectory of `carrier`, from the frame.
    pub(super) fn run(
        &self,
        carrier: &mut impl Carrier,
        mut frame: Frame,
    ) -> std::result::Result<Spectrum, Box<LyapunovFailure>> {
        let mut record = self.record(&frame);
        let outcome = self.gather(carrier, &mut frame, &mut record);
        self.conclude(carrier, &record, outcome)
    }

    /// The empty record of an average.
    pub(super) fn record(&self, frame: &Frame) -> Record {
        Record::new(frame.count(), self.intervals.transient, self.settings.blocks)
    }

    /// The spectrum of a record, or the reason why there is none.
    pub(super) fn conclude(
        &self,
        carrier: &impl Carrier,
        record: &Record,
        outcome: Result<()>,
    ) -> std::result::Result<Spectrum, Box<LyapunovFailure>> {
        let spectrum = (record.time() > 0.0).then(|| Spectrum::new(record, self.with_volume, carrier.state()));
        let outcome = match (outcome, &spectrum) {
            (Ok(()), Some(found)) => found.check(self.settings.tolerance),
            (outcome, _) => outcome,
        };
        match (outcome, spectrum) {
            (Ok(()), Some(spectrum)) => Ok(spectrum),
            // Without an error there is an average, since its length is positive.
            (outcome, partial) => Err(failed(carrier, outcome.err().unwrap_or(Error::EmptyState), partial)),
        }
    }

    fn gather(&self, carrier: &mut impl Carrier, frame: &mut Frame, record: &mut Record) -> Result<()> {
        for interval in self.intervals.before() {
            carrier.carry(interval, frame)?;
            factorise(frame, interval)?;
        }
        for interval in self.intervals.of_average() {
            let volume = carrier.carry(interval, frame)?;
            factorise(frame, interval)?;
            judge(carrier, frame, interval)?;
            record.add(interval, &frame.logs, volume);
        }
        Ok(())
    }
}

/// Makes the frame orthonormal. A vector that is not finite is lost.
pub(super) fn factorise(frame: &mut Frame, interval: Interval) -> Result<()> {
    frame.orthonormalise();
    match frame.lengths.iter().position(|length| !length.is_finite()) {
        Some(index) => Err(Error::TangentLost { index, t: interval.end }),
        None => Ok(()),
    }
}

/// Finds directions that were contracted to rounding errors.
fn judge(carrier: &impl Carrier, frame: &mut Frame, interval: Interval) -> Result<()> {
    let least = LOST * carrier.rounding();
    let mut singular = None;
    for k in 0..frame.count() {
        let (log, entry) = (frame.logs[k], frame.entries[k]);
        let lost = match carrier.noise(frame, k) {
            Some(noise) if entry <= noise && log <= noise.ln() => {
                frame.logs[k] = f64::NEG_INFINITY;
                // A regular derivative loses a direction if the units of the coordinates are far apart.
                !*singular.get_or_insert_with(|| carrier.is_singular())
            }
            Some(_) => false,
            None => entry.is_nan() || entry <= least * frame.lengths[k],
        };
        if lost {
            return Err(Error::TangentLost { index: k, t: interval.end });
        }
    }
    Ok(())
}

/// A failure where the carrier is.
pub(super) fn failed(carrier: &impl Carrier, error: Error, partial: Option<Spectrum>) -> Box<LyapunovFailure> {
    Box::new(LyapunovFailure { error, t: carrier.time(), state: carrier.state(), partial })
}

/// The tangents over an interval in which no direction is lost.
pub(super) struct Factored {
    /// The frame at the start.
    pub(super) before: DMatrix<f64>,
    /// The triangular factor at the end.
    pub(super) r: DMatrix<f64>,
    /// The growth of the logarithm of the whole volume.
    pub(super) volume: f64,
}

/// Carries the frame through an interval and factorises it.
///
/// # Errors
/// The errors of the carrier, and [`Error::TangentLost`] for a direction that is lost or contracted to nothing.
pub(super) fn factored(carrier: &mut impl Carrier, frame: &mut Frame, interval: Interval) -> Result<Factored> {
    let before = frame.matrix();
    let volume = carrier.carry(interval, frame)?;
    let carried = frame.matrix();
    factorise(frame, interval)?;
    judge(carrier, frame, interval)?;
    if let Some(index) = frame.logs.iter().position(|log| *log == f64::NEG_INFINITY) {
        return Err(Error::TangentLost { index, t: interval.end });
    }
    let r = (frame.matrix().transpose() * carried).upper_triangle();
    Ok(Factored { before, r, volume })
}
