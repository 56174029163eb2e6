//! One experiment, ready to be solved.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector, Dyn, MatrixViewMut, U1};

use super::experiment::StartFunction;
use super::observable::{At, Observable, along, constants};
use super::simulation::{OutputCotangent, Scenario, Simulation};
use super::unknowns::{Slot, Unknowns};
use crate::adjoint::Directions;
use crate::error::{Error, Result};

/// One experiment, ready to be solved: every parameter is a number or an unknown.
#[derive(Clone)]
pub(super) struct Case<'a> {
    /// The start, and the times of the readings in the order of integration.
    pub times: Vec<f64>,
    /// All parameters; the model's are the first.
    pub params: Vec<Slot>,
    pub start: CaseStart<'a>,
    pub readings: Vec<Reading<'a>>,
    /// The unknowns on which it depends, in ascending order.
    pub unknowns: Vec<usize>,
}

#[derive(Clone)]
pub(super) enum CaseStart<'a> {
    Own(Vec<Slot>),
    Function(Arc<StartFunction<'a>>),
}

/// A measurement.
#[derive(Clone)]
pub(super) struct Reading<'a> {
    /// The index of its time.
    pub output: usize,
    pub observable: Observable<'a>,
    pub value: f64,
    pub sigma: f64,
}

/// The initial state and the parameters of a case, with their derivatives in its unknowns.
struct Setup {
    y0: DVector<f64>,
    params: Vec<f64>,
    dy0: DMatrix<f64>,
    dparams: DMatrix<f64>,
}

/// A row of a matrix.
type RowViewMut<'a> = MatrixViewMut<'a, f64, U1, Dyn, U1, Dyn>;

/// Predictions with their derivatives in the unknowns of a case.
pub(super) struct Predictions {
    pub values: Vec<f64>,
    pub derivatives: DMatrix<f64>,
}

impl Case<'_> {
    /// The predictions of its readings.
    pub(super) fn predict<X: Simulation>(
        &self,
        simulation: &X,
        unknowns: &Unknowns,
        x: &DVector<f64>,
    ) -> Result<Vec<f64>> {
        let setup = self.setup(simulation, unknowns, x)?;
        let params = setup.of_model(simulation);
        let states = simulation.states(&self.scenario(&setup, &params))?;
        Ok(self.readings.iter().map(|reading| reading.observable.value(self.at(reading, &states, &setup))).collect())
    }

    /// The predictions with their derivatives.
    pub(super) fn linearise<X: Simulation>(
        &self,
        simulation: &X,
        unknowns: &Unknowns,
        x: &DVector<f64>,
    ) -> Result<Predictions> {
        let setup = self.setup(simulation, unknowns, x)?;
        let params = setup.of_model(simulation);
        let (mut values, mut direct) = (Vec::new(), DMatrix::zeros(self.readings.len(), self.unknowns.len()));
        let mut functions = |states: &[DVector<f64>]| {
            let mut functions = Vec::with_capacity(self.readings.len());
            for (reading, mut row) in self.readings.iter().zip(direct.row_iter_mut()) {
                let at = self.at(reading, states, &setup);
                values.push(reading.observable.value(at));
                row += reading.observable.derivatives_along(at, &setup.dparams).transpose();
                let cotangent = reading.observable.state_gradient(at);
                functions.push(vec![OutputCotangent { output: reading.output, cotangent }]);
            }
            Ok(functions)
        };
        let directions = setup.directions(simulation);
        let derivatives = simulation.derivatives(&self.scenario(&setup, &params), &directions, &mut functions)?;
        Ok(Predictions { values, derivatives: derivatives + direct })
    }

    /// The derivative of a loss of the predictions in the unknowns of the case, from its derivatives `weights` in the
    /// predictions.
    pub(super) fn pull_back<X: Simulation>(
        &self,
        simulation: &X,
        unknowns: &Unknowns,
        x: &DVector<f64>,
        weights: &[f64],
    ) -> Result<DVector<f64>> {
        let setup = self.setup(simulation, unknowns, x)?;
        let params = setup.of_model(simulation);
        let mut direct = DVector::zeros(self.unknowns.len());
        let mut functions = |states: &[DVector<f64>]| {
            let mut loss = Vec::with_capacity(self.readings.len());
            for (reading, weight) in self.readings.iter().zip(weights) {
                let at = self.at(reading, states, &setup);
                direct += *weight * reading.observable.derivatives_along(at, &setup.dparams);
                let cotangent = *weight * reading.observable.state_gradient(at);
                loss.push(OutputCotangent { output: reading.output, cotangent });
            }
            Ok(vec![loss])
        };
        let directions = setup.directions(simulation);
        let derivatives = simulation.derivatives(&self.scenario(&setup, &params), &directions, &mut functions)?;
        Ok(derivatives.row(0).transpose() + direct)
    }

    /// The states at its times.
    pub(super) fn states<X: Simulation>(
        &self,
        simulation: &X,
        unknowns: &Unknowns,
        x: &DVector<f64>,
    ) -> Result<Vec<DVector<f64>>> {
        let setup = self.setup(simulation, unknowns, x)?;
        let params = setup.of_model(simulation);
        simulation.states(&self.scenario(&setup, &params))
    }

    /// The initial state.
    pub(super) fn initial_state<X: Simulation>(
        &self,
        simulation: &X,
        unknowns: &Unknowns,
        x: &DVector<f64>,
    ) -> Result<DVector<f64>> {
        Ok(self.setup(simulation, unknowns, x)?.y0)
    }

    /// Adds a multiple of row `k` of derivatives in the unknowns of the case to a row of derivatives in all unknowns.
    pub(super) fn add_row(&self, derivatives: &DMatrix<f64>, k: usize, factor: f64, mut row: RowViewMut<'_>) {
        for (j, derivative) in self.unknowns.iter().zip(derivatives.row(k).iter()) {
            row[*j] += factor * derivative;
        }
    }

    fn at<'p>(&self, reading: &Reading<'_>, states: &'p [DVector<f64>], setup: &'p Setup) -> At<'p> {
        At { t: self.times[reading.output], y: states[reading.output].as_slice(), params: &setup.params }
    }

    fn scenario<'s>(&'s self, setup: &'s Setup, params: &'s DVector<f64>) -> Scenario<'s> {
        Scenario { times: &self.times, y0: &setup.y0, params }
    }

    fn setup<X: Simulation>(&self, simulation: &X, unknowns: &Unknowns, x: &DVector<f64>) -> Result<Setup> {
        let derivatives = |slots: &[Slot]| {
            DMatrix::from_fn(slots.len(), self.unknowns.len(), |i, k| {
                let j = self.unknowns[k];
                if slots[i] == Slot::Unknown(j) { unknowns.slope(j, x) } else { 0.0 }
            })
        };
        let params: Vec<f64> = self.params.iter().map(|slot| unknowns.value(*slot, x)).collect();
        let dparams = derivatives(&self.params);
        let (y0, dy0) = match &self.start {
            CaseStart::Own(slots) => {
                let y0 = slots.iter().map(|slot| unknowns.value(*slot, x)).collect::<Vec<_>>();
                (DVector::from_vec(y0), derivatives(slots))
            }
            CaseStart::Function(f) => {
                let y0: DVector<f64> = f(&constants(&params)).iter().map(|y| y.re).collect::<Vec<_>>().into();
                let mut dy0 = DMatrix::zeros(y0.len(), self.unknowns.len());
                for (k, direction) in dparams.column_iter().enumerate() {
                    let moved = f(&along(&params, direction.clone_owned().as_slice()));
                    dy0.set_column(k, &DVector::from_iterator(y0.len(), moved.iter().map(|y| y.eps)));
                }
                (y0, dy0)
            }
        };
        let (found, expected) = (y0.len(), simulation.dimension());
        if found != expected {
            return Err(Error::LengthMismatch { name: "y0", found, expected });
        }
        Ok(Setup { y0, params, dy0, dparams })
    }
}

impl Setup {
    /// The parameters of the model.
    fn of_model<X: Simulation>(&self, simulation: &X) -> DVector<f64> {
        DVector::from_column_slice(&self.params[..simulation.params().len()])
    }

    fn directions<X: Simulation>(&self, simulation: &X) -> Directions {
        let params = self.dparams.rows(0, simulation.params().len()).into_owned();
        Directions { y0: self.dy0.clone(), params }
    }
}
