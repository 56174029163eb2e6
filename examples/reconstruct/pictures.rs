//! Pictures of attractors, spectra and exponents.

use rheos::Result;
use rheos::analysis::SpectralDistance;
use rheos::plot::{PhasePortrait, Plane, Series};

use super::judge::Verdict;
use super::methods::Task;

/// The verdicts of a method by its name.
type Found<'a> = [(&'a str, Vec<Verdict>)];

/// The states of an attractor that are drawn.
const SHOWN: usize = 4000;
/// The frequencies of a spectrum that are drawn.
const FREQUENCIES: usize = 150;

/// The system, its measurements, and the model of the first seed of each method, in the plane of the first and the third number.
pub fn attractors(task: &Task, found: &Found) -> PhasePortrait {
    let highest = task.reference.iter().map(|x| x[2]).fold(0.0, f64::max);
    let plane = |name: &str, run: &[[f64; 3]]| {
        let points = run.iter().take(SHOWN).map(|x| (x[0], x[2]));
        Plane::new(-3.0..3.0, -3.0..highest + 1.0).title(name).curve(Series::new("a run", points).look(0))
    };
    let runs = found.iter().map(|(name, verdicts)| plane(name, &verdicts[0].run));
    let known = [plane("the system", &task.reference), plane("measured", &task.measured)];
    PhasePortrait::of(known.into_iter().chain(runs))
        .title(format!("{}: attractors", task.system.name))
        .axes("x, in standard deviations", "z")
}

/// The spectra of the first number and the third, smoothed as for `D_H`.
pub fn spectra(task: &Task, found: &Found) -> Result<PhasePortrait> {
    let smooth = SpectralDistance::new(20.0);
    let curve = |name: &str, run: &[[f64; 3]], component: usize| -> Result<Series> {
        // A model at rest has no spectrum.
        let powers = smooth.spectra(run).map_or_else(|_| Vec::new(), |spectra| spectra[component].clone());
        let count = powers.len() as f64;
        let at = |i: usize| (count.powf((i + 1) as f64 / FREQUENCIES as f64) as usize).max(1);
        let mut places: Vec<usize> = (0..FREQUENCIES).map(at).filter(|k| *k <= powers.len()).collect();
        places.dedup();
        let frequency = |k: usize| k as f64 / (run.len() as f64 * task.system.dt);
        Ok(Series::new(name, places.iter().map(|k| (frequency(*k).log10(), powers[k - 1].log10()))))
    };
    let mut planes = Vec::new();
    for (component, title) in [(0, "x"), (2, "z")] {
        let highest = (0.5 / task.system.dt).log10();
        let mut plane = Plane::new(highest - 3.5..highest, -9.0..-1.0).title(title);
        plane = plane.curve(curve("the system", &task.reference, component)?.black());
        for (i, (name, verdicts)) in found.iter().enumerate() {
            let series = curve(name, &verdicts[0].run, component)?.look(i);
            if !series.points().is_empty() {
                plane = plane.curve(series);
            }
        }
        planes.push(plane);
    }
    Ok(PhasePortrait::of(planes)
        .title(format!("{}: power spectra", task.system.name))
        .axes("log₁₀ of the frequency", "log₁₀ of the power"))
}

/// The exponents of every model as a line, beside the exponents of the system.
pub fn exponents(task: &Task, found: &Found) -> PhasePortrait {
    let system = task.system;
    let count = found.len() as f64;
    let planes = ["λ₁", "λ₂", "λ₃"].into_iter().enumerate().map(|(i, title)| {
        let truth = system.exponents[i];
        // About the size of λ₁ around the first two; the third of a good model is within a factor of two.
        let reach = if i < 2 { 0.6 * system.exponents[0] } else { truth.abs() };
        let mut plane = Plane::new(-0.5..count - 0.5, truth - reach..truth + reach).title(title);
        plane = plane.curve(Series::new("the system", [(-0.5, truth), (count - 0.5, truth)]).black());
        for (place, (name, verdicts)) in found.iter().enumerate() {
            for verdict in verdicts {
                let (x, value) = (place as f64, verdict.exponents(system.dt)[i]);
                if value.is_finite() {
                    plane = plane.curve(Series::new(*name, [(x - 0.3, value), (x + 0.3, value)]).look(place));
                }
            }
        }
        plane
    });
    PhasePortrait::of(planes).title(format!("{}: Lyapunov exponents", system.name)).axes("method", "1 / time")
}
