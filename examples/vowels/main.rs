//! Who speaks? Recurrent networks and neural ODEs tell nine speakers apart by one vowel sequence of each.
//!
//! `cargo run --release --example vowels -- --help` explains; `results.md` beside this file has the results.

#[path = "../comparison/mod.rs"]
mod comparison;
mod data;
mod models;

use std::error::Error;
use std::process::ExitCode;

use comparison::{Options, Run, Words, compare, results};
use data::{INPUTS, SPEAKERS, Vowels};
use nalgebra::{Const, Dyn, OMatrix};
use rheos::nn::{Block, FromSamples, Hidden, Linear, Net, Sequence, ZeroSamples};
use rheos::train::{Adam, Cosine, CrossEntropy, Trainer, TrainingAction, uniform};
use rheos::{Parametric, Result};

const HELP: &str = "\
Trains six recurrent networks and neural ODEs on JapaneseVowels and compares them.

USAGE
    cargo run --release --example vowels -- [OPTIONS]

OPTIONS
    --quick          one seed and three epochs: some seconds, to see that everything works
    --seeds N        train every model from N random starts (default 5)
    --model TEXT     only models whose names contain TEXT
    --out DIR        folder for the learning curves (default: vowels in the working directory)
    --choose         choose the number of epochs instead: train on four fifths of the training data with several
                     numbers of epochs, and print the errors on the fifth that was held out
    --help           this text

DATA (in examples/data, nothing is downloaded)
    JapaneseVowels (Kudo, Toyama & Shimbo 1999): 12 coefficients, 7 to 29 frames, 270 utterances to train on, 370 to test
";

/// The data of a training, and its length.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    train: &'a Vowels,
    /// The utterances of the learning curve and of the error.
    test: &'a Vowels,
    epochs: usize,
}

/// A source of uniform numbers in `[0, 1)`.
pub type Rng<'a> = dyn FnMut() -> f64 + 'a;

/// Trains a block with a linear readout of its state after the last frame. The learning curve is the error after each
/// epoch.
pub fn train<B, const H: usize>(block: impl Fn(&mut Rng) -> B, task: Task<'_>, seed: u64) -> Result<Run>
where
    B: Block<Input: FromSamples<INPUTS>, Hidden: ZeroSamples + Hidden<Output = OMatrix<f32, Const<H>, Dyn>>>,
{
    let Task { train, test, epochs } = task;
    let mut rng = uniform(seed);
    let (block, readout) = (block(&mut rng), Net::<Linear<f32, H, SPEAKERS>>::new(Linear::uniform(&mut rng)));
    let mut model = Sequence { block, readout };
    let objective = train.objective(CrossEntropy::new(SPEAKERS));
    let mut curve = Vec::new();
    let training = Trainer::new(&mut model, &objective, Adam::new(1e-2))
        .epochs(epochs)
        .batch_size(32)
        .seed(seed)
        .schedule(|steps| Cosine::new(1e-2, steps))
        .clip_norm(1.0)
        .on_epoch(|_, model| {
            curve.push(test.error_rate(model)?);
            Ok(TrainingAction::Continue)
        })
        .fit()?;
    let parameters = model.parameter_count();
    let seconds = training.epochs.iter().map(|epoch| epoch.seconds).sum();
    Ok(Run { parameters, error: test.error_rate(&model)?, seconds, curve })
}

fn main() -> ExitCode {
    Options::run_with(HELP, "vowels", &["--choose"], run)
}

fn run(options: &Options) -> std::result::Result<(), Box<dyn Error>> {
    if options.has("--choose") {
        return choose_epochs(options);
    }
    let [train, test] = data::train_and_test()?;
    let epochs = if options.quick { 3 } else { EPOCHS };
    let words = Words { title: "JapaneseVowels: fraction of wrong speakers", y: "test error" };
    compare(&models::candidates(Task { train: &train, test: &test, epochs }), options, &words)
}

/// The number that `--choose` found.
const EPOCHS: usize = 60;

/// Prints the errors on utterances held out of the training data, after trainings of several lengths.
fn choose_epochs(options: &Options) -> std::result::Result<(), Box<dyn Error>> {
    let [train, test] = data::held_out()?;
    println!("| epochs | errors in % on the held-out utterances: means over the seeds | mean |\n|--:|:--|--:|");
    for epochs in if options.quick { vec![1, 2] } else { vec![15, 30, 60, 120] } {
        let candidates = models::candidates(Task { train: &train, test: &test, epochs });
        let (mut list, mut errors) = (Vec::new(), Vec::new());
        for (name, runs) in results(&candidates, options) {
            let of_seeds: Vec<f64> = runs.iter().map(|run| 100.0 * run.error).collect();
            list.push(format!("{name} {:.2}", mean(&of_seeds)));
            errors.extend(of_seeds);
        }
        println!("| {epochs} | {} | {:.2} |", list.join(", "), mean(&errors));
    }
    Ok(())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
