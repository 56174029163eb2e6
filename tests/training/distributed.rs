//! Trainings over ranks that are threads.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rheos::distributed::{Communicator, ThreadRank, on_threads};
use rheos::nn::{Elman, Linear, Net, Recurrence, Sequence};
use rheos::train::{
    Adam, CrossEntropy, DataParallel, Epoch, MiniBatch, Objective, Optimiser, SequenceData, Sgd, SquaredError, Trainer,
    Training, TrainingAction, TrainingFailure, objective, uniform,
};
use rheos::{Error, Parametric, Result, State};

use crate::problem::{Model, Number, data, model};

fn bits(model: &Model) -> Vec<u64> {
    model.params().coordinates().into_iter().map(f64::to_bits).collect()
}

/// Five epochs of four steps by an objective.
fn train(loss: &impl Objective<Model>, optimiser: impl Optimiser) -> (Model, Training) {
    let mut model = model();
    let training = Trainer::new(&mut model, loss, optimiser).epochs(5).batch_size(10).seed(3).fit().unwrap();
    (model, training)
}

/// The same on ranks, of which each waits for a time of its own at every step.
fn train_on(ranks: usize, optimiser: &(impl Optimiser + Sync)) -> Vec<(Model, Training)> {
    let data = data(40).unwrap();
    on_threads(ranks, |ranks| {
        let loss = data.objective(CrossEntropy::new(2));
        let delayed = objective(40, |model: &Model, batch: MiniBatch<'_>| {
            std::thread::sleep(Duration::from_micros(batch.seed.rotate_left(16 * ranks.rank() as u32) % 500));
            loss.gradient(model, batch)
        });
        let parallel = DataParallel::new(&delayed, ranks);
        let compared = objective(40, |model: &Model, batch: MiniBatch<'_>| {
            let own = bits(model);
            let all = ranks.all_gather(&own)?;
            assert!(all.chunks(own.len()).all(|other| other == own), "before the step of the seed {}", batch.seed);
            parallel.gradient(model, batch)
        });
        train(&compared, optimiser.clone())
    })
}

#[test]
fn every_rank_has_the_same_bits_after_every_step_and_in_every_run() {
    for ranks in [2, 3] {
        let adam = Adam::new(0.05);
        let (first, second) = (train_on(ranks, &adam), train_on(ranks, &adam));
        for (model, _) in first.iter().chain(&second) {
            assert_eq!(bits(model), bits(&first[0].0));
        }
    }
}

#[test]
fn the_result_is_that_of_one_rank_up_to_rounding() {
    compare_with_one_rank(&Adam::new(0.05));
    // Adam does not feel a factor of the gradient.
    compare_with_one_rank(&Sgd::new(0.5));
}

fn compare_with_one_rank(optimiser: &(impl Optimiser + Sync)) {
    let data = data(40).unwrap();
    let (one, alone) = train(&data.objective(CrossEntropy::new(2)), optimiser.clone());
    let moved = one.params().coordinates().iter().zip(model().params().coordinates()).any(|(x, y)| (x - y).abs() > 0.3);
    assert!(moved);
    // A batch of 10 has as many samples as ranks, and fewer.
    for ranks in [2, 3, 10, 11] {
        for (model, training) in train_on(ranks, optimiser) {
            for (x, y) in model.params().coordinates().into_iter().zip(one.params().coordinates()) {
                // Relative errors of some ulps in each gradient, hardly amplified by 20 steps.
                assert!((x - y).abs() <= 1e-12 * y.abs().max(1.0), "{ranks} {x} {y}");
            }
            for (epoch, other) in training.epochs.iter().zip(&alone.epochs) {
                assert!((epoch.loss - other.loss).abs() <= 1e-13, "{ranks} {epoch:?} {other:?}");
            }
        }
    }
    // One rank has no sums.
    assert_eq!(bits(&train_on(1, optimiser)[0].0), bits(&one));
}

/// The gradient of the mean over samples `i` of `(x − i)² / 2`, whose weights in it are `1 + i`.
struct Weighted;

impl Objective<Number> for Weighted {
    fn samples(&self) -> usize {
        7
    }
    fn weight(&self, batch: MiniBatch<'_>) -> f64 {
        batch.samples.iter().map(|&i| 1.0 + i as f64).sum()
    }
    fn gradient(&self, model: &Number, batch: MiniBatch<'_>) -> Result<(f64, f64)> {
        let (mut loss, mut gradient) = (0.0, 0.0);
        for &i in batch.samples {
            let (distance, weight) = (model.0 - i as f64, (1.0 + i as f64) / self.weight(batch));
            loss += weight * distance * distance / 2.0;
            gradient += weight * distance;
        }
        Ok((loss, gradient))
    }
}

/// Of `x = 2` and all samples: `Σ (1 + i) (2 − i)² / 2 / 28 = 3.5` and `Σ (1 + i) (2 − i) / 28 = −2`.
#[test]
fn shares_count_by_their_weights() {
    let samples: Vec<usize> = (0..7).collect();
    for ranks in 1..9 {
        let found = on_threads(ranks, |ranks| {
            let batch = MiniBatch { samples: &samples, seed: 1 };
            let parallel = DataParallel::new(&Weighted, ranks);
            (parallel.gradient(&Number(2.0), batch), parallel.loss(&Number(2.0), batch))
        });
        for (gradient, loss) in found {
            let ((value, slope), loss) = (gradient.unwrap(), loss.unwrap());
            assert!((value - 3.5).abs() < 1e-14 && (slope + 2.0).abs() < 1e-14, "{ranks} {value} {slope}");
            assert_eq!(value, loss);
        }
    }
}

/// Weights that are not additive: `n − 1` for `n` samples.
struct Pairs;

impl Objective<Number> for Pairs {
    fn samples(&self) -> usize {
        3
    }
    fn weight(&self, batch: MiniBatch<'_>) -> f64 {
        batch.samples.len() as f64 - 1.0
    }
    fn gradient(&self, model: &Number, _: MiniBatch<'_>) -> Result<(f64, f64)> {
        square(model)
    }
}

#[test]
fn shares_without_weight_in_sum_are_refused() {
    for found in on_threads(3, |ranks| {
        let batch = MiniBatch { samples: &[0, 1, 2], seed: 1 };
        DataParallel::new(&Pairs, ranks).gradient(&Number(1.0), batch)
    }) {
        assert!(matches!(found, Err(Error::InvalidArgument { name: "weight", value: 0.0, .. })), "{found:?}");
    }
}

type Fitted = Result<Training, Box<TrainingFailure>>;

/// A training of one number on three ranks; `gradient` may fail on one of them, and `change` changes the training.
fn fit(
    gradient: impl Fn(usize, &Number, MiniBatch<'_>) -> Result<(f64, f64)> + Sync,
    change: impl for<'a> Fn(&ThreadRank, Trainer<'a, Number, Parallel<'a>, Sgd>) -> Trainer<'a, Number, Parallel<'a>, Sgd>
    + Sync,
) -> Vec<(f64, Fitted)> {
    on_threads(3, |ranks| {
        let mut model = Number(1.0);
        let loss = Boxed(Box::new(|model, batch| gradient(ranks.rank(), model, batch)));
        let parallel = DataParallel::new(&loss, ranks);
        let trainer = Trainer::new(&mut model, &parallel, Sgd::new(0.1)).epochs(4).batch_size(6);
        let fitted = change(ranks, trainer).fit();
        (model.0, fitted)
    })
}

type Parallel<'a> = DataParallel<'a, Boxed<'a>, ThreadRank>;

type Gradient<'a> = dyn Fn(&Number, MiniBatch<'_>) -> Result<(f64, f64)> + 'a;

/// A closure on 18 samples.
struct Boxed<'a>(Box<Gradient<'a>>);

impl Objective<Number> for Boxed<'_> {
    fn samples(&self) -> usize {
        18
    }
    fn gradient(&self, model: &Number, batch: MiniBatch<'_>) -> Result<(f64, f64)> {
        (self.0)(model, batch)
    }
}

fn square(model: &Number) -> Result<(f64, f64)> {
    Ok((model.0 * model.0 / 2.0, model.0))
}

/// All ranks report this rank and this message.
fn all_report(fitted: &[(f64, Fitted)], expected: usize, message: &str) {
    for (_, fitted) in fitted {
        let error = &fitted.as_ref().unwrap_err().error;
        let Error::OnRank { rank, reason, .. } = error else { panic!("{error}") };
        assert!(*rank == expected && reason.contains(message), "{error}");
    }
}

#[test]
fn an_error_of_one_rank_ends_all_at_the_same_step() {
    // Two steps: x = 0.9, then x = 0.81.
    let fitted = fit(
        |rank, model, _| if rank == 1 && model.0 < 0.85 { Err(Error::EmptyState) } else { square(model) },
        |_, trainer| trainer,
    );
    all_report(&fitted, 1, &Error::EmptyState.to_string());
    for (x, fitted) in &fitted {
        let TrainingFailure { epoch, step, .. } = **fitted.as_ref().unwrap_err();
        assert_eq!((*x, epoch, step), (fitted_after(2), 1, 3));
    }
}

fn fitted_after(steps: u32) -> f64 {
    (0..steps).fold(1.0, |x, _| x - 0.1 * x)
}

#[test]
fn a_loss_or_a_gradient_that_is_not_finite_on_one_rank_ends_all() {
    for (bad, message) in [((f64::INFINITY, 1.0), "loss is inf"), ((1.0, f64::NAN), "gradient[0]` is NaN")] {
        let fitted = fit(|rank, model, _| if rank == 2 { Ok(bad) } else { square(model) }, |_, trainer| trainer);
        all_report(&fitted, 2, message);
        assert!(fitted.iter().all(|(x, _)| *x == 1.0));
    }
}

#[test]
fn a_step_that_is_not_finite_on_one_rank_is_skipped_on_all() {
    // Twelve steps, of which those with sample 0 are skipped: one in each of the four epochs.
    let bad = |_: usize, model: &Number, batch: MiniBatch<'_>| {
        if batch.samples.contains(&0) { Ok((f64::NAN, 1.0)) } else { square(model) }
    };
    for (x, fitted) in fit(bad, |_, trainer| trainer.skip_non_finite()) {
        let skipped: Vec<u64> = fitted.unwrap().epochs.iter().map(|epoch| epoch.skipped).collect();
        // The shares of a third each are summed: x / 3 + x / 3 + x / 3 may differ from x in the last place.
        assert!((x - fitted_after(8)).abs() < 1e-15 && skipped == [1; 4], "{x} {skipped:?}");
    }
    // Another error of another rank is not skipped.
    let worse = |rank: usize, model: &Number, _: MiniBatch<'_>| match rank {
        0 => Ok((f64::NAN, 1.0)),
        1 => Err(Error::EmptyState),
        _ => square(model),
    };
    all_report(&fit(worse, |_, trainer| trainer.skip_non_finite()), 1, &Error::EmptyState.to_string());
}

#[test]
fn a_failure_between_steps_ends_all() {
    let good = |_: usize, model: &Number, _: MiniBatch<'_>| square(model);
    // A setting, a callback, a validation and a file that fail on one rank.
    all_report(&fit(good, |ranks, trainer| trainer.epochs(if ranks.rank() == 1 { 0 } else { 3 })), 1, "epochs");
    let callback = fit(good, |ranks, trainer| {
        let fails = ranks.rank() == 2;
        trainer.on_epoch(move |_, _| if fails { Err(Error::EmptyState) } else { Ok(TrainingAction::Continue) })
    });
    all_report(&callback, 2, &Error::EmptyState.to_string());
    let last = fit(good, |ranks, trainer| {
        let rank = ranks.rank();
        let fails = move |epoch: &Epoch| rank == 0 && epoch.epoch == 4;
        trainer
            .on_epoch(move |epoch, _| if fails(epoch) { Err(Error::EmptyState) } else { Ok(TrainingAction::Continue) })
    });
    all_report(&last, 0, &Error::EmptyState.to_string());
    all_report(&fit(good, |_, trainer| trainer.log("/no such folder/log.csv")), 0, "no such folder");
    // A validation that fails, and one that differs.
    let validation = |bad: Result<f64>| {
        fit(good, move |ranks, trainer| {
            let value = if ranks.rank() == 1 { bad.clone() } else { Ok(1.0) };
            trainer.validation_by(move |_| value.clone()).early_stopping(1)
        })
    };
    all_report(&validation(Err(Error::EmptyState)), 1, &Error::EmptyState.to_string());
    all_report(&validation(Ok(f64::NAN)), 1, "NaN");
    all_report(&validation(Ok(1.0 + f64::EPSILON)), 1, "rank 0");
}

#[test]
fn ranks_with_other_parameters_settings_or_samples_are_refused() {
    let differ = |change: fn(usize, &mut Number) -> (u64, f64)| {
        on_threads(2, |ranks| {
            let mut model = Number(1.0);
            let (seed, rate) = change(ranks.rank(), &mut model);
            let loss = objective(8, |model: &Number, _: MiniBatch<'_>| square(model));
            let parallel = DataParallel::new(&loss, ranks);
            let fitted = Trainer::new(&mut model, &parallel, Sgd::new(rate)).batch_size(4).seed(seed).fit();
            (model.0, fitted)
        })
    };
    all_report(
        &differ(|rank, model| {
            model.0 += rank as f64 * f64::EPSILON;
            (0, 0.1)
        }),
        1,
        "parameters",
    );
    all_report(&differ(|rank, _| (rank as u64, 0.1)), 1, "samples");
    all_report(&differ(|rank, _| (0, if rank == 0 { 0.1 } else { 0.2 })), 1, "parameters");
    assert!(differ(|_, _| (0, 0.1)).into_iter().all(|(_, fitted)| fitted.is_ok()));
}

#[test]
fn a_callback_of_one_rank_stops_all() {
    let stopped = fit(
        |_, model, _| square(model),
        |ranks, trainer| {
            let rank = ranks.rank();
            trainer.on_epoch(move |epoch, _| {
                Ok(if rank == 1 && epoch.epoch == 2 { TrainingAction::Stop } else { TrainingAction::Continue })
            })
        },
    );
    assert!(stopped.into_iter().all(|(_, fitted)| fitted.unwrap().epochs.len() == 2));
}

/// A rank that ends without a word.
#[test]
fn a_lost_rank_is_an_error() {
    let outcomes = on_threads(3, |ranks| {
        let loss = objective(6, |model: &Number, _: MiniBatch<'_>| square(model));
        let parallel = DataParallel::new(&loss, ranks);
        let (mut model, mut sgd) = (Number(1.0), Sgd::new(0.1));
        for step in 0..5 {
            if ranks.rank() == 2 && step == 3 {
                return Ok(());
            }
            let (_, gradient) = parallel.gradient(&model, MiniBatch { samples: &[0, 1, 2, 3, 4, 5], seed: step })?;
            sgd.step(&mut model, &gradient)?;
        }
        Ok(())
    });
    assert_eq!(outcomes[2], Ok(()));
    for outcome in &outcomes[..2] {
        // The second rank to notice may miss the first one.
        assert!(matches!(outcome, Err(Error::RankLost { .. })), "{outcome:?}");
    }
}

/// A training of at most `steps` steps from the file of the root; the other ranks see no file.
fn resume(file: &Path, every: u64, steps: usize) -> Vec<(Model, Fitted)> {
    let data = data(50).unwrap();
    on_threads(3, |ranks| {
        let (train, valid) = data.clone().split(40);
        let (train, valid) = (train.objective(CrossEntropy::new(2)), valid.objective(CrossEntropy::new(2)));
        let left = std::cell::Cell::new(steps);
        let limited = objective(40, |model: &Model, batch: MiniBatch<'_>| {
            if ranks.rank() == 1 && left.replace(left.get().saturating_sub(1)) == 0 {
                return Err(Error::EmptyState);
            }
            train.gradient(model, batch)
        });
        let own = if ranks.rank() == 0 { file.to_owned() } else { PathBuf::from("/no such folder/file") };
        let mut model = model();
        let fitted = Trainer::new(&mut model, &DataParallel::new(&limited, ranks), Adam::new(0.05))
            .epochs(3)
            .batch_size(10)
            .validation(&DataParallel::new(&valid, ranks))
            .checkpoint_every(every, &own)
            .fit();
        (model, fitted)
    })
}

#[test]
fn a_resumed_training_has_the_same_bits_on_all_ranks() {
    let folder = std::env::temp_dir().join(format!("rheos-ranks-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let whole = resume(&folder.join("whole"), 0, usize::MAX);
    for (every, steps) in [(0, 0), (0, 6), (1, 5), (3, 11)] {
        let file = folder.join(format!("{every}-{steps}"));
        let killed = resume(&file, every, steps);
        assert!(
            killed
                .iter()
                .all(|(_, fitted)| matches!(&fitted.as_ref().unwrap_err().error, Error::OnRank { rank: 1, .. }))
        );
        for (model, fitted) in resume(&file, every, usize::MAX) {
            assert_eq!(bits(&model), bits(&whole[0].0), "{every} {steps}");
            let timeless = |training: &Training| -> Vec<Epoch> {
                training.epochs.iter().map(|epoch| Epoch { seconds: 0.0, ..*epoch }).collect()
            };
            assert_eq!(timeless(&fitted.unwrap()), timeless(whole[0].1.as_ref().unwrap()));
        }
    }
    // A damaged file is refused on all ranks.
    let damaged = folder.join("damaged");
    std::fs::write(&damaged, "not a checkpoint").unwrap();
    for (_, fitted) in resume(&damaged, 0, usize::MAX) {
        let error = fitted.unwrap_err().error;
        assert!(
            matches!(&error, Error::OnRank { rank: 0, reason, .. } if reason.contains("not a checkpoint")),
            "{error}"
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_batch_in_which_nothing_counts_is_the_error_of_one_rank() {
    // The first four sequences end before the first output that counts.
    let inputs: Vec<Vec<[f64; 1]>> = (0..6).map(|i| vec![[0.1]; if i < 4 { 2 } else { 5 }]).collect();
    let data = SequenceData::new(inputs.clone(), inputs).unwrap().outputs_from(3);
    let linear = Linear::<f64, 2, 1>::uniform(&mut uniform(2));
    let elman = Elman::<f64, 1, 2>::uniform(&mut uniform(1));
    let model = Sequence { block: Recurrence(Net::dynamic(elman)), readout: Net::dynamic(linear) };
    for samples in [&[0, 1, 2, 3][..], &[]] {
        let batch = MiniBatch { samples, seed: 1 };
        let alone = data.objective(SquaredError).loss(&model, batch).unwrap_err();
        assert!(matches!(alone, Error::InvalidArgument { name: "outputs_from", .. }));
        on_threads(2, |ranks| {
            let loss = data.objective(SquaredError);
            let parallel = DataParallel::new(&loss, ranks);
            for error in [parallel.loss(&model, batch).unwrap_err(), parallel.gradient(&model, batch).unwrap_err()] {
                assert!(matches!(error, Error::OnRank { rank: 0, reason, .. } if reason == alone.to_string()));
            }
        });
    }
}
