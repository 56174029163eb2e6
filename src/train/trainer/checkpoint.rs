//! Files from which a training goes on, bit for bit.
//!
//! A file has the line [`HEADER`], the length of its content, a hash of it, and the content in the postcard format:
//! tensors by name and shape, their numbers, the optimiser, the schedule, and the progress. No state of a generator of
//! random numbers is needed, since all draws depend on the seed, the epoch and the step.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::builder::{Settings, Trainer};
use super::progress::Progress;
use crate::disk;
use crate::distributed::bytes_of_root;
use crate::dynamics::Parametric;
use crate::error::{Error, Result, TensorDifference};
use crate::formula::{Parameters, TensorInfo};
use crate::state::State;
use crate::train::objective::Objective;
use crate::train::{Optimiser, Schedule};

/// The first line of a file; the number is the version of the format.
const HEADER: &[u8] = b"rheos checkpoint 1\n";

/// The checkpoints of a training.
pub(super) struct Checkpoint<M: Parametric, O> {
    path: PathBuf,
    /// The number of steps between two files within an epoch; `None` for files after each epoch only.
    every: Option<u64>,
    /// The optimiser before the first step.
    optimiser: O,
    /// The schedule before the first step.
    schedule: Option<Schedule>,
    write: fn(&Path, &M, [&O; 2], Run) -> Result<()>,
    read: Read<M, O>,
}

/// Reads the bytes of a file for a model.
type Read<M, O> = fn(&Path, &[u8], &M, &O) -> Result<Restored<<M as Parametric>::Params, O>>;

/// The content of a file.
pub(super) struct Restored<P, O> {
    params: P,
    optimiser: O,
    /// The learning rate of the optimiser before the first step.
    first_rate: f64,
    run: Run,
}

/// The settings of a training that must not change, and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    seed: u64,
    batch_size: u64,
    samples: u64,
    schedule: Option<Schedule>,
    /// The schedule before the first step.
    first_schedule: Option<Schedule>,
    progress: Progress,
}

/// The part of a file that tells to which model and optimiser it belongs.
#[derive(Serialize, Deserialize)]
struct Head {
    /// The distance from 1 to the next larger number of the parameters.
    rounding: f64,
    tensors: Vec<Tensor>,
    /// The type of the optimiser.
    optimiser: String,
}

/// The other part.
#[derive(Serialize, Deserialize)]
struct Body<O> {
    numbers: Vec<f64>,
    optimiser: O,
    /// The optimiser before the first step.
    first_optimiser: O,
    run: Run,
}

/// A tensor by name and shape.
#[derive(PartialEq, Serialize, Deserialize)]
struct Tensor {
    name: String,
    shape: (usize, usize),
}

impl<M, T, O> Trainer<'_, M, T, O>
where
    M: Parametric<Params: Parameters>,
    T: Objective<M>,
    O: Optimiser + Serialize + DeserializeOwned,
{
    /// Writes a file after each epoch, from which an interrupted training goes on: if the file exists, the training starts
    /// from it, with the same results bit for bit as if it had not been interrupted.
    ///
    /// The other settings may be changed and hold from then on: more epochs, another learning rate, schedule, patience or
    /// validation. A schedule made from the number of steps is another one if the number of epochs is. After a removed
    /// validation, the model ends with the parameters of the last epoch.
    ///
    /// A new file is written beside the old one and renamed, so an interruption while writing leaves the old one.
    ///
    /// [`fit`](Self::fit) then fails with [`Error::Io`] before the first step if the file cannot be written; with
    /// [`Error::Checkpoint`] for a file that is damaged, of another version, or of another training: with another optimiser
    /// or other settings of it, another seed, batch size or number of samples, or of more epochs; and with
    /// [`Error::WeightMismatch`] for one of another model.
    pub fn checkpoint(mut self, path: impl AsRef<Path>) -> Self {
        self.checkpoint = Some(Checkpoint {
            path: path.as_ref().to_owned(),
            every: None,
            optimiser: self.optimiser.clone(),
            schedule: None,
            write: write::<M, O>,
            read: read::<M, O>,
        });
        self
    }

    /// [`checkpoint`](Self::checkpoint) also within epochs, after this many steps; 0 means after every epoch only.
    pub fn checkpoint_every(self, steps: u64, path: impl AsRef<Path>) -> Self {
        let mut trainer = self.checkpoint(path);
        if let Some(checkpoint) = &mut trainer.checkpoint {
            checkpoint.every = Some(steps).filter(|&steps| steps > 0);
        }
        trainer
    }
}

impl<M: Parametric, T: Objective<M>, O: Optimiser> Trainer<'_, M, T, O> {
    /// Goes back to the state of the file, if there is one.
    pub(super) fn restore(&mut self, progress: &mut Progress) -> Result<()> {
        let Some(Checkpoint { path, read, schedule, optimiser: first, .. }) = &mut self.checkpoint else {
            return Ok(());
        };
        *schedule = self.schedule;
        let Some(bytes) = bytes_of_root(self.objective.communicator(), || bytes_of(path))? else { return Ok(()) };
        let Restored { params, optimiser, first_rate, run } = read(path, &bytes, self.model, first)?;
        let Settings { batch_size, seed, .. } = self.settings;
        let samples = self.objective.samples();
        for (name, found, expected) in [
            ("seed", run.seed, seed),
            ("batch_size", run.batch_size, batch_size as u64),
            ("samples", run.samples, samples as u64),
        ] {
            if found != expected {
                let reason = format!("it is of another training, with `{name}` {found} instead of {expected}");
                return Err(Error::Checkpoint { path: path.clone(), reason });
            }
        }
        let (done, epochs) = (run.progress.epochs.len() + usize::from(run.progress.steps > 0), self.settings.epochs);
        if done > epochs {
            let reason = format!("it is in epoch {done}, but the training has {epochs} epochs");
            return Err(Error::Checkpoint { path: path.clone(), reason });
        }
        self.model.set_params(&params);
        let rate = self.optimiser.learning_rate();
        self.optimiser = optimiser;
        let schedule_removed = self.schedule.is_none() && run.schedule.is_some();
        if rate != first_rate || schedule_removed {
            self.optimiser.set_learning_rate(rate);
        }
        if self.schedule == run.first_schedule {
            self.schedule = run.schedule;
        }
        *progress = run.progress;
        if self.validate.is_none() {
            progress.best = None;
        }
        Ok(())
    }

    /// Writes the file of a completed epoch.
    pub(super) fn save(&self, progress: &Progress) -> Result<()> {
        let Some(Checkpoint { path, write, optimiser, schedule, .. }) = &self.checkpoint else { return Ok(()) };
        if !self.is_root() {
            return Ok(());
        }
        let run = Run {
            seed: self.settings.seed,
            batch_size: self.settings.batch_size as u64,
            samples: self.objective.samples() as u64,
            schedule: self.schedule,
            first_schedule: *schedule,
            progress: progress.clone(),
        };
        write(path, self.model, [&self.optimiser, optimiser], run)
    }

    /// Writes the file after a step, if it is time.
    pub(super) fn save_between(&self, progress: &Progress) -> Result<()> {
        let every = self.checkpoint.as_ref().and_then(|checkpoint| checkpoint.every);
        if every.is_some_and(|every| progress.all_steps.is_multiple_of(every)) { self.save(progress) } else { Ok(()) }
    }
}

/// The tensors of a model.
fn tensors<M: Parametric<Params: Parameters>>(params: &M::Params) -> Vec<Tensor> {
    let tensor = |TensorInfo { name, shape }| Tensor { name, shape };
    params.tensors().into_iter().map(tensor).collect()
}

fn write<M, O>(path: &Path, model: &M, optimisers: [&O; 2], run: Run) -> Result<()>
where
    M: Parametric<Params: Parameters>,
    O: Clone + Serialize,
{
    let params = model.params();
    let mut numbers = Vec::new();
    params.write_numbers(&mut numbers);
    let head = Head {
        rounding: params.rounding(),
        tensors: tensors::<M>(&params),
        optimiser: std::any::type_name::<O>().to_owned(),
    };
    let [optimiser, first_optimiser] = optimisers.map(Clone::clone);
    let content = postcard::to_allocvec(&(head, Body { numbers, optimiser, first_optimiser, run }));
    let content = content.map_err(|error| damaged(path, &error.to_string()))?;
    let mut bytes = HEADER.to_vec();
    bytes.extend((content.len() as u64).to_le_bytes());
    bytes.extend(hash(&content).to_le_bytes());
    bytes.extend(content);
    disk::replace(path, &bytes)
}

/// The bytes of the file; `None` if there is none, but it can be written.
fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>> {
    if path.exists() {
        return disk::read(path).map(Some);
    }
    disk::check_place(path)?;
    Ok(None)
}

fn read<M, O>(path: &Path, bytes: &[u8], model: &M, optimiser: &O) -> Result<Restored<M::Params, O>>
where
    M: Parametric<Params: Parameters>,
    O: Optimiser + Serialize + DeserializeOwned,
{
    let content = content(path, bytes)?;
    let unreadable = |error: postcard::Error| damaged(path, &error.to_string());
    let (head, rest): (Head, _) = postcard::take_from_bytes(content).map_err(unreadable)?;
    let mut params = model.params();
    let differences = differences(&head.tensors, &tensors::<M>(&params));
    if !differences.is_empty() {
        return Err(Error::WeightMismatch { path: path.to_owned(), differences });
    }
    let other = |reason: String| Err(Error::Checkpoint { path: path.to_owned(), reason });
    if head.rounding.to_bits() != params.rounding().to_bits() {
        let name = |rounding: f64| if rounding > f64::EPSILON { "f32" } else { "f64" };
        let (found, expected) = (name(head.rounding), name(params.rounding()));
        return other(format!("it has parameters of type {found}, but the model has {expected}"));
    }
    let name = std::any::type_name::<O>();
    if head.optimiser != name {
        return other(format!("it is of a training by {}, not by {name}", head.optimiser));
    }
    let Body::<O> { numbers, optimiser: restored, mut first_optimiser, run } =
        postcard::from_bytes(rest).map_err(unreadable)?;
    let first_rate = first_optimiser.learning_rate();
    first_optimiser.set_learning_rate(optimiser.learning_rate());
    if postcard::to_allocvec(&first_optimiser) != postcard::to_allocvec(optimiser) {
        return other(format!("it is of a training by {name} with other settings than the learning rate"));
    }
    match params.read_numbers(&numbers) {
        Some([]) => Ok(Restored { params, optimiser: restored, first_rate, run }),
        _ => Err(damaged(path, "it has too many or too few numbers")),
    }
}

/// The content of a file, if it is complete.
fn content<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a [u8]> {
    let Some(rest) = bytes.strip_prefix(HEADER) else {
        let name = HEADER.split_last().map_or(HEADER, |(_, name)| name);
        let is_other = bytes.starts_with(b"rheos checkpoint ");
        let kind = if is_other { "it has another version" } else { "it is not a checkpoint" };
        let reason = format!("{kind}: it does not begin with `{}`", String::from_utf8_lossy(name));
        return Err(Error::Checkpoint { path: path.to_owned(), reason });
    };
    let number = |at: usize| rest.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    let content = rest.get(16..).unwrap_or_default();
    match (number(0), number(8)) {
        (Some(length), _) if length != content.len() as u64 => {
            Err(damaged(path, &format!("its content has {} bytes instead of {length}", content.len())))
        }
        (Some(_), Some(expected)) if hash(content) == expected => Ok(content),
        (Some(_), Some(_)) => Err(damaged(path, "its content does not have its hash")),
        _ => Err(damaged(path, "it ends in its header")),
    }
}

fn damaged(path: &Path, reason: &str) -> Error {
    Error::Checkpoint { path: path.to_owned(), reason: format!("it is damaged: {reason}") }
}

/// The differences between the tensors of a file and of a model.
fn differences(found: &[Tensor], expected: &[Tensor]) -> Vec<TensorDifference> {
    let dimensions = |(rows, columns): (usize, usize)| vec![rows, columns];
    let mut differences = Vec::new();
    for Tensor { name, shape } in expected {
        match found.iter().find(|tensor| tensor.name == *name) {
            None => {
                differences.push(TensorDifference::Missing { name: name.clone(), expected: dimensions(*shape) });
            }
            Some(tensor) if tensor.shape != *shape => differences.push(TensorDifference::Shape {
                name: name.clone(),
                found: dimensions(tensor.shape),
                expected: dimensions(*shape),
            }),
            Some(_) => {}
        }
    }
    let is_superfluous = |tensor: &&Tensor| !expected.iter().any(|other| other.name == tensor.name);
    let superfluous = found.iter().filter(is_superfluous);
    differences.extend(
        superfluous
            .map(|tensor| TensorDifference::Superfluous { name: tensor.name.clone(), found: dimensions(tensor.shape) }),
    );
    differences
}

/// The hash FNV-1a of 64 bits, by G. Fowler, L. C. Noll & K.-P. Vo.
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
