//! A network trained with validation, stopped in the middle, and resumed from its file.
//!
//! `cargo run --release --example 07_train`

use std::path::Path;

use rheos::nn::{Linear, Lstm, Net, Recurrence, Sequence};
use rheos::train::{AdamW, Cosine, CrossEntropy, SequenceData, Trainer, Training, uniform};

/// An LSTM with 8 units and a readout of two classes.
type Model = Sequence<Recurrence<Net<Lstm<f64, 1, 8>>>, Net<Linear<f64, 8, 2>>>;

fn model() -> Model {
    let mut numbers = uniform(1);
    let (cell, readout) = (Lstm::uniform(&mut numbers), Linear::uniform(&mut numbers));
    Sequence { block: Recurrence(Net::new(cell)), readout: Net::new(readout) }
}

/// Noisy sines (class 0) and cosines (class 1) of 10 to 19 steps.
fn data(sequences: usize) -> rheos::Result<SequenceData<1, usize>> {
    let mut noise = uniform(3);
    let mut wave = |i: usize| {
        let phase = (i % 2) as f64 * std::f64::consts::FRAC_PI_2;
        (0..10 + i % 10).map(|t| [(0.5 * t as f64 + phase).sin() + 2.0 * noise() - 1.0]).collect()
    };
    SequenceData::new((0..sequences).map(&mut wave).collect(), (0..sequences).map(|i| i % 2).collect())
}

/// Trains for `epochs`, from the file if there is one.
fn train(
    model: &mut Model,
    data: &SequenceData<1, usize>,
    epochs: usize,
    file: Option<&Path>,
) -> rheos::Result<Training> {
    let (train, valid) = data.clone().split(300);
    let (train, valid) = (train.objective(CrossEntropy::new(2)), valid.objective(CrossEntropy::new(2)));
    let trainer = Trainer::new(model, &train, AdamW::new(0.02))
        .epochs(epochs)
        .schedule(|_| Cosine::new(0.02, 200).warm_up(20))
        .clip_norm(1.0)
        .validation(&valid)
        .progress();
    Ok(match file {
        Some(file) => trainer.checkpoint(file).fit()?,
        None => trainer.fit()?,
    })
}

fn main() -> rheos::Result<()> {
    let (train_data, test) = data(600)?.split(400);
    let mut whole = model();
    let training = train(&mut whole, &train_data, 20, None)?;
    let best = training.best.and_then(|best| Some((best.epoch, best.validation?)));
    println!(
        "best epoch and its validation loss: {best:?}; errors in the test: {:.1} %",
        100.0 * test.error_rate(&whole)?
    );

    // A training of 8 epochs, and a second one that goes on from its file.
    let file = std::env::temp_dir().join(format!("rheos-07-{}.checkpoint", std::process::id()));
    train(&mut model(), &train_data, 8, Some(&file))?;
    let mut resumed = model();
    train(&mut resumed, &train_data, 20, Some(&file))?;
    println!("the resumed training has the same weights: {}", resumed == whole);
    // The file is no longer needed.
    let _ = std::fs::remove_file(&file);
    Ok(())
}
