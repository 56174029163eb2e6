//! A resumed training is the same as an uninterrupted one, bit for bit.

use std::fs;
use std::path::{Path, PathBuf};

use rheos::nn::{Gru, Linear, Net, Recurrence, Sequence};
use rheos::train::{
    Adam, CrossEntropy, Ended, Epoch, Lion, MiniBatch, Objective, OnPlateau, Sgd, Trainer, Training, TrainingAction,
    TrainingFailure, objective, uniform,
};
use rheos::{Error, Parametric, State};

use crate::problem::{Model, Number, data, model};

const EPOCHS: usize = 5;
const STEPS: usize = 4;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rheos-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn file(&self) -> PathBuf {
        self.0.join("run.checkpoint")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A training of at most `steps` steps from the file, which then fails as if it were killed.
fn train(path: Option<&Path>, every: u64, steps: usize) -> (Model, Result<Training, Box<TrainingFailure>>) {
    let (train, valid) = data(50).unwrap().split(40);
    let (train, valid) = (train.objective(CrossEntropy::new(2)), valid.objective(CrossEntropy::new(2)));
    let left = std::cell::Cell::new(steps);
    let limited = objective(40, |model: &Model, batch: MiniBatch<'_>| {
        if left.get() == 0 {
            return Err(Error::EmptyState);
        }
        left.set(left.get() - 1);
        train.gradient(model, batch)
    });
    let mut model = model();
    let trainer = Trainer::new(&mut model, &limited, Adam::new(0.05))
        .epochs(EPOCHS)
        .batch_size(10)
        .seed(3)
        .validation(&valid)
        .schedule(|_| OnPlateau::new(0.05).patience(1).factor(0.5));
    let trainer = match path {
        Some(path) => trainer.checkpoint_every(every, path),
        None => trainer,
    };
    let training = trainer.fit();
    (model, training)
}

/// An epoch without its time.
fn timeless(epochs: &[Epoch]) -> Vec<Epoch> {
    epochs.iter().map(|epoch| Epoch { seconds: 0.0, ..*epoch }).collect()
}

fn bits(model: &Model) -> Vec<u64> {
    model.params().coordinates().into_iter().map(f64::to_bits).collect()
}

#[test]
fn a_resumed_training_has_the_same_bits() {
    let (expected, uninterrupted) = train(None, 0, usize::MAX);
    let uninterrupted = uninterrupted.unwrap();
    for every in [0, 1, 3] {
        // Killed after any number of steps.
        for steps in 0..EPOCHS * STEPS {
            let folder = Folder::new(&format!("bits-{every}-{steps}"));
            let (_, killed) = train(Some(&folder.file()), every, steps);
            assert_eq!(killed.unwrap_err().error, Error::EmptyState);
            let (resumed, training) = train(Some(&folder.file()), every, usize::MAX);
            let training = training.unwrap();
            assert_eq!(bits(&resumed), bits(&expected), "{every} {steps}");
            assert_eq!(timeless(&training.epochs), timeless(&uninterrupted.epochs));
            assert_eq!(training.best.map(|best| best.epoch), uninterrupted.best.map(|best| best.epoch));
        }
    }
}

/// Killed after every single step of the way.
#[test]
fn a_training_of_many_interruptions_has_the_same_bits() {
    let (expected, _) = train(None, 0, usize::MAX);
    let folder = Folder::new("many");
    let mut runs = 0;
    let resumed = loop {
        let (model, training) = train(Some(&folder.file()), 1, 1);
        runs += 1;
        if training.is_ok() {
            break model;
        }
        assert!(runs < 100);
    };
    assert_eq!(runs, EPOCHS * STEPS);
    assert_eq!(bits(&resumed), bits(&expected));
}

/// A finished training is not trained again.
#[test]
fn a_finished_training_returns_its_report() {
    let folder = Folder::new("finished");
    let (expected, first) = train(Some(&folder.file()), 0, usize::MAX);
    let (model, second) = train(Some(&folder.file()), 0, 0);
    assert_eq!(second.unwrap(), first.unwrap());
    assert_eq!(bits(&model), bits(&expected));
}

/// The number of epochs may be raised; an early stop stays.
#[test]
fn more_epochs_go_on_and_an_early_stop_stays() {
    let folder = Folder::new("more");
    let data = data(20).unwrap();
    let train = data.objective(CrossEntropy::new(2));
    let run = |epochs: usize, path: Option<&Path>| {
        let mut model = model();
        let trainer = Trainer::new(&mut model, &train, Adam::new(0.01)).epochs(epochs);
        let training = match path {
            Some(path) => trainer.checkpoint(path).fit(),
            None => trainer.fit(),
        };
        (bits(&model), training.unwrap().epochs.len())
    };
    assert_eq!(run(2, Some(&folder.file())).1, 2);
    assert_eq!(run(5, Some(&folder.file())), run(5, None));

    let folder = Folder::new("early");
    let stop = |epochs: usize| {
        let mut model = model();
        Trainer::new(&mut model, &train, Adam::new(0.01))
            .epochs(epochs)
            .on_epoch(|_, _| Ok(TrainingAction::Stop))
            .checkpoint(folder.file())
            .fit()
            .unwrap()
    };
    assert_eq!(stop(5), stop(7));
    assert_eq!((stop(9).ended, stop(9).epochs.len()), (Ended::Callback, 1));
}

/// The old file stays until the new one is complete, whatever is left of an interrupted write.
#[test]
fn an_interrupted_write_leaves_the_old_file() {
    let folder = Folder::new("write");
    let (_, killed) = train(Some(&folder.file()), 1, 6);
    assert!(killed.is_err());
    let complete = fs::read(folder.file()).unwrap();
    fs::write(folder.0.join(".run.checkpoint.1.0.tmp"), &complete[..complete.len() / 2]).unwrap();
    let (resumed, training) = train(Some(&folder.file()), 1, usize::MAX);
    assert!(training.is_ok());
    assert_eq!(bits(&resumed), bits(&train(None, 0, usize::MAX).0));
}

fn reason(error: Error) -> String {
    match error {
        Error::Checkpoint { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = Folder::new("damaged");
    let (_, killed) = train(Some(&folder.file()), 1, 6);
    assert!(killed.is_err());
    let complete = fs::read(folder.file()).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(folder.file(), bytes).unwrap();
        let (untouched, training) = train(Some(&folder.file()), 1, usize::MAX);
        assert_eq!(bits(&untouched), bits(&model()));
        reason(training.unwrap_err().error)
    };
    for length in 0..complete.len() {
        // Every shorter file near the ends, and some in between.
        if length < 64 || length + 64 > complete.len() || length % 97 == 0 {
            refused(&complete[..length]);
        }
    }
    for place in (0..complete.len()).step_by(61) {
        let mut changed = complete.clone();
        changed[place] ^= 1;
        refused(&changed);
    }
    assert!(refused(&[complete.as_slice(), &[0]].concat()).contains("bytes instead of"));
    assert!(refused(b"PK\x03\x04 something else").contains("it is not a checkpoint"));
    assert!(refused(&complete[..complete.len() - 1]).contains("damaged"));
    let mut newer = complete.clone();
    newer[17] = b'2';
    assert!(refused(&newer).contains("another version"));
}

#[test]
fn a_file_of_another_training_is_refused() {
    let folder = Folder::new("other");
    let (_, killed) = train(Some(&folder.file()), 1, 6);
    assert!(killed.is_err());
    let all = data(50).unwrap();
    let (part, whole) = (data(40).unwrap(), all.objective(CrossEntropy::new(2)));
    let part = part.objective(CrossEntropy::new(2));
    let path = folder.file();

    let mut first = model();
    let refused = Trainer::new(&mut first, &part, Adam::new(0.05)).batch_size(10).checkpoint(&path).fit();
    assert!(reason(refused.unwrap_err().error).contains("with `seed` 3 instead of 0"));
    let refused = Trainer::new(&mut first, &part, Adam::new(0.05)).seed(3).checkpoint(&path).fit();
    assert!(reason(refused.unwrap_err().error).contains("with `batch_size` 10 instead of 32"));
    let refused = Trainer::new(&mut first, &whole, Adam::new(0.05)).seed(3).batch_size(10).checkpoint(&path).fit();
    assert!(reason(refused.unwrap_err().error).contains("with `samples` 40 instead of 50"));
    let refused = Trainer::new(&mut first, &part, Lion::new(0.05)).seed(3).batch_size(10).checkpoint(&path).fit();
    assert!(reason(refused.unwrap_err().error).contains("Adam"));
    assert_eq!(bits(&first), bits(&model()));

    // Another model: all differences in one error.
    let mut numbers = uniform(1);
    let mut wider: Sequence<Recurrence<Net<Gru<f64, 1, 5>>>, Net<Linear<f64, 5, 2>>> = Sequence {
        block: Recurrence(Net::new(Gru::uniform(&mut numbers))),
        readout: Net::new(Linear::uniform(&mut numbers)),
    };
    let refused = Trainer::new(&mut wider, &part, Adam::new(0.05)).seed(3).batch_size(10).checkpoint(&path).fit();
    match refused.unwrap_err().error {
        Error::WeightMismatch { differences, .. } => assert_eq!(differences.len(), 5, "{differences:?}"),
        other => panic!("{other}"),
    }
    let mut single: Sequence<Recurrence<Net<Gru<f32, 1, 4>>>, Net<Linear<f32, 4, 2>>> = Sequence {
        block: Recurrence(Net::new(Gru::uniform(&mut numbers))),
        readout: Net::new(Linear::uniform(&mut numbers)),
    };
    let refused = Trainer::new(&mut single, &part, Adam::new(0.05)).seed(3).batch_size(10).checkpoint(&path).fit();
    assert!(reason(refused.unwrap_err().error).contains("type f64, but the model has f32"));
}

/// Every optimiser, in single precision too.
#[test]
fn all_optimisers_resume() {
    use rheos::train::{AdamW, Optimiser, RAdam};
    fn same<O>(name: &str, optimiser: &O)
    where
        O: Optimiser + serde::Serialize + serde::de::DeserializeOwned,
    {
        let data = data(20).unwrap();
        let train = data.objective(CrossEntropy::new(2));
        let folder = Folder::new(name);
        let run = |epochs: usize, path: Option<&Path>| -> Vec<f64> {
            let mut numbers = uniform(1);
            let mut model: Sequence<Recurrence<Net<Gru<f32, 1, 4>>>, Net<Linear<f32, 4, 2>>> = Sequence {
                block: Recurrence(Net::new(Gru::uniform(&mut numbers))),
                readout: Net::new(Linear::uniform(&mut numbers)),
            };
            let trainer = Trainer::new(&mut model, &train, optimiser.clone()).batch_size(7).epochs(epochs);
            match path {
                Some(path) => trainer.checkpoint(path).fit(),
                None => trainer.fit(),
            }
            .unwrap();
            model.params().coordinates()
        };
        run(2, Some(&folder.file()));
        assert_eq!(run(4, Some(&folder.file())), run(4, None), "{name}");
    }
    same("adam", &Adam::new(0.01));
    same("adam_w", &AdamW::new(0.01));
    same("r_adam", &RAdam::new(0.01));
    same("lion", &Lion::new(0.001));
    same("sgd", &Sgd::new(0.1).nesterov(0.9));
}

/// A loss that falls for ever.
fn falling(_: &Number, _: MiniBatch<'_>) -> rheos::Result<(f64, f64)> {
    Ok((0.0, -1.0))
}

/// The best epoch of a validation that no longer takes part does not replace the parameters.
#[test]
fn without_its_validation_a_resumed_training_keeps_its_last_parameters() {
    let folder = Folder::new("validation");
    let falling = objective(1, falling);
    let mut model = Number(0.0);
    let trainer = Trainer::new(&mut model, &falling, Sgd::new(1.0)).epochs(3).validation_by(|model| Ok(model.0));
    assert_eq!(trainer.checkpoint(folder.file()).fit().unwrap().best.map(|best| best.epoch), Some(1));
    assert_eq!(model, Number(1.0));
    let trainer = Trainer::new(&mut model, &falling, Sgd::new(1.0)).epochs(6);
    assert_eq!(trainer.checkpoint(folder.file()).fit().unwrap().best.map(|best| best.epoch), Some(6));
    assert_eq!(model, Number(6.0));
    // A validation that comes later counts from then on.
    let trainer = Trainer::new(&mut model, &falling, Sgd::new(1.0)).epochs(9).validation_by(|model| Ok(model.0));
    let training = trainer.early_stopping(2).checkpoint(folder.file()).fit().unwrap();
    assert_eq!((training.best.map(|best| best.epoch), training.ended), (Some(7), Ended::EarlyStop));
    assert_eq!(model, Number(7.0));
}

#[test]
fn a_larger_patience_goes_on() {
    let folder = Folder::new("patience");
    let falling = objective(1, falling);
    let run = |patience: usize| {
        let mut model = Number(0.0);
        let trainer = Trainer::new(&mut model, &falling, Sgd::new(1.0)).epochs(9).validation_by(|model| Ok(model.0));
        let training = trainer.early_stopping(patience).checkpoint(folder.file()).fit().unwrap();
        (training.epochs.len(), training.ended)
    };
    assert_eq!(run(2), (3, Ended::EarlyStop));
    assert_eq!(run(2), (3, Ended::EarlyStop));
    assert_eq!(run(5), (6, Ended::EarlyStop));
    assert_eq!(run(50), (9, Ended::Epochs));
}

/// A schedule of the steps of all epochs ends at the rate 0, at which more epochs would learn nothing.
#[test]
fn a_new_schedule_or_rate_holds_from_then_on() {
    use rheos::train::{Cosine, Schedule};
    let falling = objective(1, falling);
    let train = |path: &Path, epochs: usize, rate: f64, make: Option<fn(u64) -> Schedule>| {
        let mut model = Number(0.0);
        let trainer = Trainer::new(&mut model, &falling, Sgd::new(rate)).epochs(epochs).validation_by(|_| Ok(1.0));
        let trainer = match make {
            Some(make) => trainer.schedule(make),
            None => trainer,
        };
        let training = trainer.checkpoint(path).fit().unwrap();
        training.epochs.iter().map(|epoch| epoch.learning_rate).collect::<Vec<f64>>()
    };
    let cosine: fn(u64) -> Schedule = |steps| Cosine::new(1.0, steps).into();
    let rate = |step: u64, steps: u64| Cosine::new(1.0, steps).rate(step).unwrap();
    let folder = Folder::new("schedule");
    let first: Vec<f64> = (0..3).map(|step| rate(step, 3)).collect();
    assert_eq!(train(&folder.file(), 3, 7.0, Some(cosine)), first);
    let more: Vec<f64> = (3..6).map(|step| rate(step, 6)).collect();
    assert_eq!(train(&folder.file(), 6, 7.0, Some(cosine)), [first, more].concat());
    // Without the schedule, the optimiser sets the rate.
    assert_eq!(train(&folder.file(), 8, 7.0, None)[6..], [7.0, 7.0]);
    assert_eq!(train(&folder.file(), 9, 0.5, None)[6..], [7.0, 7.0, 0.5]);

    // The memory of a schedule stays, unless its settings change.
    let folder = Folder::new("plateau");
    let plateau: fn(u64) -> Schedule = |_| OnPlateau::new(1.0).patience(0).factor(0.5).into();
    let slower: fn(u64) -> Schedule = |_| OnPlateau::new(1.0).patience(0).factor(0.25).into();
    assert_eq!(train(&folder.file(), 3, 7.0, Some(plateau)), [1.0, 1.0, 0.5]);
    assert_eq!(train(&folder.file(), 5, 7.0, Some(plateau))[3..], [0.25, 0.125]);
    assert_eq!(train(&folder.file(), 8, 7.0, Some(slower))[5..], [1.0, 1.0, 0.25]);
}

/// The memory of the optimiser belongs to its settings.
#[test]
fn other_settings_of_the_optimiser_are_refused() {
    let folder = Folder::new("settings");
    let falling = objective(1, falling);
    let fit = |epochs: usize, optimiser: Adam| {
        let mut model = Number(0.0);
        Trainer::new(&mut model, &falling, optimiser).epochs(epochs).checkpoint(folder.file()).fit()
    };
    fit(2, Adam::new(0.1)).unwrap();
    let refused = reason(fit(3, Adam::new(0.1).betas(0.8, 0.9)).unwrap_err().error);
    assert!(refused.contains("with other settings than the learning rate"), "{refused}");
    assert_eq!(fit(3, Adam::new(0.2)).unwrap().epochs[2].learning_rate, 0.2);
}

/// A place without a file is checked before the first step.
#[test]
fn a_file_that_cannot_be_written_is_refused_at_once() {
    let folder = Folder::new("place");
    let untouched = objective(1, |_: &Number, _: MiniBatch<'_>| Err(Error::EmptyState));
    let refused = |path: &Path| {
        let error = Trainer::new(&mut Number(0.0), &untouched, Sgd::new(1.0)).checkpoint(path).fit().unwrap_err().error;
        assert!(matches!(&error, Error::Io { path: named, .. } if named == path), "{error}");
    };
    refused(&folder.0.join("missing").join("run.checkpoint"));
    refused(&folder.0);
    refused(Path::new(""));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}

/// The parameters in the middle of a later epoch belong to no epoch.
#[test]
fn fewer_epochs_than_are_done_are_refused() {
    let folder = Folder::new("fewer");
    let left = std::cell::Cell::new(6);
    let limited = objective(4, |model: &Number, batch: MiniBatch<'_>| {
        left.set(left.get() - 1);
        if left.get() == 0 { Err(Error::EmptyState) } else { falling(model, batch) }
    });
    let mut model = Number(0.0);
    let fit = |model: &mut Number, epochs: usize| {
        Trainer::new(model, &limited, Sgd::new(1.0))
            .epochs(epochs)
            .batch_size(1)
            .checkpoint_every(1, folder.file())
            .fit()
    };
    assert_eq!(fit(&mut model, 3).unwrap_err().error, Error::EmptyState);
    let mut model = Number(0.0);
    let refused = reason(fit(&mut model, 1).unwrap_err().error);
    assert_eq!((refused.as_str(), model), ("it is in epoch 2, but the training has 1 epochs", Number(0.0)));
}
