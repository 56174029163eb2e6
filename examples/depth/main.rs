//! Depth as time: residual networks as flows, trained from coarse to fine and compared with ODE networks.
//!
//! `cargo run --release --example depth -- --help` explains; `results.md` beside this file has the results.

mod choice;
#[allow(dead_code, reason = "each example uses its own part")]
#[path = "../comparison/mod.rs"]
mod comparison;
mod cost;
mod families;
#[path = "../comparison/images.rs"]
mod images;
mod lesions;
mod levels;
mod memory;
mod networks;
mod ode_nets;
mod tolerance;
mod training;

use std::error::Error;
use std::process::ExitCode;

use comparison::Options;
use images::{Images, digits, mnist};

const HELP: &str = "\
Reads images of digits with residual networks and ODE networks.

USAGE
    cargo run --release --example depth -- [OPTIONS]

OPTIONS
    --levels         only multi-level training (Chang et al. 2018)
    --choose         with --levels: choose the learning rate instead, by the last images to train on
    --table          only residual networks against ODE networks (Chen et al. 2018, table 1)
    --memory         only the memory of a gradient by the number of blocks
    --tolerance      only the evaluations of trained ODE networks (Chen et al. 2018, figure 3)
    --quick          one seed and few images: a minute, to see that everything works
    --seeds N        train every network from N random starts (default 5)
    --model TEXT     only networks whose names contain TEXT
    --out DIR        folder for the pictures (default: depth in the working directory)
    --help           this text

DATA (in examples/data, nothing is downloaded)
    8 x 8 digits (Alpaydin & Kaynak 1998): 1438 images to train on, 359 to test
    MNIST (LeCun, Cortes & Burges), a part: 8000 images to train on, 2000 to test
";

/// The images of a comparison, and how networks are trained on them.
#[derive(Debug, Clone)]
pub struct Task<const N: usize> {
    /// Its name.
    pub name: &'static str,
    /// The images.
    pub images: Images<N>,
    /// The epochs of a network that is trained at once.
    pub epochs: usize,
    /// The largest learning rate.
    pub rate: f64,
    /// The images of a step.
    pub batch: usize,
}

fn main() -> ExitCode {
    Options::run_with(HELP, "depth", &["--levels", "--choose", "--table", "--memory", "--tolerance"], run)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let digits = Task { name: "8 × 8 digits", images: digits()?, epochs: 40, rate: 2e-3, batch: 32 };
    let mnist = Task { name: "MNIST, 10 000 images", images: mnist()?, epochs: 20, rate: 2e-3, batch: 64 };
    std::fs::create_dir_all(&options.out)?;
    let wants = |part: &str| options.switches.is_empty() || options.has(part);
    if wants("--levels") {
        levels::run(&digits, options)?;
        levels::run(&mnist, options)?;
    }
    if wants("--table") {
        families::run(&digits, options)?;
        families::run(&mnist, options)?;
    }
    if wants("--memory") {
        memory::run(options)?;
    }
    if wants("--tolerance") {
        tolerance::run(&digits, &mnist, options)?;
    }
    Ok(())
}
