//! The result of a fit.

use nalgebra::{DMatrix, DVector};

use super::least_squares::{Information, LeastSquaresFailure, LeastSquaresMinimum};
use super::quantile::half_width;
use super::unknowns::Unknowns;
use crate::error::{Error, Result};

/// The minimum of a fit.
///
/// Standard errors, intervals and correlations come from the linear model at the minimum: `C = s² (JᵀJ)⁻¹` in the
/// coordinates of the parameters, where `s²` is the sum of squares over the degrees of freedom, or 1 for
/// [known noise](super::Fit::known_noise) (Seber & Wild, *Nonlinear Regression*, 2003, section 5.1). Where the model is far
/// from linear, [`Fit::profile`](super::Fit::profile) is more accurate.
///
/// It prints as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The free parameters.
    pub parameters: Vec<Estimate>,
    /// The sum of the squares of the residuals.
    pub sum_of_squares: f64,
    /// The residuals, in the order of the experiments, their series and the measurements.
    pub residuals: DVector<f64>,
    /// The number of steps of the minimisation.
    pub iterations: u64,
    /// The number of evaluations of all residuals.
    pub evaluations: u64,
    /// The number of points at which a solve failed.
    pub failed: u64,
    pub(super) minimum: LeastSquaresMinimum,
    pub(super) unknowns: Unknowns,
    pub(super) known_noise: bool,
}

/// A free parameter at the minimum.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Interval {
    /// Whether a value is inside.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

impl Fitted {
    pub(super) fn new(minimum: LeastSquaresMinimum, unknowns: Unknowns, known_noise: bool) -> Self {
        let parameters = unknowns.estimates(&minimum.x);
        let LeastSquaresMinimum { ref residuals, sum_of_squares, iterations, evaluations, failed, .. } = minimum;
        let residuals = residuals.clone();
        Self { parameters, sum_of_squares, residuals, iterations, evaluations, failed, minimum, unknowns, known_noise }
    }

    /// The parameter of this name.
    ///
    /// # Errors
    /// [`Error::UnknownParameter`].
    pub fn parameter(&self, name: &str) -> Result<&Estimate> {
        Ok(&self.parameters[self.unknowns.index(name)?])
    }

    /// The values of the free parameters, in the order of [`names`](super::Fit::names).
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.value).collect()
    }

    /// The number of measurements without the number of free parameters.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.residuals.len().saturating_sub(self.parameters.len())
    }

    /// The variance of a residual: 1 for known noise, and otherwise the sum of squares over the degrees of freedom.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if there are not more measurements than free parameters.
    pub fn variance(&self) -> Result<f64> {
        if self.known_noise {
            return Ok(1.0);
        }
        match self.degrees_of_freedom() {
            0 => {
                let (found, expected) = (self.residuals.len(), self.parameters.len() + 1);
                Err(Error::LengthMismatch { name: "measurements", found, expected })
            }
            degrees => Ok(self.sum_of_squares / degrees as f64),
        }
    }

    /// The covariance matrix of the parameters.
    ///
    /// # Errors
    /// [`Error::NotIdentifiable`], the errors of [`variance`](Self::variance), and [`Error::InvalidEntry`] for the variance of a
    /// parameter that overflows or underflows.
    pub fn covariance(&self) -> Result<DMatrix<f64>> {
        let slopes = self.slopes();
        let mut found = self.covariance_of_coordinates()?;
        for (mut row, slope) in found.row_iter_mut().zip(&slopes) {
            row *= *slope;
        }
        for (mut column, slope) in found.column_iter_mut().zip(&slopes) {
            column *= *slope;
        }
        resolved(found, self.is_exact())
    }

    /// The correlation matrix of the parameters.
    ///
    /// # Errors
    /// [`Error::NotIdentifiable`], and [`Error::InvalidEntry`] as for [`covariance`](Self::covariance).
    pub fn correlation(&self) -> Result<DMatrix<f64>> {
        let mut found = resolved(self.information()?.inverse().clone(), false)?;
        let deviations = found.diagonal().map(f64::sqrt);
        for (mut row, deviation) in found.row_iter_mut().zip(&deviations) {
            row /= *deviation;
        }
        for (mut column, deviation) in found.column_iter_mut().zip(&deviations) {
            column /= *deviation;
        }
        Ok(found)
    }

    /// The standard errors of the parameters.
    ///
    /// # Errors
    /// The errors of [`covariance`](Self::covariance).
    pub fn standard_errors(&self) -> Result<Vec<f64>> {
        Ok(self.covariance()?.diagonal().iter().map(|variance| variance.sqrt()).collect())
    }

    /// The standard errors of the coordinates in which the parameters are fitted.
    pub(super) fn standard_errors_of_coordinates(&self) -> Result<Vec<f64>> {
        Ok(self.covariance_of_coordinates()?.diagonal().iter().map(|variance| variance.sqrt()).collect())
    }

    /// The confidence interval of a parameter at a level such as 0.95.
    ///
    /// It is symmetric in the coordinate in which the parameter is fitted, so it stays inside the bounds; the interval of a
    /// positive parameter that the data hardly bound may end at 0 or infinity. The quantile is
    /// Student's, or the normal one for known noise.
    ///
    /// # Errors
    /// The errors of [`covariance`](Self::covariance), [`Error::UnknownParameter`], and [`Error::InvalidArgument`] for a
    /// level outside `(0, 1)`.
    pub fn interval(&self, name: &str, level: f64) -> Result<Interval> {
        Ok(self.intervals(level)?[self.unknowns.index(name)?])
    }

    /// The confidence intervals of all parameters.
    ///
    /// # Errors
    /// The errors of [`interval`](Self::interval).
    pub fn intervals(&self, level: f64) -> Result<Vec<Interval>> {
        let quantile = self.quantile(level)?;
        let covariance = self.covariance_of_coordinates()?;
        let ends = |j: usize| {
            let (domain, x) = (self.unknowns[j].domain, self.minimum.x[j]);
            let half = quantile * covariance[(j, j)].sqrt();
            Interval { lower: domain.value(x - half), upper: domain.value(x + half) }
        };
        Ok((0..self.parameters.len()).map(ends).collect())
    }

    /// Half the width of an interval, in standard errors.
    pub(super) fn quantile(&self, level: f64) -> Result<f64> {
        half_width(level, (!self.known_noise).then(|| self.degrees_of_freedom()))
    }

    fn covariance_of_coordinates(&self) -> Result<DMatrix<f64>> {
        resolved(self.information()?.inverse() * self.variance()?, self.is_exact())
    }

    /// Whether the residuals, and so the variances, vanish.
    fn is_exact(&self) -> bool {
        !self.known_noise && self.sum_of_squares == 0.0
    }

    fn information(&self) -> Result<Information> {
        Information::new(&self.minimum.jacobian, |j| self.unknowns[j].name.clone())
    }

    /// The derivatives of the parameters with respect to their coordinates.
    fn slopes(&self) -> Vec<f64> {
        (0..self.parameters.len()).map(|j| self.unknowns.slope(j, &self.minimum.x)).collect()
    }
}

/// The covariance, unless a variance overflows, or vanishes where it may not.
fn resolved(covariance: DMatrix<f64>, may_vanish: bool) -> Result<DMatrix<f64>> {
    let is_lost = |variance: &f64| !(variance.is_normal() || (may_vanish && *variance == 0.0));
    match covariance.diagonal().iter().enumerate().find(|(_, variance)| is_lost(variance)) {
        Some((index, &value)) => {
            let expected =
                "a number without overflow or underflow: the data do not bound the parameter, or its unit is extreme";
            Err(Error::InvalidEntry { name: "variance", index, value, expected })
        }
        None => Ok(covariance),
    }
}

/// A fit that did not reach a minimum: the reason, and the best point so far.
///
/// It converts into [`Error`] with `?`, dropping the point.
#[derive(Debug, Clone, PartialEq)]
pub struct FitFailure {
    /// The reason.
    pub error: Error,
    /// The best point; `None` if the residuals failed at the start.
    pub partial: Option<Fitted>,
}

impl FitFailure {
    pub(super) fn new(failure: LeastSquaresFailure, unknowns: Unknowns, known_noise: bool) -> Box<Self> {
        let LeastSquaresFailure { error, partial } = failure;
        Box::new(Self { error, partial: partial.map(|point| Fitted::new(point, unknowns, known_noise)) })
    }
}

impl std::fmt::Display for FitFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.error)?;
        match &self.partial {
            Some(best) => write!(f, "\nthe best point:\n{best}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FitFailure {}

impl From<Error> for Box<FitFailure> {
    fn from(error: Error) -> Self {
        Self::new(FitFailure { error, partial: None })
    }
}

impl From<Box<FitFailure>> for Error {
    fn from(failure: Box<FitFailure>) -> Self {
        failure.error
    }
}

/// The minimum of a fit, or the best point so far.
pub type FitResult = Result<Fitted, Box<FitFailure>>;
