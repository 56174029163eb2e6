//! States at the cuts, from the measurements.

use crate::error::Result;
use crate::fit::case::{Case, CaseStart, Reading};
use crate::fit::compiled::Compiled;
use crate::fit::observable::MeasuredComponent;
use crate::fit::parameter::Domain;
use crate::fit::simulation::Simulation;
use crate::fit::unknowns::{Slot, Unknowns};

/// A component of the state at the starts of the segments.
pub(super) struct Guess {
    pub values: Vec<f64>,
    pub domain: Domain,
    /// The spread of the coordinate.
    pub scale: f64,
}

/// The components of the state at these of its times.
pub(super) fn guesses<X: Simulation>(
    whole: &Compiled<'_, '_, X>,
    case: &Case<'_>,
    outputs: &[usize],
) -> Result<Vec<Guess>> {
    let x = whole.unknowns.start();
    let y0 = case.initial_state(whole.simulation, &whole.unknowns, &x)?;
    // Only for components that are not measured.
    let simulated = case.states(whole.simulation, &whole.unknowns, &x).ok();
    let guess = |component: usize| {
        let domain = domain(case, &whole.unknowns, component);
        let measured = measured(case, component);
        let value = |output: &usize| {
            let found = match &measured {
                Some(measured) => interpolate(measured, case.times[*output]),
                None => simulated.as_ref().map_or(y0[component], |states| states[*output][component]),
            };
            // A measured 0 has no logarithm.
            if domain.coordinate(found).is_finite() { found } else { y0[component] }
        };
        let values: Vec<f64> = outputs.iter().map(value).collect();
        let scale = match domain {
            Domain::Positive => 1.0,
            _ => spread(&values),
        };
        Guess { values, domain, scale }
    };
    Ok((0..y0.len()).map(guess).collect())
}

/// A component is positive if its start is, or if its logarithm is measured.
fn domain(case: &Case<'_>, unknowns: &Unknowns, component: usize) -> Domain {
    let start_is_positive = match &case.start {
        CaseStart::Own(slots) => match slots.get(component) {
            Some(Slot::Unknown(j)) => unknowns[*j].domain == Domain::Positive,
            _ => false,
        },
        CaseStart::Function(_) => false,
    };
    let logarithm = Some(MeasuredComponent { index: component, is_logarithm: true });
    let is_logarithm = |reading: &Reading<'_>| reading.observable.component() == logarithm;
    if start_is_positive || case.readings.iter().any(is_logarithm) { Domain::Positive } else { Domain::Real }
}

/// Times and values of a component that is measured itself, in the order of integration; repeated times have their mean.
fn measured(case: &Case<'_>, component: usize) -> Option<Vec<(f64, f64)>> {
    let mut found: Vec<(usize, f64)> = Vec::new();
    for reading in &case.readings {
        if let Some(measured) = reading.observable.component()
            && measured.index == component
        {
            found.push((reading.output, measured.state(reading.value)));
        }
    }
    found.sort_by_key(|(output, _)| *output);
    let means = found.chunk_by(|a, b| a.0 == b.0).map(|same| {
        let sum: f64 = same.iter().map(|(_, value)| value).sum();
        (case.times[same[0].0], sum / same.len() as f64)
    });
    let means: Vec<_> = means.collect();
    (!means.is_empty()).then_some(means)
}

/// Linear between the points, constant outside.
fn interpolate(points: &[(f64, f64)], t: f64) -> f64 {
    let forwards = points[points.len() - 1].0 >= points[0].0;
    let after = points.iter().position(|(time, _)| if forwards { *time >= t } else { *time <= t });
    match after {
        Some(0) => points[0].1,
        Some(k) => {
            let ((t0, y0), (t1, y1)) = (points[k - 1], points[k]);
            y0 + (y1 - y0) * ((t - t0) / (t1 - t0))
        }
        None => points[points.len() - 1].1,
    }
}

/// The standard deviation, or the size of constant values; 1 for zeros.
fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
    [deviation, mean.abs()].into_iter().find(|size| *size > 0.0 && size.is_finite()).unwrap_or(1.0)
}
