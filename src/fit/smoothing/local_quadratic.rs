//! Local quadratic regression.

use nalgebra::SVector;

use super::SlopeSamples;
use super::cross_validation;
use super::parabola::{Parabola, Window};
use crate::error::{Error, Result};

/// Local quadratic regression of measurements at irregular times: values and slopes in between.
///
/// At each time a parabola is fitted to the measurements near it, with Epanechnikov's weights `1 − ((tᵢ − t)/h)²` inside
/// the bandwidth `h`: Fan & Gijbels, *Local Polynomial Modelling and Its Applications* (1996), chapter 3. Its slope is the
/// estimate of the derivative, as in Liang & Wu, *Parameter estimation for differential equation models using a framework
/// of measurement error models*, JASA 103 (2008). Parabolas are reproduced exactly.
///
/// A window with fewer than three times grows until it has three. With many equidistant measurements `ρ` per unit of time,
/// of standard deviation `σ`, the slope at an inner time has the bias `h² y‴/14` and the variance `(15/7) σ²/(ρ h³)`.
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::fit::LocalQuadratic;
///
/// let times: Vec<f64> = (0..100).map(|i| 0.1 * f64::from(i)).collect();
/// let values: Vec<SVector<f64, 2>> = times.iter().map(|t| vector![t.sin(), t.cos()]).collect();
/// let smooth = LocalQuadratic::new(&times, &values)?;
/// let found = smooth.at(5.1)?;
/// assert!((found.value - vector![5.1_f64.sin(), 5.1_f64.cos()]).norm() < 0.01);
/// assert!((found.slope - vector![5.1_f64.cos(), -5.1_f64.sin()]).norm() < 0.01);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LocalQuadratic<const N: usize> {
    times: Vec<f64>,
    /// A series for each component.
    series: [Vec<f64>; N],
    bandwidths: SVector<f64, N>,
}

/// A smoothed state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothed<const N: usize> {
    /// The estimate of the state.
    pub value: SVector<f64, N>,
    /// The estimate of its derivative with respect to time.
    pub slope: SVector<f64, N>,
}

impl<const N: usize> LocalQuadratic<N> {
    /// The regression of at least four measurements, with the bandwidth of each component from leave-one-out
    /// cross-validation: the mean square error is minimal with which a parabola through its neighbours predicts a value, the
    /// first and the last excepted.
    ///
    /// It estimates the bandwidth that is best for the values, not for the slopes. The cost grows with the square of the
    /// number of measurements.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] for fewer than four times, or another number of values;
    /// * [`Error::InvalidEntry`] for times that are not finite and ascending, or values that are not finite;
    /// * [`Error::InvalidArgument`] named `bandwidth` if no bandwidth lets all neighbours predict a value, since times nearly
    ///   coincide.
    pub fn new(times: &[f64], values: &[SVector<f64, N>]) -> Result<Self> {
        let mut found = Self::unsmoothed(times, values, 4)?;
        for (bandwidth, series) in found.bandwidths.iter_mut().zip(&found.series) {
            *bandwidth = cross_validation::bandwidth(times, series).ok_or(Error::InvalidArgument {
                name: "bandwidth",
                value: f64::NAN,
                expected: "such that every value is predicted by its neighbours; times nearly coincide, or values overflow",
            })?;
        }
        Ok(found)
    }

    /// The regression of at least three measurements with a bandwidth, in the unit of time, for each component.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] for fewer than three times, or another number of values;
    /// * [`Error::InvalidEntry`] for times that are not finite and ascending, values that are not finite, or a bandwidth
    ///   that is not positive and finite.
    pub fn with_bandwidths(times: &[f64], values: &[SVector<f64, N>], bandwidths: SVector<f64, N>) -> Result<Self> {
        let found = Self::unsmoothed(times, values, 3)?;
        if let Some((index, &value)) = bandwidths.iter().enumerate().find(|(_, h)| !(**h > 0.0 && h.is_finite())) {
            return Err(Error::InvalidEntry { name: "bandwidths", index, value, expected: "positive and finite" });
        }
        Ok(Self { bandwidths, ..found })
    }

    fn unsmoothed(times: &[f64], values: &[SVector<f64, N>], least: usize) -> Result<Self> {
        check_times(times, least)?;
        if values.len() != times.len() {
            return Err(Error::LengthMismatch { name: "values", found: values.len(), expected: times.len() });
        }
        for (index, state) in values.iter().enumerate() {
            if let Some(&value) = state.iter().find(|value| !value.is_finite()) {
                return Err(Error::InvalidEntry { name: "values", index, value, expected: "finite" });
            }
        }
        let series = std::array::from_fn(|component| values.iter().map(|value| value[component]).collect());
        Ok(Self { times: times.to_vec(), series, bandwidths: SVector::zeros() })
    }

    /// The bandwidth of each component, in the unit of time.
    #[must_use]
    pub const fn bandwidths(&self) -> &SVector<f64, N> {
        &self.bandwidths
    }

    /// The root of the mean square error with which the neighbours predict an inner value, for each component in its unit.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] named `bandwidth` if a value is not predicted by its neighbours: there are only three times,
    /// or times nearly coincide.
    pub fn prediction_error(&self) -> Result<SVector<f64, N>> {
        let mut errors = SVector::<f64, N>::zeros();
        for (component, error) in errors.iter_mut().enumerate() {
            let (h, series) = (self.bandwidths[component], &self.series[component]);
            let scale = series.iter().fold(f64::MIN_POSITIVE, |scale, value| scale.max(value.abs()));
            let enough = self.times.len() > 3;
            let found = enough.then(|| cross_validation::prediction_error(&self.times, series, scale, h)).flatten();
            let expected = "such that every value is predicted by its neighbours";
            let square = found.ok_or(Error::InvalidArgument { name: "bandwidth", value: h, expected })?;
            *error = scale * square.sqrt();
        }
        Ok(errors)
    }

    /// The smoothed state at `t`, between the first and the last measurement.
    ///
    /// # Errors
    /// * [`Error::OutsideSolution`] for a time outside;
    /// * [`Error::InvalidArgument`] named `t` if the times near it coincide up to rounding, so that no parabola is
    ///   determined, or if the result overflows.
    pub fn at(&self, t: f64) -> Result<Smoothed<N>> {
        let (t0, t1) = (self.times[0], self.times[self.times.len() - 1]);
        if !(t0..=t1).contains(&t) {
            return Err(Error::OutsideSolution { time: t, t0, t1 });
        }
        let mut found = Smoothed { value: SVector::zeros(), slope: SVector::zeros() };
        for (component, series) in self.series.iter().enumerate() {
            let window = Window::new(&self.times, t, self.bandwidths[component], None);
            let parabola = window.fit(&self.times, |i| series[i]);
            let Some(Parabola { value, slope }) = parabola.filter(|p| p.value.is_finite() && p.slope.is_finite())
            else {
                let expected = "where neighbouring measurements determine a finite parabola";
                return Err(Error::InvalidArgument { name: "t", value: t, expected });
            };
            (found.value[component], found.slope[component]) = (value, slope);
        }
        Ok(found)
    }

    /// The smoothed states and slopes at these times, for a fit of slopes.
    ///
    /// # Errors
    /// The errors of [`at`](Self::at), and [`Error::LengthMismatch`] without a time.
    pub fn samples(&self, times: &[f64]) -> Result<SlopeSamples<SVector<f64, N>>> {
        let smoothed = times.iter().map(|&t| self.at(t)).collect::<Result<Vec<_>>>()?;
        let (states, slopes) = smoothed.into_iter().map(|found| (found.value, found.slope)).unzip();
        SlopeSamples::new(times.to_vec(), states, slopes)
    }
}

fn check_times(times: &[f64], least: usize) -> Result<()> {
    let found = times.len();
    if found < least {
        return Err(Error::LengthMismatch { name: "times", found, expected: least });
    }
    for (index, &value) in times.iter().enumerate() {
        let invalid = |expected| Err(Error::InvalidEntry { name: "times", index, value, expected });
        if !value.is_finite() {
            return invalid("finite");
        }
        if index > 0 && value <= times[index - 1] {
            return invalid("after the time before it");
        }
        if !(value - times[0]).is_finite() {
            return invalid("at a finite distance from the first time");
        }
    }
    Ok(())
}
