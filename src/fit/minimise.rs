//! The minimisations of a fit.

use nalgebra::DVector;

use super::fitted::{Estimate, FitFailure, FitResult, Fitted};
use super::least_squares::LevenbergMarquardt;
use super::simulation::Simulation;
use super::unknowns::Unknowns;
use super::{Fit, compiled::Compiled};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::train::{Lbfgs, Minimisation};

impl<X: Simulation> Fit<'_, X> {
    /// Minimises the sum of squares by [`LevenbergMarquardt`].
    ///
    /// # Errors
    /// A [`FitFailure`] with
    /// * the errors of the arguments: [`Error::LengthMismatch`], [`Error::InvalidEntry`] and [`Error::InvalidArgument`] for
    ///   lists that do not fit and numbers outside their domains, [`Error::UnknownParameter`],
    ///   [`Error::DuplicateParameter`];
    /// * an error of the solve at the start: start elsewhere;
    /// * [`Error::FitNotConverged`], with the best point.
    ///
    /// A solve that fails at a later point rejects the step there.
    pub fn least_squares(&self) -> FitResult {
        self.least_squares_with(&LevenbergMarquardt::new())
    }

    /// [`least_squares`](Self::least_squares) with settings.
    ///
    /// # Errors
    /// As for [`least_squares`](Self::least_squares).
    pub fn least_squares_with(&self, method: &LevenbergMarquardt) -> FitResult {
        let problem = self.compile()?;
        let start = problem.unknowns.start();
        self.minimise_from(problem, method, start)
    }

    /// [`least_squares`](Self::least_squares) from other values of the free parameters, in the order of
    /// [`names`](Self::names).
    ///
    /// # Errors
    /// As for [`least_squares`](Self::least_squares), and [`Error::LengthMismatch`] and [`Error::InvalidEntry`] for the
    /// values.
    pub fn least_squares_from(&self, values: &[f64]) -> FitResult {
        let problem = self.compile()?;
        let start = problem.unknowns.coordinates(values)?;
        self.minimise_from(problem, &LevenbergMarquardt::new(), start)
    }

    pub(super) fn minimise_from(
        &self,
        problem: Compiled<'_, '_, X>,
        method: &LevenbergMarquardt,
        x: DVector<f64>,
    ) -> FitResult {
        let found = method.minimise(&problem, x);
        match found {
            Ok(minimum) => Ok(Fitted::new(minimum, problem.unknowns, self.known_noise)),
            Err(failure) => Err(FitFailure::new(*failure, problem.unknowns, self.known_noise)),
        }
    }

    /// Minimises a loss that is no sum of squares, by [`Lbfgs`].
    ///
    /// `loss` gets all predictions and all measured values, in the order of the experiments, their series and the
    /// measurements. It returns its value and its derivatives with respect to the predictions.
    ///
    /// ```
    /// use nalgebra::{SVector, vector};
    /// use rheos::fit::{Experiment, Fit, Parameter, Series};
    /// use rheos::train::Lbfgs;
    /// use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};
    ///
    /// struct Decay;
    ///
    /// impl GenericDynamics<1, 1> for Decay {
    ///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, k: &SVector<T, 1>) -> SVector<T, 1> {
    ///         vector![-k[0] * y[0]]
    ///     }
    /// }
    ///
    /// // Counts with Poisson's distribution: the negative logarithm of the likelihood is Σ λ − n ln λ.
    /// let poisson = |predicted: &[f64], counts: &[f64]| {
    ///     let terms = predicted.iter().zip(counts);
    ///     let loss = terms.clone().map(|(rate, n)| rate - n * rate.ln()).sum();
    ///     Ok((loss, terms.map(|(rate, n)| 1.0 - n / rate).collect()))
    /// };
    /// let (times, counts) = ([0.0, 1.0, 2.0, 3.0, 4.0], [93.0, 64.0, 33.0, 24.0, 12.0]);
    /// let experiment = Experiment::new(0.0, [Parameter::new("y(0)", 50.0).positive()])
    ///     .measured(Series::component(0, &times, &counts));
    /// let fitted = Fit::new(Autodiff::new(&Decay, vector![1.0]), Dopri5, Pid::tolerance(1e-9))
    ///     .parameters([Parameter::new("k", 1.0).positive()])
    ///     .experiment(experiment)
    ///     .minimise(&Lbfgs::new(), poisson)?;
    /// // In the minimum, the sum of the predictions is the sum of the counts.
    /// let (k, y0) = (fitted.parameters[0].value, fitted.parameters[1].value);
    /// let predicted: f64 = times.iter().map(|t| y0 * (-k * t).exp()).sum();
    /// assert!((predicted - 226.0).abs() < 1e-3);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of the arguments, of the solve and of the loss at the start, and [`Error::LossNotMinimised`] if the
    /// minimisation stops before a minimum.
    pub fn minimise<L>(&self, method: &Lbfgs, mut loss: L) -> Result<Minimised>
    where
        L: FnMut(&[f64], &[f64]) -> Result<(f64, Vec<f64>)>,
    {
        let problem = self.compile()?;
        let values: Vec<f64> = problem.measured();
        let mut point = Coordinates(problem.unknowns.start());
        let minimisation =
            method.minimise(&mut point, |Coordinates(x)| problem.gradient(x, |found| loss(found, &values)))?;
        if !minimisation.converged() {
            let Minimisation { iterations, gradient_norm, .. } = minimisation;
            return Err(Error::LossNotMinimised { iterations, loss: minimisation.loss, gradient_norm });
        }
        let parameters = problem.unknowns.estimates(&point.0);
        Ok(Minimised { parameters, loss: minimisation.loss, minimisation })
    }
}

/// The minimum of a loss that is no sum of squares.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimised {
    /// The free parameters.
    pub parameters: Vec<Estimate>,
    /// The loss.
    pub loss: f64,
    /// The cost.
    pub minimisation: Minimisation,
}

/// The coordinates of the unknowns, as parameters of an optimiser.
struct Coordinates(DVector<f64>);

impl Parametric for Coordinates {
    type Params = DVector<f64>;
    fn params(&self) -> DVector<f64> {
        self.0.clone()
    }
    fn set_params(&mut self, params: &DVector<f64>) {
        self.0.clone_from(params);
    }
}

impl<X: Simulation> Compiled<'_, '_, X> {
    /// The measured values.
    fn measured(&self) -> Vec<f64> {
        self.cases.iter().flat_map(|case| &case.readings).map(|reading| reading.value).collect()
    }

    /// A loss of all predictions, with its gradient in the coordinates.
    fn gradient(
        &self,
        x: &DVector<f64>,
        loss: impl FnOnce(&[f64]) -> Result<(f64, Vec<f64>)>,
    ) -> Result<(f64, DVector<f64>)> {
        let predictions = self.predictions(x)?.concat();
        let (value, weights) = loss(&predictions)?;
        let (found, expected) = (weights.len(), predictions.len());
        if found != expected {
            return Err(Error::LengthMismatch { name: "derivatives of the loss", found, expected });
        }
        let (mut gradient, mut rest) = (DVector::zeros(self.unknowns.len()), weights.as_slice());
        for case in &self.cases {
            let (weights, after) = rest.split_at(case.readings.len());
            rest = after;
            let found = case.pull_back(self.simulation, &self.unknowns, x, weights)?;
            for (j, derivative) in case.unknowns.iter().zip(&found) {
                gradient[*j] += derivative;
            }
        }
        Ok((value, gradient))
    }
}

impl Unknowns {
    /// The coordinates of these values.
    pub(super) fn coordinates(&self, values: &[f64]) -> Result<DVector<f64>> {
        let (found, expected) = (values.len(), self.len());
        if found != expected {
            return Err(Error::LengthMismatch { name: "values", found, expected });
        }
        for (index, (unknown, value)) in self.iter().zip(values).enumerate() {
            unknown.domain.check(*value, "values", index)?;
        }
        let coordinates = self.iter().zip(values).map(|(unknown, value)| unknown.domain.coordinate(*value));
        Ok(DVector::from_iterator(expected, coordinates))
    }

    /// The values at these coordinates, with their names.
    pub(super) fn estimates(&self, x: &DVector<f64>) -> Vec<Estimate> {
        let values = self.iter().zip(x);
        values.map(|(unknown, x)| Estimate { name: unknown.name.clone(), value: unknown.domain.value(*x) }).collect()
    }
}
