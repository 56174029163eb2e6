//! The ends of trainings, and their reports.

use std::cell::Cell;

use rheos::train::{
    Adam, CrossEntropy, Ended, Epoch, MiniBatch, Objective, Optimiser, Sgd, Trainer, TrainingAction, objective,
};
use rheos::{Error, Parametric, Result, State};

use crate::problem::{Model, Number, data, model};

#[test]
fn a_model_learns() {
    let (train, rest) = data(200).unwrap().split(100);
    let (valid, test) = rest.split(50);
    let (train, valid) = (train.objective(CrossEntropy::new(2)), valid.objective(CrossEntropy::new(2)));
    let mut model = model();
    let training = Trainer::new(&mut model, &train, Adam::new(0.02)).epochs(30).validation(&valid).fit().unwrap();
    assert_eq!((training.epochs.len(), training.ended), (30, Ended::Epochs));
    let after = test.error_rate(&model).unwrap();
    assert!(after <= 0.02, "{after}");
    let first = training.epochs[0].loss;
    let best = training.best.unwrap();
    assert!(best.validation.unwrap() < 0.5 * first, "{first} {best:?}");
    // The model has the parameters of the best epoch.
    let all: Vec<usize> = (0..50).collect();
    let loss = valid.loss(&model, MiniBatch { samples: &all, seed: 0 }).unwrap();
    assert!((loss - best.validation.unwrap()).abs() < 1e-12);
}

#[test]
fn every_sample_is_used_once_in_an_epoch_and_the_last_batch_is_smaller() {
    let seen = std::cell::RefCell::new(Vec::new());
    let record = objective(10, |_: &Number, batch: MiniBatch<'_>| {
        seen.borrow_mut().push((batch.samples.to_vec(), batch.seed));
        Ok((0.0, 0.0))
    });
    Trainer::new(&mut Number(0.0), &record, Sgd::new(0.1)).epochs(2).batch_size(4).seed(5).fit().unwrap();
    let seen = seen.into_inner();
    assert_eq!(seen.iter().map(|(samples, _)| samples.len()).collect::<Vec<_>>(), [4, 4, 2, 4, 4, 2]);
    let epoch = |range: std::ops::Range<usize>| -> Vec<usize> {
        seen[range].iter().flat_map(|(samples, _)| samples.clone()).collect()
    };
    let (first, second) = (epoch(0..3), epoch(3..6));
    assert_ne!(first, second);
    for mut order in [first, second] {
        order.sort_unstable();
        assert_eq!(order, (0..10).collect::<Vec<_>>());
    }
    let seeds: std::collections::BTreeSet<u64> = seen.iter().map(|(_, seed)| *seed).collect();
    assert_eq!(seeds.len(), 6);
}

/// The loss of an epoch is the mean over the samples, also with a smaller last batch.
#[test]
fn the_loss_of_an_epoch_is_the_mean_over_its_samples() {
    let values = [1.0, 2.0, 3.0, 4.0, 10.0];
    let mean = objective(5, |_: &Number, batch: MiniBatch<'_>| {
        let sum: f64 = batch.samples.iter().map(|&i| values[i]).sum();
        Ok((sum / batch.samples.len() as f64, 3.0))
    });
    let training = Trainer::new(&mut Number(0.0), &mean, Sgd::new(0.5)).epochs(1).batch_size(2).fit().unwrap();
    let Epoch { epoch, loss, validation, learning_rate, gradient_norm, skipped, .. } = training.epochs[0];
    assert!((loss - 4.0).abs() < 1e-14);
    assert_eq!((epoch, validation, learning_rate, gradient_norm, skipped), (1, None, 0.5, 3.0, 0));
    assert_eq!(training.best, Some(training.epochs[0]));
}

/// The validation losses 3, 2, 1, 4, 5, 6, …: epoch 3 is the best.
#[test]
fn an_early_stop_keeps_the_best_parameters() {
    let losses = Cell::new(0);
    let falling = objective(1, |_: &Number, _: MiniBatch<'_>| Ok((0.0, -1.0)));
    let mut model = Number(0.0);
    let training = Trainer::new(&mut model, &falling, Sgd::new(1.0))
        .epochs(100)
        .validation_by(|_| {
            losses.set(losses.get() + 1);
            Ok([3.0, 2.0, 1.0, 4.0, 5.0, 6.0, 0.0][losses.get() - 1])
        })
        .early_stopping(3)
        .fit()
        .unwrap();
    assert_eq!((training.ended, training.epochs.len()), (Ended::EarlyStop, 6));
    assert_eq!(training.best.map(|best| best.epoch), Some(3));
    assert_eq!(model, Number(3.0));
}

#[test]
fn a_callback_sees_the_model_and_stops_the_training() {
    let falling = objective(1, |_: &Number, _: MiniBatch<'_>| Ok((0.0, -1.0)));
    let mut seen = Vec::new();
    let mut model = Number(0.0);
    let training = Trainer::new(&mut model, &falling, Sgd::new(1.0))
        .on_epoch(|epoch, model: &Number| {
            seen.push((epoch.epoch, model.0));
            Ok(if epoch.epoch == 2 { TrainingAction::Stop } else { TrainingAction::Continue })
        })
        .fit()
        .unwrap();
    assert_eq!((training.ended, training.epochs.len()), (Ended::Callback, 2));
    assert_eq!(seen, [(1, 1.0), (2, 2.0)]);
}

/// The third of four steps has no finite gradient.
fn spoilt(_: &Number, batch: MiniBatch<'_>) -> Result<(f64, f64)> {
    Ok((1.0, if batch.samples[0] == 2 { f64::NAN } else { -1.0 }))
}

#[test]
fn a_gradient_that_is_not_finite_never_reaches_the_parameters() {
    let spoilt = objective(4, spoilt);
    let mut model = Number(0.0);
    let failure = Trainer::new(&mut model, &spoilt, Sgd::new(1.0)).batch_size(1).fit().unwrap_err();
    assert!(matches!(failure.error, Error::InvalidEntry { name: "gradient", .. }), "{failure}");
    assert_eq!((failure.epoch, model.0), (1, (failure.step - 1) as f64));
    assert!(failure.to_string().starts_with("training failed in epoch 1, step "), "{failure}");

    let mut model = Number(0.0);
    let training =
        Trainer::new(&mut model, &spoilt, Sgd::new(1.0)).batch_size(1).epochs(3).skip_non_finite().fit().unwrap();
    assert_eq!(training.epochs.iter().map(|epoch| epoch.skipped).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!((model.0, training.epochs[0].loss), (9.0, 1.0));

    // A loss that is not finite is the same.
    let lost = objective(2, |_: &Number, _: MiniBatch<'_>| Ok((f64::INFINITY, 0.0)));
    let refused = Trainer::new(&mut Number(0.0), &lost, Sgd::new(1.0)).fit().unwrap_err();
    assert_eq!(refused.error, Error::NonFiniteLoss { value: f64::INFINITY });
    // An epoch without a good step is an error, also if steps may be skipped.
    let refused = Trainer::new(&mut Number(0.0), &lost, Sgd::new(1.0)).skip_non_finite().fit().unwrap_err();
    assert_eq!(refused.error, Error::NonFiniteLoss { value: f64::INFINITY });
}

#[test]
fn the_schedule_sets_the_rate_of_each_step() {
    use rheos::train::{Cosine, OnPlateau};
    let flat = objective(4, |_: &Number, _: MiniBatch<'_>| Ok((0.0, 1.0)));
    let mut model = Number(0.0);
    let training = Trainer::new(&mut model, &flat, Sgd::new(7.0))
        .epochs(5)
        .batch_size(1)
        .schedule(|steps| Cosine::new(0.5, steps))
        .fit()
        .unwrap();
    let rates = |step: u64| Cosine::new(0.5, 20).rate(step).unwrap();
    let sum: f64 = (0..20).map(rates).sum();
    assert!((model.0 + sum).abs() < 1e-13);
    assert_eq!(training.epochs[4].learning_rate, rates(19));

    // A validation loss that does not improve lowers the rate.
    let training = Trainer::new(&mut Number(0.0), &flat, Sgd::new(1.0))
        .epochs(4)
        .validation_by(|_| Ok(1.0))
        .schedule(|_| OnPlateau::new(1.0).patience(0).factor(0.5))
        .fit()
        .unwrap();
    let rates: Vec<f64> = training.epochs.iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(rates, [1.0, 1.0, 0.5, 0.25]);
}

#[test]
fn a_log_has_a_line_for_each_epoch() {
    let folder = std::env::temp_dir().join(format!("rheos-log-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let flat = objective(1, |_: &Number, _: MiniBatch<'_>| Ok((0.25, 1.0)));
    for name in ["log.csv", "log.jsonl"] {
        let path = folder.join(name);
        let run = |trainer: Trainer<'_, Number, _, Sgd>| trainer.epochs(2).log(&path).fit().unwrap();
        run(Trainer::new(&mut Number(0.0), &flat, Sgd::new(0.5)).validation_by(|_| Ok(2.0)));
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        if name == "log.csv" {
            assert_eq!(lines[0], "epoch,loss,validation,learning_rate,gradient_norm,skipped,seconds");
            assert!(lines.len() == 3 && lines[2].starts_with("2,0.25,2,0.5,1,0,"), "{text}");
        } else {
            assert_eq!(lines.len(), 2);
            let line: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
            assert_eq!((&line["epoch"], &line["loss"], &line["validation"]), (&2.into(), &0.25.into(), &2.0.into()));
        }
    }
    let missing = folder.join("no folder").join("log.csv");
    let refused = Trainer::new(&mut Number(0.0), &flat, Sgd::new(0.5)).log(&missing).fit().unwrap_err();
    assert!(matches!(&refused.error, Error::Io { action: "write", path, .. } if *path == missing), "{refused}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A step is the gradient of the objective, clipped, by the optimiser: nothing else.
#[test]
fn a_training_is_the_loop_by_hand() {
    use rheos::train::clip_norm;
    let data = data(24).unwrap();
    let train = data.objective(CrossEntropy::new(2));
    let (mut trained, mut by_hand): (Model, Model) = (model(), model());
    let order = std::cell::RefCell::new(Vec::new());
    let recorded = objective(24, |model: &Model, batch: MiniBatch<'_>| {
        order.borrow_mut().push(batch.samples.to_vec());
        train.gradient(model, batch)
    });
    Trainer::new(&mut trained, &recorded, Adam::new(0.1)).epochs(3).batch_size(10).clip_norm(0.05).fit().unwrap();
    let mut adam = Adam::new(0.1);
    for samples in order.into_inner() {
        let (_, mut gradient) = train.gradient(&by_hand, MiniBatch { samples: &samples, seed: 0 }).unwrap();
        clip_norm(&mut gradient, 0.05).unwrap();
        adam.step(&mut by_hand, &gradient).unwrap();
    }
    assert_eq!(trained.params().coordinates(), by_hand.params().coordinates());
}

/// The order of the settings does not matter.
#[test]
fn a_validation_has_the_batches_of_the_training() {
    let sizes = std::cell::RefCell::new(Vec::new());
    let flat = objective(4, |_: &Number, _: MiniBatch<'_>| Ok((0.0, 1.0)));
    let valid = objective(5, |_: &Number, batch: MiniBatch<'_>| {
        sizes.borrow_mut().push(batch.samples.len());
        Ok((0.0, 1.0))
    });
    let mut model = Number(0.0);
    Trainer::new(&mut model, &flat, Sgd::new(1.0)).epochs(1).validation(&valid).batch_size(2).fit().unwrap();
    assert_eq!(*sizes.borrow(), [2, 2, 1]);
}

/// Until an early stop.
#[test]
fn a_training_may_have_any_number_of_epochs() {
    use rheos::train::Cosine;
    let flat = objective(4, |_: &Number, _: MiniBatch<'_>| Ok((0.0, 1.0)));
    let mut model = Number(0.0);
    let training = Trainer::new(&mut model, &flat, Sgd::new(1.0))
        .epochs(usize::MAX)
        .batch_size(1)
        .schedule(|steps| Cosine::new(0.5, steps))
        .validation_by(|_| Ok(1.0))
        .early_stopping(2)
        .fit()
        .unwrap();
    assert_eq!((training.epochs.len(), training.ended, model.0), (3, Ended::EarlyStop, -2.0));
}
