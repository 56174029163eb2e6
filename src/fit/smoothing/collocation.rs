//! A start of a fit from slopes.

use nalgebra::{DMatrix, DVector};

use super::measured::{Measured, SlopeSample, samples_of};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::fit::case::{Case, CaseStart};
use crate::fit::compiled::Compiled;
use crate::fit::simulation::{Simulation, Slope, SlopeAt};
use crate::fit::unknowns::Slot;
use crate::fit::{Fit, LeastSquares, LevenbergMarquardt, Linearised};

impl<X: Simulation> Fit<'_, X> {
    /// Values of the free parameters to start from, found without a solve: the measurements are
    /// [smoothed](super::LocalQuadratic), and the slopes of the model are fitted to theirs by least squares. An initial state
    /// is the smoothed one, if measurements cover its time.
    ///
    /// It is the two-stage method of Varah, *A spline least squares method for numerical parameter estimation in
    /// differential equations*, SIAM J. Sci. Stat. Comput. 3 (1982), with the smoothing of Liang & Wu, JASA 103 (2008). Slopes
    /// of noisy data have errors, so the values are a start for
    /// [`least_squares_from`](Fit::least_squares_from), and no estimate. The values have the order of [`names`](Fit::names). A
    /// parameter on which no slope depends keeps its value. Slopes are compared in units of the root mean square of their
    /// component, so the largest ones decide: the method is not for stiff systems over many decades of time.
    ///
    /// ```
    /// use nalgebra::{SVector, vector};
    /// use rheos::fit::{Experiment, Fit, Parameter, Series};
    /// use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};
    ///
    /// /// `y' = −k y`.
    /// struct Decay;
    ///
    /// impl GenericDynamics<1, 1> for Decay {
    ///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, k: &SVector<T, 1>) -> SVector<T, 1> {
    ///         vector![-k[0] * y[0]]
    ///     }
    /// }
    ///
    /// let times = [0.0, 1.0, 2.0, 3.0, 4.0];
    /// let values = times.map(|t: f64| 3.0 * (-0.5 * t).exp());
    /// let fit = Fit::new(Autodiff::new(&Decay, vector![1.0]), Dopri5, Pid::tolerance(1e-8))
    ///     .parameters([Parameter::new("k", 10.0).positive()])
    ///     .experiment(
    ///         Experiment::new(0.0, [Parameter::new("y(0)", 1.0).positive()])
    ///             .measured(Series::log_component(0, &times, &values)),
    ///     );
    /// let start = fit.collocation_start()?;
    /// assert!((start[0] - 0.5).abs() < 1e-9 && (start[1] - 3.0).abs() < 1e-9);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// * the errors of the arguments, as for [`least_squares`](Fit::least_squares);
    /// * [`Error::NotMeasured`] if a component is not measured in an experiment;
    /// * [`Error::LengthMismatch`] for a component with fewer than four different times, or if the components are measured
    ///   in intervals without a common time;
    /// * [`Error::InvalidArgument`] for a model with a mass matrix;
    /// * [`Error::FitNotConverged`].
    pub fn collocation_start(&self) -> Result<Vec<f64>> {
        let problem = self.compile()?;
        let measured: Vec<Measured> = problem
            .cases
            .iter()
            .enumerate()
            .map(|(index, case)| Measured::new(case, index, problem.simulation.dimension()))
            .collect::<Result<_>>()?;
        let samples = measured.iter().map(samples_of).collect::<Result<Vec<_>>>()?;
        let matching = Matching { scales: scales(&samples, problem.simulation.dimension()), problem, samples };
        let found = LevenbergMarquardt::new().minimise(&matching, matching.problem.unknowns.start())?;
        let problem = matching.problem;
        let mut values: Vec<f64> = problem.unknowns.estimates(&found.x).into_iter().map(|found| found.value).collect();
        for (case, measured) in problem.cases.iter().zip(&measured) {
            let CaseStart::Own(slots) = &case.start else { continue };
            for (component, slot) in slots.iter().enumerate() {
                let Slot::Unknown(j) = *slot else { continue };
                if let Some(y0) = measured.state(component, case.times[0])?
                    && problem.unknowns[j].domain.check(y0, "y0", component).is_ok()
                {
                    values[j] = y0;
                }
            }
        }
        Ok(values)
    }
}

/// The root mean square of the slopes of each component, over all experiments.
fn scales(samples: &[Vec<SlopeSample>], dimension: usize) -> Vec<f64> {
    let all = || samples.iter().flatten();
    let scale = |component: usize| {
        let largest = all().fold(0.0_f64, |largest, sample| largest.max(sample.slope[component].abs()));
        let mean = all().map(|sample| (sample.slope[component] / largest).powi(2)).sum::<f64>() / all().count() as f64;
        largest * mean.sqrt()
    };
    // A component that rests.
    (0..dimension).map(scale).map(|scale| if scale > 0.0 { scale } else { 1.0 }).collect()
}

/// The slopes of the model, compared with the slopes of the measurements.
struct Matching<'f, 'a, X> {
    problem: Compiled<'f, 'a, X>,
    /// The samples of each case.
    samples: Vec<Vec<SlopeSample>>,
    scales: Vec<f64>,
}

impl<X: Simulation> Matching<'_, '_, X> {
    /// The parameters of the model in a case, and their derivatives with respect to all unknowns.
    fn params(&self, case: &Case<'_>, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let unknowns = &self.problem.unknowns;
        let slots = &case.params[..self.problem.simulation.params().len()];
        let values = DVector::from_iterator(slots.len(), slots.iter().map(|slot| unknowns.value(*slot, x)));
        let derivatives = DMatrix::from_fn(slots.len(), unknowns.len(), |i, j| match slots[i] {
            Slot::Unknown(k) if k == j => unknowns.slope(j, x),
            _ => 0.0,
        });
        (values, derivatives)
    }
}

impl<X: Simulation> LeastSquares for Matching<'_, '_, X> {
    fn residuals(&self, x: &DVector<f64>) -> Result<DVector<f64>> {
        Ok(self.linearise(x)?.residuals)
    }

    fn linearise(&self, x: &DVector<f64>) -> Result<Linearised> {
        let dimension = self.scales.len();
        let rows = dimension * self.samples.iter().map(Vec::len).sum::<usize>();
        let (mut residuals, mut jacobian) = (DVector::zeros(rows), DMatrix::zeros(rows, x.len()));
        let mut row = 0;
        for (case, samples) in self.problem.cases.iter().zip(&self.samples) {
            let (params, dparams) = self.params(case, x);
            for sample in samples {
                let at = SlopeAt { t: sample.t, y: &sample.y, params: &params, dparams: &dparams };
                let Slope { value, derivatives } = self.problem.simulation.slope(&at)?;
                for i in 0..dimension {
                    let factor = sample.factor[i];
                    residuals[row] = (factor * value[i] - sample.slope[i]) / self.scales[i];
                    jacobian.set_row(row, &(derivatives.row(i) * (factor / self.scales[i])));
                    row += 1;
                }
            }
        }
        Ok(Linearised { residuals, jacobian })
    }

    fn length(&self, x: &DVector<f64>, j: usize) -> f64 {
        self.problem.length(x, j)
    }
}
