//! A fit as a least-squares problem.

use std::collections::BTreeSet;

use nalgebra::{DMatrix, DVector};

use super::case::{Case, CaseStart, Predictions, Reading};
use super::experiment::Start;
use super::least_squares::{LeastSquares, Linearised};
use super::simulation::Simulation;
use super::unknowns::{Slot, Unknowns};
use super::{Experiment, Fit, Parameter};
use crate::error::{Error, Result};

/// A fit whose arguments are checked, as a least-squares problem in the coordinates of its unknowns.
pub(super) struct Compiled<'f, 'a, X> {
    pub simulation: &'f X,
    pub unknowns: Unknowns,
    pub cases: Vec<Case<'a>>,
}

impl<'a, X: Simulation> Fit<'a, X> {
    /// Checks the arguments and finds the unknowns.
    pub(super) fn compile(&self) -> Result<Compiled<'_, 'a, X>> {
        let (found, expected) = (self.parameters.len(), self.simulation.params().len());
        if found < expected {
            return Err(Error::LengthMismatch { name: "parameters", found, expected });
        }
        if self.experiments.is_empty() {
            return Err(Error::LengthMismatch { name: "experiments", found: 0, expected: 1 });
        }
        distinct(&self.parameters)?;
        let mut unknowns = Unknowns::default();
        // A parameter that every experiment replaces by its own is no unknown.
        let shared = |parameter: &Parameter| {
            let replaced = |experiment: &Experiment<'_>| experiment.locals.iter().any(|own| own.name == parameter.name);
            !self.experiments.iter().all(replaced)
        };
        let mut slots = Vec::with_capacity(found);
        for (index, parameter) in self.parameters.iter().enumerate() {
            slots.push(match shared(parameter) {
                true => unknowns.add(parameter, "", "parameters", index)?,
                false => Slot::Known(parameter.value),
            });
        }
        let mut cases = Vec::with_capacity(self.experiments.len());
        for (index, experiment) in self.experiments.iter().enumerate() {
            let ending = if self.experiments.len() > 1 { format!(" [{index}]") } else { String::new() };
            cases.push(self.case(experiment, &slots, &mut unknowns, &ending)?);
        }
        Ok(Compiled { simulation: &self.simulation, unknowns, cases })
    }

    fn case(
        &self,
        experiment: &Experiment<'a>,
        shared: &[Slot],
        unknowns: &mut Unknowns,
        ending: &str,
    ) -> Result<Case<'a>> {
        distinct(&experiment.locals)?;
        let mut params = shared.to_vec();
        for (index, own) in experiment.locals.iter().enumerate() {
            let known = || self.parameters.iter().map(|parameter| parameter.name.clone()).collect();
            let place = self.parameters.iter().position(|parameter| parameter.name == own.name);
            let place = place.ok_or_else(|| Error::UnknownParameter { name: own.name.clone(), known: known() })?;
            params[place] = unknowns.add(own, ending, "experiment.parameters", index)?;
        }
        let start = match &experiment.start {
            Start::Own(parameters) => {
                let (found, expected) = (parameters.len(), self.simulation.dimension());
                if found != expected {
                    return Err(Error::LengthMismatch { name: "y0", found, expected });
                }
                let slots = parameters.iter().enumerate().map(|(i, y0)| unknowns.add(y0, ending, "y0", i));
                CaseStart::Own(slots.collect::<Result<_>>()?)
            }
            Start::Function(f) => CaseStart::Function(f.clone()),
        };
        let times = self.times(experiment)?;
        let backwards = times.last() < times.first();
        let order = |a: &f64, b: &f64| if backwards { b.total_cmp(a) } else { a.total_cmp(b) };
        let mut readings = Vec::new();
        for series in &experiment.series {
            for (index, (time, value)) in series.times.iter().zip(&series.values).enumerate() {
                let output = times.binary_search_by(|t| order(t, &(time + 0.0))).unwrap_or_default();
                let (observable, sigma) = (series.observable.clone(), series.sigmas.at(index));
                readings.push(Reading { output, observable, value: *value, sigma });
            }
        }
        let mut case = Case { times, params, start, readings, unknowns: Vec::new() };
        case.find_unknowns();
        Ok(case)
    }

    /// The start and the times of all measurements, in the order of integration.
    fn times(&self, experiment: &Experiment<'a>) -> Result<Vec<f64>> {
        let t0 = experiment.t0;
        if !t0.is_finite() {
            return Err(Error::InvalidArgument { name: "t0", value: t0, expected: "finite" });
        }
        for series in &experiment.series {
            series.check(self.simulation.dimension())?;
        }
        let all = || experiment.series.iter().flat_map(|series| series.times.iter().copied());
        let backwards = all().any(|t| t < t0);
        for series in &experiment.series {
            for (index, &value) in series.times.iter().enumerate() {
                if backwards && value > t0 {
                    let expected = "on the same side of t0 as all others";
                    return Err(Error::InvalidEntry { name: "series.times", index, value, expected });
                }
            }
        }
        // −0 becomes 0, so that equal times have equal bits.
        let mut times: Vec<f64> = std::iter::once(t0).chain(all()).map(|t| t + 0.0).collect();
        times.sort_by(f64::total_cmp);
        if backwards {
            times.reverse();
        }
        times.dedup();
        Ok(times)
    }
}

/// Also fixed parameters have different names: an experiment replaces them by name.
fn distinct(parameters: &[Parameter]) -> Result<()> {
    for (index, parameter) in parameters.iter().enumerate() {
        if parameters[..index].iter().any(|earlier| earlier.name == parameter.name) {
            return Err(Error::DuplicateParameter { name: parameter.name.clone() });
        }
    }
    Ok(())
}

impl Case<'_> {
    /// Finds the unknowns on which it depends.
    pub(super) fn find_unknowns(&mut self) {
        let own: &[Slot] = match &self.start {
            CaseStart::Own(slots) => slots,
            CaseStart::Function(_) => &[],
        };
        let unknowns: BTreeSet<usize> = self.params.iter().chain(own).filter_map(Slot::unknown).collect();
        self.unknowns = unknowns.into_iter().collect();
    }
}

impl<X: Simulation> Compiled<'_, '_, X> {
    /// The number of measurements.
    pub(super) fn readings(&self) -> usize {
        self.cases.iter().map(|case| case.readings.len()).sum()
    }

    /// The predictions of each case.
    pub(super) fn predictions(&self, x: &DVector<f64>) -> Result<Vec<Vec<f64>>> {
        self.cases.iter().map(|case| case.predict(self.simulation, &self.unknowns, x)).collect()
    }
}

impl<X: Simulation> LeastSquares for Compiled<'_, '_, X> {
    fn residuals(&self, x: &DVector<f64>) -> Result<DVector<f64>> {
        let predictions = self.predictions(x)?;
        let readings = self.cases.iter().flat_map(|case| &case.readings);
        let residuals = readings.zip(predictions.iter().flatten());
        Ok(DVector::from_iterator(self.readings(), residuals.map(|(reading, found)| reading.residual(*found))))
    }

    fn linearise(&self, x: &DVector<f64>) -> Result<Linearised> {
        let rows = self.readings();
        let (mut residuals, mut jacobian) = (DVector::zeros(rows), DMatrix::zeros(rows, self.unknowns.len()));
        let mut row = 0;
        for case in &self.cases {
            let Predictions { values, derivatives } = case.linearise(self.simulation, &self.unknowns, x)?;
            for (k, (reading, value)) in case.readings.iter().zip(values).enumerate() {
                residuals[row] = reading.residual(value);
                case.add_row(&derivatives, k, 1.0 / reading.sigma, jacobian.row_mut(row));
                row += 1;
            }
        }
        Ok(Linearised { residuals, jacobian })
    }

    fn length(&self, x: &DVector<f64>, j: usize) -> f64 {
        self.unknowns[j].domain.length(x[j])
    }
}

impl Reading<'_> {
    pub(super) fn residual(&self, predicted: f64) -> f64 {
        (predicted - self.value) / self.sigma
    }
}

impl Slot {
    pub(super) const fn unknown(&self) -> Option<usize> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(j) => Some(*j),
        }
    }
}
