//! A fit at given values of its parameters.

use nalgebra::DVector;

use super::Fit;
use super::compiled::Compiled;
use super::least_squares::LeastSquares;
use super::simulation::Simulation;
use crate::error::{Error, Result};

impl<X: Simulation> Fit<'_, X> {
    /// The residuals at these values of the free parameters, in the order of [`names`](Self::names).
    ///
    /// # Errors
    /// As for [`predictions`](Self::predictions).
    pub fn residuals(&self, values: &[f64]) -> Result<DVector<f64>> {
        let (problem, x) = self.at(values)?;
        problem.residuals(&x)
    }

    /// The predicted measurements at these values of the free parameters, such as
    /// [`Fitted::values`](super::Fitted::values). They have the order of the residuals: the experiments, their series and the
    /// measurements.
    ///
    /// # Errors
    /// The errors of the arguments and of the solve, as for [`least_squares`](Self::least_squares), and
    /// [`Error::LengthMismatch`] and [`Error::InvalidEntry`] for the values.
    pub fn predictions(&self, values: &[f64]) -> Result<Vec<f64>> {
        let (problem, x) = self.at(values)?;
        Ok(problem.predictions(&x)?.concat())
    }

    /// The states of experiment `index` at these times, in the order of integration from its start, with these values of the
    /// free parameters, such as [`Fitted::values`](super::Fitted::values).
    ///
    /// ```
    /// use nalgebra::vector;
    /// use rheos::dynamics::problems::LotkaVolterra;
    /// use rheos::fit::{Experiment, Fit, Parameter, Series};
    /// use rheos::{Autodiff, Dopri5, Pid};
    ///
    /// let (model, y0) = LotkaVolterra::problem();
    /// let prey = Series::component(0, &[1.0, 2.0], &[2.8, 0.5]);
    /// let fit = Fit::new(model, Dopri5, Pid::tolerance(1e-8))
    ///     .parameters([("α", 1.5), ("β", 1.0), ("γ", 3.0), ("δ", 1.0)].map(|(name, start)| Parameter::new(name, start)))
    ///     .experiment(Experiment::from_known(0.0, y0.as_slice()).measured(prey));
    /// let curve = fit.states(&fit.start()?, 0, &[0.0, 0.5, 1.0, 1.5])?;
    /// assert!(curve.len() == 4 && curve[0].as_slice() == y0.as_slice());
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`predictions`](Self::predictions), [`Error::InvalidArgument`] without such an experiment,
    /// [`Error::TimeOutsideSpan`] and [`Error::UnsortedTimes`].
    pub fn states(&self, values: &[f64], index: usize, times: &[f64]) -> Result<Vec<DVector<f64>>> {
        let (problem, x) = self.at(values)?;
        let Some(case) = problem.cases.get(index) else {
            let expected = "the index of an experiment";
            return Err(Error::InvalidArgument { name: "index", value: index as f64, expected });
        };
        let mut case = case.clone();
        case.readings.clear();
        case.times.truncate(1);
        case.times.extend_from_slice(times);
        let mut states = case.states(problem.simulation, &problem.unknowns, &x)?;
        states.remove(0);
        Ok(states)
    }

    /// The problem, and the coordinates of values of the free parameters.
    fn at(&self, values: &[f64]) -> Result<(Compiled<'_, '_, X>, DVector<f64>)> {
        let problem = self.compile()?;
        let x = problem.unknowns.coordinates(values)?;
        Ok((problem, x))
    }
}
