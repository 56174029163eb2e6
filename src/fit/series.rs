//! A measured series.

use num_dual::Dual64;

use super::observable::{MeasuredComponent, Observable};
use crate::error::{Error, Result};

/// Measurements of one quantity at several times.
///
/// A residual is `(h − value)/σ`, with the quantity `h` that the model predicts. Without standard deviations, `σ` is 1.
#[derive(Debug, Clone)]
pub struct Series<'a> {
    pub(super) observable: Observable<'a>,
    pub(super) times: Vec<f64>,
    pub(super) values: Vec<f64>,
    pub(super) sigmas: Sigmas,
}

#[derive(Debug, Clone)]
pub(super) enum Sigmas {
    All(f64),
    Each(Vec<f64>),
}

impl Sigmas {
    pub(super) fn at(&self, index: usize) -> f64 {
        match self {
            Self::All(sigma) => *sigma,
            Self::Each(sigmas) => sigmas[index],
        }
    }
}

impl<'a> Series<'a> {
    /// Measurements of component `index` of the state.
    #[must_use]
    pub fn component(index: usize, times: &[f64], values: &[f64]) -> Self {
        Self::of(Observable::Component(index), times, values.to_vec())
    }

    /// Positive measurements of component `index`, whose logarithms are compared: the errors are relative.
    ///
    /// The standard deviations belong to the logarithm.
    #[must_use]
    pub fn log_component(index: usize, times: &[f64], values: &[f64]) -> Self {
        // Checked with the experiment: the logarithm of a value that is not positive is not finite.
        Self::of(Observable::LogComponent(index), times, values.iter().map(|value| value.ln()).collect())
    }

    /// Measurements of a function `h(t, y, p)` of time, state and all parameters, written over dual numbers.
    ///
    /// ```
    /// use rheos::dynamics::{Dual64, DualNum};
    /// use rheos::fit::Series;
    ///
    /// // The logarithm of a measured total, with an unknown factor.
    /// let total = Series::function(|_t, y, p| (p[2] * (y[0] + y[1])).ln(), &[1.0, 2.0], &[0.3, 0.1]);
    /// # let _: Series = total;
    /// ```
    #[must_use]
    pub fn function(
        h: impl Fn(f64, &[Dual64], &[Dual64]) -> Dual64 + Send + Sync + 'a,
        times: &[f64],
        values: &[f64],
    ) -> Self {
        Self::of(Observable::function(h), times, values.to_vec())
    }

    fn of(observable: Observable<'a>, times: &[f64], values: Vec<f64>) -> Self {
        Self { observable, times: times.to_vec(), values, sigmas: Sigmas::All(1.0) }
    }

    /// With this standard deviation of every measurement, in its unit.
    #[must_use]
    pub fn sigma(mut self, sigma: f64) -> Self {
        self.sigmas = Sigmas::All(sigma);
        self
    }

    /// With a standard deviation for each measurement.
    #[must_use]
    pub fn sigmas(mut self, sigmas: &[f64]) -> Self {
        self.sigmas = Sigmas::Each(sigmas.to_vec());
        self
    }

    pub(super) fn check(&self, dimension: usize) -> Result<()> {
        let expected = self.times.len();
        let sigmas = match &self.sigmas {
            Sigmas::All(_) => expected,
            Sigmas::Each(sigmas) => sigmas.len(),
        };
        for (name, found) in [("series.values", self.values.len()), ("series.sigmas", sigmas)] {
            if found != expected {
                return Err(Error::LengthMismatch { name, found, expected });
            }
        }
        if let Some(MeasuredComponent { index, .. }) = self.observable.component()
            && index >= dimension
        {
            let value = index as f64;
            return Err(Error::InvalidArgument {
                name: "series.component",
                value,
                expected: "a component of the state",
            });
        }
        for index in 0..expected {
            let (time, value, sigma) = (self.times[index], self.values[index], self.sigmas.at(index));
            let checks = [
                ("series.times", time, time.is_finite(), "finite"),
                ("series.values", value, value.is_finite(), "finite, and positive if its logarithm is compared"),
                ("series.sigmas", sigma, sigma > 0.0 && sigma.is_finite(), "positive and finite"),
            ];
            for (name, value, passed, expected) in checks {
                if !passed {
                    return Err(Error::InvalidEntry { name, index, value, expected });
                }
            }
        }
        Ok(())
    }
}
