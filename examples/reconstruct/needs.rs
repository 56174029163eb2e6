//! The needs of a reconstruction: Lorenz' system from series with more or less noise, of different lengths, and with forcing of
//! different strengths; and why a free run cannot be trained.

use std::error::Error;

use rheos::State;
use rheos::plot::{PhasePortrait, Plane, Series};
use rheos::train::{MiniBatch, Objective, TeacherForcing};

use super::judge::{Verdict, median};
use super::methods::{Forcing, GAP, Outcome, Task, residual, shooting, trained};
use super::options::Options;
use super::systems::LORENZ;

/// The random starts of every case.
const SEEDS: u64 = 3;
const NOISES: [f64; 3] = [0.0, 0.05, 0.1];
const ALPHAS: [f64; 6] = [0.0, 0.02, 0.1, 0.2, 0.5, 1.0];
const LENGTHS: [usize; 4] = [500, 1000, 2000, 5000];

/// A training, given the number on the axis, the noise, the seed, and whether it is quick.
type Training = fn(f64, f64, u64, bool) -> Outcome;

/// A part of the study: the numbers along its axis, and a training at one of them.
struct Part {
    name: &'static str,
    axis: &'static str,
    values: Vec<f64>,
    /// The place of a value on the axis.
    place: fn(f64) -> f64,
    train: Training,
}

fn forced(alpha: f64, length: usize, noise: f64, seed: u64, quick: bool) -> Outcome {
    let task = Task::new(&LORENZ, length, noise, quick)?;
    residual(&task, &Forcing { alpha, ..Forcing::of(&LORENZ) }, 30_000, seed)
}

/// Trains all cases, prints them, and draws λ₁ and `D_stsp`.
pub fn study(options: &Options) -> Result<(), Box<dyn Error>> {
    let lengths = || LENGTHS.iter().map(|length| *length as f64).collect();
    let parts = [
        Part {
            name: "forcing, 20 000 measurements",
            axis: "α",
            values: ALPHAS.to_vec(),
            place: |alpha| alpha,
            train: |alpha, noise, seed, quick| forced(alpha, 20_000, noise, seed, quick),
        },
        Part {
            name: "forcing, α = 0.1",
            axis: "log₁₀ of the number of measurements",
            values: lengths(),
            place: f64::log10,
            train: |length, noise, seed, quick| forced(0.1, length as usize, noise, seed, quick),
        },
        Part {
            name: "multiple shooting",
            axis: "log₁₀ of the number of measurements",
            values: lengths(),
            place: f64::log10,
            train: |length, noise, seed, quick| {
                shooting(&Task::new(&LORENZ, length as usize, noise, quick)?, length as usize, seed)
            },
        },
    ];
    if options.wants("gradients") {
        gradients(options.quick)?;
    }
    println!("| method | noise | α or length | λ₁ | λ₂ | λ₃ | D_stsp | λ₁ of every seed |");
    println!("|---|--:|--:|--:|--:|--:|--:|---|");
    std::fs::create_dir_all(&options.out)?;
    for (number, part) in parts.iter().enumerate().filter(|(_, part)| options.wants(part.name)) {
        let figure = part.run(options.quick)?;
        figure.save(options.out.join(format!("reconstruct_needs_{}.svg", number + 1)))?;
    }
    Ok(())
}

/// Why a free run cannot be trained: the norm of the gradient at a good model, over longer and longer windows.
fn gradients(quick: bool) -> Result<(), Box<dyn Error>> {
    let task = Task::new(&LORENZ, 20_000, 0.05, quick)?;
    let (model, _) = trained(&task, &Forcing::of(&LORENZ), 30_000, 0)?;
    println!("| norm of the gradient, windows of | 40 steps | 100 | 300 | 1000 | 3000 |\n|---|--:|--:|--:|--:|--:|");
    for alpha in [0.0, 0.1] {
        print!("| α = {alpha} |");
        for steps in [40, 100, 300, 1000, 3000].into_iter().filter(|steps| *steps < task.measured.len()) {
            let loss = TeacherForcing::new(&task.measured, steps)?.step(GAP)?.alpha(alpha)?.stride(steps)?;
            let samples: Vec<usize> = (0..loss.count_windows()).collect();
            let (_, gradient) = loss.gradient(&model, MiniBatch { samples: &samples, seed: 0 })?;
            print!(" {:.0e} |", gradient.inner(&gradient).sqrt());
        }
        println!();
    }
    println!();
    Ok(())
}

impl Part {
    fn run(&self, quick: bool) -> Result<PhasePortrait, Box<dyn Error>> {
        let places: Vec<f64> = self.values.iter().map(|value| (self.place)(*value)).collect();
        let (first, last) = (places[0], places[places.len() - 1]);
        let span = first - 0.05 * (last - first)..last + 0.05 * (last - first);
        let system = Series::new("the system", [(span.start, LORENZ.exponents[0]), (span.end, LORENZ.exponents[0])]);
        let mut exponents = Plane::new(span.clone(), 0.0..1.2).title("λ₁").curve(system.black());
        let mut divergences = Plane::new(span, -2.0..1.5).title("log₁₀ of D_stsp");
        for (look, noise) in NOISES.into_iter().enumerate().take(if quick { 1 } else { 3 }) {
            let (mut upper, mut lower) = (Vec::new(), Vec::new());
            for (value, place) in self.values.iter().zip(&places) {
                let case =
                    Case::new((0..if quick { 1 } else { SEEDS }).map(|seed| (self.train)(*value, noise, seed, quick)));
                println!("| {} | {:.0} % | {value} | {case} |", self.name, 100.0 * noise);
                upper.push((*place, case.exponent(0)));
                lower.push((*place, case.divergence().log10()));
            }
            let name = format!("{:.0} % noise", 100.0 * noise);
            exponents = exponents.curve(Series::new(&name, upper).look(look));
            divergences = divergences.curve(Series::new(&name, lower).look(look));
        }
        let title = format!("Lorenz by {}", self.name);
        Ok(PhasePortrait::of([exponents, divergences]).title(title).axes(self.axis, "median of three seeds"))
    }
}

/// The models of several seeds.
struct Case(Vec<Option<Verdict>>);

impl Case {
    /// A training that fails has no model.
    fn new(trainings: impl Iterator<Item = Outcome>) -> Self {
        Self(trainings.map(Result::ok).collect())
    }

    /// The median of a number; a training that failed has the largest.
    fn median(&self, number: impl Fn(&Verdict) -> f64) -> f64 {
        median(&self.0.iter().map(|verdict| verdict.as_ref().map_or(f64::NAN, &number)).collect::<Vec<_>>())
    }

    fn exponent(&self, i: usize) -> f64 {
        self.median(|verdict| verdict.exponents(LORENZ.dt)[i])
    }

    fn divergence(&self) -> f64 {
        self.median(|verdict| verdict.states)
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [first, second, third] = [0, 1, 2].map(|i| self.exponent(i));
        write!(f, "{first:.3} | {second:.3} | {third:.2} | {:.3} |", self.divergence())?;
        for verdict in &self.0 {
            match verdict {
                Some(verdict) => write!(f, " {:.3}", verdict.exponents(LORENZ.dt)[0])?,
                None => write!(f, " failed")?,
            }
        }
        Ok(())
    }
}
