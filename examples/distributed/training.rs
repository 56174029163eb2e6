//! The training.

use std::path::Path;

use rheos::distributed::{Communicator, agree};
use rheos::train::{Adam, CrossEntropy, DataParallel, MiniBatch, Objective, Trainer, TrainingAction, objective};
use rheos::{Error, Parametric, Result, State};

use crate::network::{Network, digits, network};

const UNITS: usize = 32;
/// The samples to train on; the others are for validation.
const SAMPLES: usize = 1150;

/// What happens to the last rank in the third epoch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Accident {
    LostRank,
    Error,
}

/// Trains the network on all ranks, and reports its errors and a hash of its parameters.
pub fn train(
    ranks: &impl Communicator,
    epochs: usize,
    checkpoint: Option<&Path>,
    accident: Option<Accident>,
) -> Result<String> {
    let (data, test) = agree(ranks, digits())?;
    let (train, valid) = data.split(SAMPLES);
    let (train, valid) = (train.objective(CrossEntropy::new(10)), valid.objective(CrossEntropy::new(10)));
    let is_last = ranks.rank() + 1 == ranks.size();
    let steps = std::cell::Cell::new(0);
    let disturbed = objective(SAMPLES, |model: &Network<UNITS>, batch: MiniBatch<'_>| {
        steps.set(steps.get() + 1);
        // Each epoch has 36 steps.
        match accident.filter(|_| is_last && steps.get() == 90) {
            Some(Accident::LostRank) => std::process::abort(),
            Some(Accident::Error) => Err(Error::EmptyState),
            None => train.gradient(model, batch),
        }
    });
    let (train, valid) = (DataParallel::new(&disturbed, ranks), DataParallel::new(&valid, ranks));

    let mut model = network::<UNITS>();
    let trainer = Trainer::new(&mut model, &train, Adam::new(0.003)).epochs(epochs).validation(&valid);
    let trainer = trainer.progress().on_epoch(|_, model| {
        all_equal(ranks, model)?;
        Ok(TrainingAction::Continue)
    });
    let training = match checkpoint {
        Some(file) => trainer.checkpoint_every(10, file).fit(),
        None => trainer.fit(),
    }?;

    let hash = all_equal(ranks, &model)?;
    let loss = training.best.map_or(f64::NAN, |best| best.loss);
    Ok(format!(
        "training on {} ranks: loss {loss:.4}, test error {:.2} %, parameters {hash:016x} on every rank",
        ranks.size(),
        100.0 * test.error_rate(&model)?
    ))
}

/// The hash of the parameters, if they have the same bits on all ranks.
fn all_equal(ranks: &impl Communicator, model: &Network<UNITS>) -> Result<u64> {
    // A rank that has failed by itself says so here, and joins no other exchange.
    agree(ranks, Ok(()))?;
    let own: Vec<u64> = model.params().coordinates().into_iter().map(f64::to_bits).collect();
    let all = ranks.all_gather(&own)?;
    let found = all.chunks(own.len()).filter(|other| *other == own).count();
    if found < ranks.size() {
        return Err(Error::LengthMismatch { name: "ranks with the same parameters", found, expected: ranks.size() });
    }
    // FNV-1a, word by word.
    Ok(own.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3)))
}
