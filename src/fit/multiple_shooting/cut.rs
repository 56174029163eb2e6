//! The segments of an experiment.

use nalgebra::DVector;

use super::guess::guesses;
use crate::error::Result;
use crate::fit::case::{Case, CaseStart, Reading};
use crate::fit::compiled::Compiled;
use crate::fit::observable::Observable;
use crate::fit::parameter::Domain;
use crate::fit::simulation::Simulation;
use crate::fit::unknowns::{Slot, Unknown};

/// A fit whose experiments are cut: the unknowns of the fit come first, the states at the cuts after them.
pub(super) struct Segments<'f, 'a, X> {
    /// A case for each segment. Its last readings are the components at its end, if another segment follows.
    pub problem: Compiled<'f, 'a, X>,
    pub joints: Vec<Joint>,
    /// The coordinates at the start.
    pub start: DVector<f64>,
}

/// A component of the state at a cut.
pub(super) struct Joint {
    /// The segment that ends there.
    pub case: usize,
    /// The component at its end, as a reading of that segment.
    pub reading: usize,
    /// The unknown with which the next segment starts.
    pub unknown: usize,
    pub domain: Domain,
    /// The size of a jump of the coordinate that counts 1.
    pub scale: f64,
}

/// Cuts every experiment into this many segments, or as many as it has intervals between its times.
pub(super) fn cut<'f, 'a, X: Simulation>(whole: &Compiled<'f, 'a, X>, segments: usize) -> Result<Segments<'f, 'a, X>> {
    let (mut unknowns, mut cases, mut joints) = (whole.unknowns.clone(), Vec::new(), Vec::new());
    for case in &whole.cases {
        let intervals = case.times.len() - 1;
        let count = segments.min(intervals).max(1);
        let cuts: Vec<usize> = (0..=count).map(|k| k * intervals / count).collect();
        let guesses = guesses(whole, case, &cuts[..count])?;
        let mut start = case.start.clone();
        for (k, ends) in cuts.windows(2).enumerate() {
            let is_last = k + 1 == count;
            let mut segment = part(case, ends[0], ends[1], is_last, start.clone());
            if !is_last {
                let first = segment.readings.len();
                segment.readings.extend((0..guesses.len()).map(|i| end_reading(ends[1] - ends[0], i)));
                let mut slots = Vec::with_capacity(guesses.len());
                for (i, guess) in guesses.iter().enumerate() {
                    let unknown = unknowns.len();
                    let name = format!("y[{i}] at {}", case.times[ends[1]]);
                    unknowns.0.push(Unknown { name, domain: guess.domain, start: guess.values[k + 1] });
                    slots.push(Slot::Unknown(unknown));
                    let (domain, scale) = (guess.domain, guess.scale);
                    joints.push(Joint { case: cases.len(), reading: first + i, unknown, domain, scale });
                }
                start = CaseStart::Own(slots);
            }
            segment.find_unknowns();
            cases.push(segment);
        }
    }
    let start = unknowns.start();
    Ok(Segments { problem: Compiled { simulation: whole.simulation, unknowns, cases }, joints, start })
}

/// The part of a case between two of its times. A reading at a cut belongs to the segment that starts there.
fn part<'a>(case: &Case<'a>, first: usize, last: usize, is_last: bool, start: CaseStart<'a>) -> Case<'a> {
    let inside = |reading: &&Reading<'a>| {
        reading.output >= first && (reading.output < last || (is_last && reading.output == last))
    };
    let readings = case.readings.iter().filter(inside).cloned();
    let readings = readings.map(|reading| Reading { output: reading.output - first, ..reading }).collect();
    let (times, params) = (case.times[first..=last].to_vec(), case.params.clone());
    Case { times, params, start, readings, unknowns: Vec::new() }
}

fn end_reading<'a>(output: usize, component: usize) -> Reading<'a> {
    Reading { output, observable: Observable::Component(component), value: 0.0, sigma: 1.0 }
}
