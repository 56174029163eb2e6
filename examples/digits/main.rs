//! Which digit? Recurrent networks with long memories read an image pixel by pixel.
//!
//! `cargo run --release --example digits -- --help` explains; `results.md` beside this file has the results.

#[path = "../comparison/mod.rs"]
mod comparison;
mod data;
#[path = "../comparison/images.rs"]
mod images;
mod models;

use std::error::Error;
use std::process::ExitCode;

use comparison::{Options, Run, Words, compare, results};
use data::Parts;
use models::Settings;
use nalgebra::{Const, Dyn, OMatrix};
use rheos::nn::{Block, FromSamples, Hidden, Linear, Net, Sequence, ZeroSamples};
use rheos::train::{Adam, Cosine, CrossEntropy, Trainer, uniform};
use rheos::{Parametric, Result};

const HELP: &str = "\
Trains seven recurrent networks on images that they read pixel by pixel, and compares them.

USAGE
    cargo run --release --example digits -- [OPTIONS]

OPTIONS
    --mnist          28 x 28 pixels of MNIST instead of 8 x 8, with four models: long
    --quick          one seed and two epochs, of few images of MNIST: some seconds, to see that everything works
    --seeds N        train every model from N random starts (default 5)
    --model TEXT     only models whose names contain TEXT
    --out DIR        folder for the learning curves (default: digits in the working directory)
    --choose         choose the settings instead: train every model with all settings that were tried, and print the
                     errors on the validation data
    --help           this text

DATA (in examples/data, nothing is downloaded)
    8 x 8 digits (Alpaydin & Kaynak 1998): 1438 images to train on, the last 288 of them for validation, 359 to test
    MNIST (LeCun, Cortes & Burges), a part: 8000 images to train on, the last 1000 of them for validation, 2000 to test
";

/// A source of uniform numbers in `[0, 1)`.
pub type Rng<'a> = dyn FnMut() -> f64 + 'a;

/// The data of a training, and its length.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    parts: &'a Parts,
    epochs: usize,
}

/// Trains a block with a linear readout of its state after the last pixel, and keeps the weights with the smallest
/// validation loss. The learning curve is the validation loss after each epoch.
pub fn train<B, const H: usize>(block: impl Fn(&mut Rng) -> B, rate: f64, task: Task<'_>, seed: u64) -> Result<Run>
where
    B: Block<Input: FromSamples<1>, Hidden: ZeroSamples + Hidden<Output = OMatrix<f32, Const<H>, Dyn>>>,
{
    let Task { parts: Parts { train, valid, test }, epochs } = task;
    let mut rng = uniform(seed);
    let (block, readout) = (block(&mut rng), Net::<Linear<f32, H, 10>>::new(Linear::uniform(&mut rng)));
    let mut model = Sequence { block, readout };
    let training = Trainer::new(&mut model, &train.objective(CrossEntropy::new(10)), Adam::new(rate))
        .epochs(epochs)
        .batch_size(32)
        .seed(seed)
        .schedule(|steps| Cosine::new(rate, steps))
        .clip_norm(1.0)
        .validation(&valid.objective(CrossEntropy::new(10)))
        .fit()?;
    let parameters = model.parameter_count();
    let seconds = training.epochs.iter().map(|epoch| epoch.seconds).sum();
    let curve = training.epochs.iter().filter_map(|epoch| epoch.validation).collect();
    Ok(Run { parameters, error: test.error_rate(&model)?, seconds, curve })
}

fn main() -> ExitCode {
    Options::run_with(HELP, "digits", &["--mnist", "--choose"], run)
}

fn run(options: &Options) -> std::result::Result<(), Box<dyn Error>> {
    let is_mnist = options.has("--mnist");
    let mut parts = if is_mnist { data::mnist()? } else { data::digits()? };
    if options.quick && is_mnist {
        parts = parts.first(64, 32, 32);
    }
    let epochs = match (options.quick, is_mnist) {
        (true, _) => 2,
        (false, true) => 20,
        (false, false) => EPOCHS,
    };
    if options.has("--choose") {
        // The test data stay unseen.
        parts.test = parts.valid.clone();
        let candidates = models::candidates(Task { parts: &parts, epochs }, Settings::All);
        println!("| model and settings | error in % on the validation data: mean over the seeds |\n|:--|--:|");
        for (name, runs) in results(&candidates, options) {
            let sum: f64 = runs.iter().map(|run| 100.0 * run.error).sum();
            println!("| {name} | {:.2} |", sum / runs.len() as f64);
        }
        return Ok(());
    }
    let settings = if is_mnist { Settings::Mnist } else { Settings::Chosen };
    let candidates = models::candidates(Task { parts: &parts, epochs }, settings);
    let title = if is_mnist { "MNIST, pixel by pixel" } else { "8 × 8 digits, pixel by pixel" };
    compare(&candidates, options, &Words { title, y: "validation loss" })
}

/// The epochs on 8 x 8 digits.
const EPOCHS: usize = 100;
