//! A dynamical system rebuilt from data: a network is trained on a noisy series until it is a surrogate of the system, with the
//! same attractor and the same Lyapunov exponents.
//!
//! F. Hess, Z. Monfared, M. Brenner & D. Durstewitz, *Generalized teacher forcing for learning chaotic dynamics* (2023),
//! arXiv:2306.04406.
//!
//! `cargo run --release --example reconstruct`; `-- --help` lists the options.

mod data;
mod judge;
#[allow(dead_code, reason = "each example uses its own part")]
#[path = "../comparison/options.rs"]
mod options;
mod picture;
mod training;

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use data::{LORENZ, ROESSLER, System, with_noise};
use judge::{Verdict, distances, judge, median};
use options::Options;
use rheos::nn::{Autonomous, BatchMatrix, Block, OdeBlock, Recurrence};
use rheos::{DiscreteAdjoint, Fixed, Rk4};
use training::{Cell, GAP, Plan, Weights, gradients, initial, train};

const HELP: &str = "\
Usage: cargo run --release --example reconstruct [-- OPTIONS]

  --quick        a hundredth of the training, one seed
  --seeds N      random starts of every model (default 5)
  --model NAME   only the models whose name contains NAME
  --out DIR      where the pictures go (default examples/pictures)
";

fn main() -> ExitCode {
    Options::run_with(HELP, "examples/pictures", &[], |options| {
        println!("| model | seed | loss | largest gradient | minutes | λ₁ | λ₂ | λ₃ | D_stsp | D_H | bounded |");
        println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|");
        let updates = if options.quick { 1500 } else { 200_000 };
        let forced = Plan { alpha: 0.2, window: 30, updates, learning_rate: 5e-3 };
        let free = Plan { alpha: 0.0, window: 200, updates: updates / 4, learning_rate: 1e-3 };
        let rnn = |cell| Recurrence(Autonomous(Cell::new(cell)));
        // Euler's method with one step of length 1 for this field is the cell.
        let ode = |mut cell: Weights| {
            cell.a.fill(0.0);
            OdeBlock::new(Cell::new(cell).field(), Rk4, Fixed::steps(1), DiscreteAdjoint::new())
        };
        for system in [LORENZ, ROESSLER] {
            of_model(&system, "RNN, forced", options, &forced, rnn)?;
            of_model(&system, "RNN, free", options, &free, rnn)?;
            of_model(&system, "neural ODE, forced", options, &Plan { updates: updates / 4, ..forced }, ode)?;
        }
        Ok(())
    })
}

/// Trains a model from several starts on 20 000 measurements with 5 % noise, and judges it by a run of the system without noise.
fn of_model<B>(
    system: &System,
    kind: &str,
    options: &Options,
    plan: &Plan,
    model: impl Fn(Weights) -> B,
) -> Result<(), Box<dyn Error>>
where
    B: Block<Input = (), Hidden = BatchMatrix<f64, 3>> + Clone,
{
    let name = format!("{}, {kind}", system.name);
    if !options.wants(&name) {
        return Ok(());
    }
    let [reference, other] = system.runs(if options.quick { 5_000 } else { 50_000 })?;
    let measured = with_noise(&reference[..reference.len() * 2 / 5], 0.05, 1);
    let (mut all, mut growth) = (Vec::new(), String::new());
    for seed in 0..options.seeds {
        let (mut model, start) = (model(initial(&measured, plan, seed)), Instant::now());
        let trained = train(&mut model, &measured, plan, seed)?;
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        let verdict = judge(&model, GAP, &reference, if options.quick { 5_000 } else { 100_000 });
        if seed == 0 && plan.alpha > 0.0 {
            growth = gradients(&model, &measured)?;
        }
        println!("| {name} | {seed} | {trained} | {minutes:.1} | {} |", columns(&verdict, system, reference.len()));
        all.push(verdict);
    }
    let of = |i: usize, sign: fn(f64) -> f64| {
        median(&all.iter().map(|verdict| sign(verdict.exponents(system.dt)[i])).collect::<Vec<_>>())
    };
    let (states, spectra) = distances(&reference, &other);
    println!("| {name} | median | | | | {:.3} | ±{:.3} | {:.2} | | | |", of(0, |x| x), of(1, f64::abs), of(2, |x| x));
    println!(
        "| {}, the system itself | | | | | {} | {states:.3} | {spectra:.3} | |",
        system.name,
        system.exponents.replace(", ", " | ")
    );
    print!("{growth}");
    let file = options.out.join(format!(
        "reconstruct_{}.svg",
        name.to_lowercase().replace(", ", "_").replace(' ', "_").replace('ö', "oe")
    ));
    let runs: [(&str, &[[f64; 3]]); 3] = [("the system", &reference), ("measured", &measured), (kind, &all[0].run)];
    picture::attractors(&file, &name, &runs)
}

fn columns(verdict: &Verdict, system: &System, length: usize) -> String {
    let [first, second, third] = verdict.exponents(system.dt);
    let (states, spectra) = (verdict.states, verdict.spectra);
    let bounded = if verdict.is_bounded(length) { "yes" } else { "no" };
    let error = verdict.spectrum.as_ref().map_or(f64::NAN, |found| found.errors[0] / system.dt);
    format!("{first:.3} ± {error:.3} | {second:.3} | {third:.2} | {states:.3} | {spectra:.3} | {bounded}")
}
