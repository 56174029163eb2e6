//! Dynamical systems rebuilt from data: networks are trained on a noisy series until they are surrogates of the system, with
//! the same attractor, the same spectrum and the same Lyapunov exponents.
//!
//! F. Hess, Z. Monfared, M. Brenner & D. Durstewitz, *Generalized teacher forcing for learning chaotic dynamics* (2023),
//! arXiv:2306.04406.
//!
//! `cargo run --release --example reconstruct`; `-- --help` lists the options.

mod autoregression;
mod judge;
mod methods;
mod needs;
#[allow(dead_code, reason = "each example uses its own part")]
#[path = "../comparison/options.rs"]
mod options;
mod pictures;
mod sunspots;
mod systems;

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use judge::{Verdict, distances, median};
use methods::{METHODS, Task};
use options::Options;
use systems::{LORENZ, ROESSLER, System};

const HELP: &str = "\
Usage: cargo run --release --example reconstruct [-- OPTIONS]

  --needs        the needs of a reconstruction: noise, length of the series, strength of the forcing
  --sunspots     a measured series: the numbers of sunspots
  --quick        a hundredth of the training, one seed
  --seeds N      random starts of every model (default 5)
  --model NAME   only the models whose name contains NAME
  --out DIR      where the pictures go (default examples/pictures)
";

fn main() -> ExitCode {
    Options::run_with(HELP, "examples/pictures", &["--needs", "--sunspots"], |options| {
        if options.has("--needs") {
            return needs::study(options);
        }
        if options.has("--sunspots") {
            return sunspots::study(options);
        }
        println!("| model | seed | training | minutes | λ₁ | λ₂ | λ₃ | D_stsp | D_H | D_stsp of the data | bounded |");
        println!("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|---|");
        rebuild(&LORENZ, options)?;
        rebuild(&ROESSLER, options)
    })
}

/// Rebuilds a system by every method from several starts.
fn rebuild(system: &System, options: &Options) -> Result<(), Box<dyn Error>> {
    let task = Task::new(system, 20_000, 0.05, options.quick)?;
    let mut found: Vec<(&str, Vec<Verdict>)> = Vec::new();
    for (method, train) in METHODS {
        let name = format!("{}, {method}", system.name);
        if !options.wants(&name) {
            continue;
        }
        let mut verdicts = Vec::new();
        for seed in 0..options.seeds {
            let start = Instant::now();
            let verdict = train(&task, seed)?;
            let minutes = start.elapsed().as_secs_f64() / 60.0;
            println!("| {name} | {seed} | {} | {minutes:.1} | {} |", verdict.training, columns(&verdict, &task));
            verdicts.push(verdict);
        }
        let of = |i: usize, sign: fn(f64) -> f64| {
            median(&verdicts.iter().map(|verdict| sign(verdict.exponents(system.dt)[i])).collect::<Vec<_>>())
        };
        let median = format!("{:.3} | ±{:.3} | {:.2}", of(0, |x| x), of(1, f64::abs), of(2, |x| x));
        println!("| **{name}, median** | | | | {median} | | | | |");
        found.push((method, verdicts));
    }
    if found.is_empty() {
        return Ok(());
    }
    let ([first, second, third], (states, spectra)) = (system.exponents, distances(&task.reference, &task.other));
    println!("| **{}** | | | | {first} | {second} | {third} | {states:.3} | {spectra:.3} | | |", system.name);
    let file = |kind: &str| {
        options.out.join(format!("reconstruct_{}_{kind}.svg", system.name.to_lowercase().replace('ö', "oe")))
    };
    std::fs::create_dir_all(&options.out)?;
    pictures::attractors(&task, &found).save(file("attractors"))?;
    pictures::spectra(&task, &found)?.save(file("spectra"))?;
    Ok(pictures::exponents(&task, &found).save(file("exponents"))?)
}

fn columns(verdict: &Verdict, task: &Task) -> String {
    let [first, second, third] = verdict.exponents(task.system.dt);
    let Verdict { states, spectra, data, .. } = verdict;
    let bounded = if verdict.is_bounded(task.reference.len()) { "yes" } else { "no" };
    format!("{first:.3} | {second:.3} | {third:.2} | {states:.3} | {spectra:.3} | {data:.3} | {bounded}")
}
