//! Table 1 of Chen et al. 2018 in its relations: residual network, RK-Net and ODE-Net, trained in the same way.

use std::error::Error;
use std::fmt::Write as _;

use allocation_counter::measure;
use rheos::adjoint::InterpolatingAdjoint;
use rheos::nn::Layer;
use rheos::train::{Adam, Cosine, CrossEntropy, MiniBatch, Objective, Trainer, TrainingAction};
use rheos::{BacksolveAdjoint, DiscreteAdjoint, Dopri5, Parametric, Pid, Result};

use crate::Task;
use crate::comparison::Options;
use crate::comparison::table::{median, range};
use crate::cost::{Batch, Countable, Evaluations, batches, cotangent, in_new_thread};
use crate::networks::{Network, res_net};
use crate::ode_nets::{ode_net, rk_net, shared};

/// The blocks of the residual networks: an ODE-Net has 0.37 of the parameters on MNIST, as in the paper (0.22 / 0.60 million).
pub const BLOCKS: usize = 13;
/// The steps of an RK-Net.
const RK_STEPS: usize = 6;
/// The relative and absolute tolerance of an ODE-Net.
pub const TOLERANCE: f64 = 1e-3;
/// The batches in which evaluations are counted.
const PROBES: usize = 10;

/// A training of one network.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The number of trained parameters.
    pub parameters: usize,
    /// The fraction of wrong classes on the test set.
    pub error: f64,
    /// The seconds of each epoch.
    pub seconds: Vec<f64>,
    /// The mean over batches of training images, at the end.
    pub evaluations: Evaluations,
    /// The peak of the memory of the gradient of one batch, in bytes.
    pub peak: u64,
    /// The mean number of evaluations of a forward pass after each epoch.
    pub course: Vec<f64>,
}

/// Trains a network.
///
/// # Errors
/// Every error of the training, and of the measurements after it.
pub fn train<const N: usize, B>(task: &Task<N>, seed: u64, mut model: Network<N, B>) -> Result<(Network<N, B>, Outcome)>
where
    B: Countable + Sync,
{
    let (train, test) = (&task.images.train, &task.images.test);
    let (objective, probes) =
        (train.objective(CrossEntropy::new(crate::networks::CLASSES)), batches(train, task.batch, PROBES));
    let mut course = Vec::new();
    let training = Trainer::new(&mut model, &objective, Adam::new(task.rate))
        .epochs(task.epochs)
        .batch_size(task.batch)
        .seed(seed)
        .schedule(|steps| Cosine::new(task.rate, steps))
        .on_epoch(|_, model| {
            course.push(evaluations(model, &probes)?.forwards);
            Ok(TrainingAction::Continue)
        })
        .fit()?;
    let samples: Vec<usize> = (0..task.batch.min(train.len())).collect();
    let batch = MiniBatch { samples: &samples, seed };
    let peak = in_new_thread(|| {
        let mut found = Ok(());
        let info = measure(|| found = objective.gradient(&model, batch).map(drop));
        found.map(|()| info.bytes_max)
    })?;
    let outcome = Outcome {
        parameters: model.parameter_count(),
        error: test.error_rate(&model)?,
        seconds: training.epochs.iter().map(|epoch| epoch.seconds).collect(),
        evaluations: evaluations(&model, &probes)?,
        peak,
        course,
    };
    Ok((model, outcome))
}

/// The mean of the evaluations for these batches.
fn evaluations<const N: usize, B: Countable>(model: &Network<N, B>, probes: &[Batch<N>]) -> Result<Evaluations> {
    let mut sum = Evaluations { forwards: 0.0, backwards: 0.0 };
    for Batch { x, classes } in probes {
        let z = model.encoder.try_forward(x)?;
        let found = model.block.count(&z, &|end| cotangent(&model.readout, end, classes))?;
        sum.forwards += found.forwards / probes.len() as f64;
        sum.backwards += found.backwards / probes.len() as f64;
    }
    Ok(sum)
}

/// A network under comparison.
struct Candidate<'a> {
    name: &'static str,
    /// The memory of a gradient in theory, for `L` blocks or `L̃` steps.
    memory: &'static str,
    train: Box<dyn Fn(u64) -> Result<Outcome> + 'a>,
}

/// All networks.
fn candidates<const N: usize>(task: &Task<N>) -> Vec<Candidate<'_>> {
    let (solver, control) = (Dopri5, Pid::tolerance(TOLERANCE));
    let backsolve = BacksolveAdjoint::new(solver, control);
    let interpolating = InterpolatingAdjoint::new(solver, control);
    vec![
        Candidate::new(task, "residual network", "O(L)", |seed| res_net(seed, BLOCKS)),
        Candidate::new(task, "residual network, shared weights", "O(L)", |seed| Ok(shared(seed, BLOCKS))),
        Candidate::new(task, "RK-Net", "O(L̃)", |seed| Ok(rk_net(seed, RK_STEPS))),
        Candidate::new(task, "ODE-Net, discrete", "O(L̃)", |seed| {
            Ok(ode_net(seed, TOLERANCE, DiscreteAdjoint::new()))
        }),
        Candidate::new(task, "ODE-Net, backsolve", "O(1)", move |seed| Ok(ode_net(seed, TOLERANCE, backsolve))),
        Candidate::new(task, "ODE-Net, backsolve, any drift", "O(1)", move |seed| {
            Ok(ode_net(seed, TOLERANCE, backsolve.drift_limit(f64::INFINITY)))
        }),
        Candidate::new(task, "ODE-Net, interpolating", "O(L̃)", move |seed| {
            Ok(ode_net(seed, TOLERANCE, interpolating))
        }),
    ]
}

impl<'a> Candidate<'a> {
    fn new<const N: usize, B: Countable + Sync>(
        task: &'a Task<N>,
        name: &'static str,
        memory: &'static str,
        model: impl Fn(u64) -> Result<Network<N, B>> + 'a,
    ) -> Self {
        let of_seed = move |seed| train(task, seed, model(seed)?).map(|(_, outcome)| outcome);
        Self { name, memory, train: Box::new(of_seed) }
    }
}

/// The task of this part: half of the epochs, or a few images and two epochs.
pub fn shorter<const N: usize>(task: &Task<N>, quick: bool) -> Task<N> {
    let mut task = Task { epochs: task.epochs / 2, ..task.clone() };
    if quick {
        task.epochs = 2;
        task.images.train = task.images.train.split(256).0;
        task.images.test = task.images.test.split(128).0;
    }
    task
}

/// Trains all networks seed by seed, so that a busy moment of the machine affects all of them alike, and prints their table.
///
/// # Errors
/// Failures of the standard output alone: a training that fails is named in the table.
pub fn run<const N: usize>(task: &Task<N>, options: &Options) -> std::result::Result<(), Box<dyn Error>> {
    let task = shorter(task, options.quick);
    let candidates = candidates(&task);
    let chosen: Vec<_> = candidates.iter().filter(|candidate| options.wants(candidate.name)).collect();
    let mut rows: Vec<Row> = chosen.iter().map(|candidate| Row::new(candidate.name, candidate.memory)).collect();
    for seed in 0..options.seeds {
        for (candidate, row) in chosen.iter().zip(&mut rows) {
            match (candidate.train)(seed) {
                Ok(outcome) => {
                    let (error, seconds) = (100.0 * outcome.error, outcome.seconds.iter().sum::<f64>());
                    eprintln!("{}, seed {seed}: error {error:.2} %, {seconds:.1} s", candidate.name);
                    row.outcomes.push(outcome);
                }
                Err(error) => {
                    eprintln!("{}, seed {seed}: {error}", candidate.name);
                    // Behind the first semicolon is advice.
                    let reason = error.to_string();
                    let reason = reason.split(';').next().unwrap_or_default();
                    row.failures.push(format!("{}, seed {seed}: {reason}", candidate.name));
                }
            }
        }
    }
    println!("{}", table(&format!("{}, {} epochs", task.name, task.epochs), &rows));
    Ok(())
}

/// The trainings of one network.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    name: &'static str,
    memory: &'static str,
    outcomes: Vec<Outcome>,
    failures: Vec<String>,
}

impl Row {
    const fn new(name: &'static str, memory: &'static str) -> Self {
        Self { name, memory, outcomes: Vec::new(), failures: Vec::new() }
    }
}

/// The table in Markdown, followed by the trainings that failed.
fn table(title: &str, rows: &[Row]) -> String {
    let mut text = format!(
        "### {title}\n\n\
         | network | parameters | test error in %: median [min, max] | evaluations forwards | backwards \
         | peak of a gradient in KiB | s per epoch | memory in theory |\n|:--|--:|--:|--:|--:|--:|--:|:--|\n"
    );
    for Row { name, memory, outcomes, failures } in rows {
        let failed = match failures.len() {
            0 => String::new(),
            failed => format!(" ({failed} of {} failed)", failed + outcomes.len()),
        };
        let middle = |of: fn(&Outcome) -> f64| median(&outcomes.iter().map(of).collect::<Vec<_>>());
        let errors: Vec<f64> = outcomes.iter().map(|outcome| 100.0 * outcome.error).collect();
        // Writing to a string cannot fail.
        let _ = match (outcomes.first(), range(&errors)) {
            (Some(Outcome { parameters, .. }), Some([min, error, max])) => {
                let forwards = middle(|outcome| outcome.evaluations.forwards);
                let backwards = middle(|outcome| outcome.evaluations.backwards);
                let peak = middle(|outcome| outcome.peak as f64 / 1024.0);
                let seconds: Vec<f64> = outcomes.iter().flat_map(|outcome| outcome.seconds.iter().copied()).collect();
                let seconds = median(&seconds);
                writeln!(
                    text,
                    "| {name} | {parameters} | {error:.2} [{min:.2}, {max:.2}]{failed} | {forwards:.1} | {backwards:.1} \
                     | {peak:.0} | {seconds:.3} | {memory} |"
                )
            }
            _ => writeln!(text, "| {name} | – | –{failed} | – | – | – | – | {memory} |"),
        };
    }
    for (place, failure) in rows.iter().flat_map(|row| &row.failures).enumerate() {
        let head = if place == 0 { "\nFailed:\n\n" } else { "" };
        let _ = writeln!(text, "{head}- {failure}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rheos::dynamics::Counted;
    use rheos::nn::{BatchMatrix, Block, ResidualStack};

    use crate::cost::Hidden;
    use crate::networks::{ResNet, UNITS, field};
    use rheos::State;
    use rheos::train::uniform;

    #[test]
    fn an_ode_net_has_the_paper_s_part_of_the_parameters() {
        let ode = ode_net::<784, _>(0, TOLERANCE, DiscreteAdjoint::new()).parameter_count() as f64;
        let residual: ResNet<784> = res_net(0, BLOCKS).unwrap();
        // 0.22 / 0.60 = 0.367; the number of blocks is whole.
        assert!((ode / residual.parameter_count() as f64 - 0.367).abs() < 0.01);
    }

    #[test]
    fn a_residual_network_costs_one_evaluation_and_one_pullback_for_each_block() {
        let mut rng = uniform(0);
        let blocks: Vec<_> = (0..5).map(|_| Counted::new(field(&mut rng))).collect();
        let stack = ResidualStack::new(blocks, 0.1).unwrap();
        let z: Hidden<f32> = BatchMatrix::<f32, UNITS>::repeat(3, 0.5);
        let (end, record) = stack.forward(&(), &z, 0.0.into()).unwrap();
        stack.backward(record, end, &mut stack.params().zeros_like()).unwrap();
        assert!(stack.blocks().iter().all(|block| (block.evaluations(), block.pullbacks()) == (1, 1)));
    }

    #[test]
    fn a_failed_training_is_named_and_not_averaged() {
        let evaluations = Evaluations { forwards: 26.0, backwards: 30.0 };
        let outcome =
            |error| Outcome { parameters: 7, error, seconds: vec![1.0, 3.0], evaluations, peak: 2048, course: vec![] };
        let row = |outcomes, failures| Row { name: "net", memory: "O(1)", outcomes, failures };
        let text = table(
            "t",
            &[row(vec![outcome(0.02), outcome(0.04)], vec!["net, seed 1: drift".into()]), row(vec![], vec![])],
        );
        let line = "| net | 7 | 3.00 [2.00, 4.00] (1 of 3 failed) | 26.0 | 30.0 | 2 | 2.000 | O(1) |\n";
        assert!(text.contains(line) && text.ends_with("\nFailed:\n\n- net, seed 1: drift\n"), "{text}");
        assert!(text.contains("| net | – | – | – | – | – | – | O(1) |"), "{text}");
    }
}
