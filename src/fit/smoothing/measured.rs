//! The smoothed measurements of an experiment.

use nalgebra::{DVector, vector};

use super::LocalQuadratic;
use crate::error::{Error, Result};
use crate::fit::case::Case;

/// The smoothed measurements of an experiment, for each component of the state.
pub(super) struct Measured(Vec<Component>);

/// The measurements of a component.
struct Component {
    /// In ascending order.
    times: Vec<f64>,
    smooth: LocalQuadratic<1>,
    /// Whether logarithms were measured and smoothed.
    is_log: bool,
}

/// A smoothed state with slopes.
pub(super) struct SlopeSample {
    pub t: f64,
    pub y: DVector<f64>,
    /// The slope of each component, or of its logarithm.
    pub slope: DVector<f64>,
    /// The derivative of each component, or of its logarithm, with respect to the component.
    pub factor: DVector<f64>,
}

impl Measured {
    /// Smooths the measurements of a case, the one at `experiment` in the list.
    pub(super) fn new(case: &Case<'_>, experiment: usize, dimension: usize) -> Result<Self> {
        let component = |index| Component::new(case, index)?.ok_or(Error::NotMeasured { component: index, experiment });
        let found = Self((0..dimension).map(component).collect::<Result<_>>()?);
        match found.times().is_empty() {
            true => {
                Err(Error::LengthMismatch { name: "times that all measured components cover", found: 0, expected: 1 })
            }
            false => Ok(found),
        }
    }

    /// The times of all measurements that every component covers.
    fn times(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self.0.iter().flat_map(|component| component.times.iter().copied()).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        times.retain(|&t| self.0.iter().all(|component| component.covers(t)));
        times
    }

    /// The smoothed state of a component, if its measurements cover this time.
    pub(super) fn state(&self, component: usize, t: f64) -> Result<Option<f64>> {
        let component = &self.0[component];
        if !component.covers(t) {
            return Ok(None);
        }
        let value = component.smooth.at(t)?.value[0];
        Ok(Some(if component.is_log { value.exp() } else { value }))
    }
}

/// The samples of slopes of an experiment.
pub(super) fn samples_of(measured: &Measured) -> Result<Vec<SlopeSample>> {
    let sample = |t: f64| {
        let n = measured.0.len();
        let (mut y, mut slope, mut factor) = (DVector::zeros(n), DVector::zeros(n), DVector::from_element(n, 1.0));
        for (i, component) in measured.0.iter().enumerate() {
            let found = component.smooth.at(t)?;
            (y[i], slope[i]) = (found.value[0], found.slope[0]);
            if component.is_log {
                y[i] = y[i].exp();
                factor[i] = 1.0 / y[i];
            }
        }
        Ok(SlopeSample { t, y, slope, factor })
    };
    measured.times().into_iter().map(sample).collect()
}

impl Component {
    /// The measurements of a component in a case; `None` without one.
    fn new(case: &Case<'_>, index: usize) -> Result<Option<Self>> {
        let of_component = |reading: &&crate::fit::case::Reading<'_>| {
            reading.observable.component().is_some_and(|measured| measured.index == index)
        };
        let readings: Vec<_> = case.readings.iter().filter(of_component).collect();
        if readings.is_empty() {
            return Ok(None);
        }
        let is_log =
            readings.iter().all(|reading| reading.observable.component().is_some_and(|measured| measured.is_logarithm));
        let mut points: Vec<(f64, f64)> = readings
            .iter()
            .map(|reading| {
                let state = reading.observable.component().map_or(f64::NAN, |measured| measured.state(reading.value));
                (case.times[reading.output], if is_log { reading.value } else { state })
            })
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Measurements at the same time are averaged.
        let means = points.chunk_by(|a, b| a.0 == b.0);
        let (times, values): (Vec<f64>, Vec<_>) = means
            .map(|same| (same[0].0, vector![same.iter().map(|point| point.1).sum::<f64>() / same.len() as f64]))
            .unzip();
        let smooth = LocalQuadratic::new(&times, &values)?;
        Ok(Some(Self { times, smooth, is_log }))
    }

    fn covers(&self, t: f64) -> bool {
        self.times[0] <= t && t <= self.times[self.times.len() - 1]
    }
}
