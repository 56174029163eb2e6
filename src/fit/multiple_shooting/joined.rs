//! Residuals of all segments, and their defects.

use nalgebra::{DMatrix, DVector};

use super::cut::Joint;
use crate::error::Result;
use crate::fit::Experiment;
use crate::fit::compiled::Compiled;
use crate::fit::least_squares::{LeastSquares, Linearised};
use crate::fit::parameter::Domain;
use crate::fit::simulation::Simulation;

/// The residuals of the measurements, and the jumps at the cuts in units of their scale, with a penalty.
pub(super) struct Joined<'s, 'f, 'a, X> {
    problem: &'s Compiled<'f, 'a, X>,
    joints: &'s [Joint],
    /// For each case, the number of readings that are measurements.
    measured: Vec<usize>,
    /// The spread of the measurements, in units of the residuals.
    spread: f64,
    pub penalty: f64,
}

impl<'s, 'f, 'a, X: Simulation> Joined<'s, 'f, 'a, X> {
    pub(super) fn new(problem: &'s Compiled<'f, 'a, X>, joints: &'s [Joint], spread: f64) -> Self {
        let mut measured: Vec<usize> = problem.cases.iter().map(|case| case.readings.len()).collect();
        for joint in joints {
            measured[joint.case] = measured[joint.case].min(joint.reading);
        }
        Self { problem, joints, measured, spread, penalty: 1.0 }
    }

    /// The weight of a jump of one scale.
    fn weight(&self) -> f64 {
        self.penalty.sqrt() * self.spread
    }

    fn rows(&self) -> usize {
        self.measured.iter().sum::<usize>() + self.joints.len()
    }
}

impl Joint {
    /// The jump of the coordinate, from the component at the end of a segment to the start of the next one.
    fn jump(&self, end: f64, x: &DVector<f64>) -> f64 {
        (self.domain.coordinate(end) - x[self.unknown]) / self.scale
    }
}

impl<X: Simulation> LeastSquares for Joined<'_, '_, '_, X> {
    fn residuals(&self, x: &DVector<f64>) -> Result<DVector<f64>> {
        let predictions = self.problem.predictions(x)?;
        let mut residuals = Vec::with_capacity(self.rows());
        for ((case, predicted), measured) in self.problem.cases.iter().zip(&predictions).zip(&self.measured) {
            let readings = case.readings.iter().zip(predicted).take(*measured);
            residuals.extend(readings.map(|(reading, predicted)| reading.residual(*predicted)));
        }
        for joint in self.joints {
            residuals.push(self.weight() * joint.jump(predictions[joint.case][joint.reading], x));
        }
        Ok(residuals.into())
    }

    fn linearise(&self, x: &DVector<f64>) -> Result<Linearised> {
        let (rows, columns) = (self.rows(), self.problem.unknowns.len());
        let (mut residuals, mut jacobian) = (DVector::zeros(rows), DMatrix::zeros(rows, columns));
        let mut found = Vec::with_capacity(self.problem.cases.len());
        let mut row = 0;
        for (case, measured) in self.problem.cases.iter().zip(&self.measured) {
            let predictions = case.linearise(self.problem.simulation, &self.problem.unknowns, x)?;
            for (k, reading) in case.readings.iter().enumerate().take(*measured) {
                residuals[row] = reading.residual(predictions.values[k]);
                case.add_row(&predictions.derivatives, k, 1.0 / reading.sigma, jacobian.row_mut(row));
                row += 1;
            }
            found.push(predictions);
        }
        for joint in self.joints {
            let end = found[joint.case].values[joint.reading];
            residuals[row] = self.weight() * joint.jump(end, x);
            let unit = self.weight() / joint.scale;
            let slope = match joint.domain {
                Domain::Positive => unit / end,
                _ => unit,
            };
            let (case, derivatives) = (&self.problem.cases[joint.case], &found[joint.case].derivatives);
            case.add_row(derivatives, joint.reading, slope, jacobian.row_mut(row));
            jacobian[(row, joint.unknown)] -= unit;
            row += 1;
        }
        Ok(Linearised { residuals, jacobian })
    }

    fn length(&self, x: &DVector<f64>, j: usize) -> f64 {
        self.problem.unknowns[j].domain.length(x[j])
    }
}

/// The root mean square of the deviations of the measurements from the mean of their series, in units of the residuals; 1
/// for constant measurements.
pub(super) fn spread(experiments: &[Experiment<'_>]) -> f64 {
    let (mut squares, mut count) = (0.0, 0);
    for series in experiments.iter().flat_map(|experiment| &experiment.series) {
        let scaled: Vec<f64> = series.values.iter().enumerate().map(|(i, v)| v / series.sigmas.at(i)).collect();
        let mean = scaled.iter().sum::<f64>() / scaled.len() as f64;
        squares += scaled.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        count += scaled.len();
    }
    let found = (squares / count as f64).sqrt();
    if found > 0.0 && found.is_finite() { found } else { 1.0 }
}
