//! Training runs: every model from every seed, a few at a time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::train::{Adam, clip_norm};
use rheos::{Parametric, State};

use crate::count::evaluations;
use crate::models::{Uniform, size};
use crate::table::{Cell, Row, iterations_to_threshold, roughness, summary};

/// How all models of a task are trained.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Updates of the parameters.
    pub iterations: usize,
    /// Iterations between two points of the learning curve.
    pub every: usize,
    /// The learning rate of Adam at the start; it falls to a tenth along a cosine.
    pub learning_rate: f64,
}

/// One training run.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The error on the test data, every [`Settings::every`] iterations; shorter where the run broke down.
    pub curve: Vec<f64>,
    /// Milliseconds of each iteration.
    pub milliseconds: Vec<f64>,
    /// Evaluations of the trained function per iteration.
    pub evaluations: f64,
    /// Further errors at the end, as the task names them.
    pub metrics: Vec<f64>,
    /// Forecasts or trajectories at the end, as the task draws them.
    pub drawings: Vec<Vec<(f64, f64)>>,
    /// What ended the run early.
    pub failure: Option<String>,
}

/// A model under a name, and how to train it from a seed.
pub struct Candidate<'a> {
    /// The name in tables and pictures.
    pub name: &'static str,
    /// The number of parameters.
    pub parameters: usize,
    /// Trains it.
    pub train: Box<dyn Fn(&mut Trainer<'_>) -> Run + Sync + 'a>,
}

impl<'a> Candidate<'a> {
    /// A model that `build` makes from random numbers and `fit` trains.
    pub fn new<M: Parametric>(
        name: &'static str,
        build: impl Fn(&mut Uniform<'_>) -> M + Sync + 'a,
        fit: impl Fn(&mut Trainer<'_>, M) -> Run + Sync + 'a,
    ) -> Self {
        let parameters = size(&build(&mut || 0.5));
        let train = Box::new(move |trainer: &mut Trainer<'_>| {
            let model = build(&mut || trainer.rng.random::<f64>());
            fit(trainer, model)
        });
        Self { name, parameters, train }
    }
}

/// What a training run is given.
pub struct Trainer<'a> {
    /// How to train.
    pub settings: Settings,
    /// Initial weights and batches are drawn from here.
    pub rng: StdRng,
    progress: &'a ProgressBar,
}

impl Trainer<'_> {
    /// Trains `model` by Adam on the loss whose value and gradient `loss` computes on a batch it draws, and measures
    /// `error` along the way.
    pub fn fit<M: Parametric>(
        &mut self,
        model: &mut M,
        mut loss: impl FnMut(&M, &mut StdRng, &mut M::Params) -> rheos::Result<f64>,
        mut error: impl FnMut(&M) -> rheos::Result<f64>,
    ) -> Run {
        let mut run = Run::default();
        let Settings { iterations, every, learning_rate } = self.settings;
        let mut adam = Adam::new(learning_rate);
        let mut counted = 0;
        let zero = model.params().zeros_like();
        for iteration in 0..=iterations {
            if iteration % every == 0 {
                run.curve.push(error(model).unwrap_or(f64::NAN));
            }
            if iteration == iterations {
                break;
            }
            let (start, before) = (Instant::now(), evaluations());
            let mut gradient = zero.clone();
            let step = loss(model, &mut self.rng, &mut gradient).and_then(|loss| {
                clip_norm(&mut gradient, 10.0)?;
                let progress = iteration as f64 / iterations as f64;
                adam.set_learning_rate(learning_rate * (0.55 + 0.45 * (std::f64::consts::PI * progress).cos()));
                adam.step(model, &gradient)?;
                Ok(loss)
            });
            run.milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
            counted += evaluations() - before;
            self.progress.inc(1);
            match step {
                Ok(loss) if loss.is_finite() => {}
                Ok(_) => run.failure = Some(format!("the loss is not finite in iteration {iteration}")),
                Err(reason) => run.failure = Some(format!("iteration {iteration}: {reason}")),
            }
            if run.failure.is_some() {
                run.curve.push(f64::NAN);
                self.progress.inc((iterations - iteration - 1) as u64);
                break;
            }
        }
        run.evaluations = counted as f64 / run.milliseconds.len().max(1) as f64;
        run
    }
}

/// Trains every candidate from every seed; the runs of a candidate come in the order of the seeds.
pub fn train_all(
    title: &str,
    candidates: &[Candidate<'_>],
    settings: Settings,
    seeds: usize,
    threads: usize,
) -> Vec<Vec<Run>> {
    let jobs: Vec<(usize, usize)> = (0..seeds).flat_map(|seed| (0..candidates.len()).map(move |c| (c, seed))).collect();
    let progress = ProgressBar::new((jobs.len() * settings.iterations) as u64);
    progress.set_style(
        ProgressStyle::with_template("{prefix:9} [{elapsed_precise}] {wide_bar} {percent:>3} %  {eta} left  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    progress.set_prefix(title.to_owned());

    let next = AtomicUsize::new(0);
    let runs = Mutex::new(vec![vec![Run::default(); seeds]; candidates.len()]);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(jobs.len()) {
            scope.spawn(|| {
                while let Some(&(candidate, seed)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    progress.set_message(candidates[candidate].name);
                    let rng = StdRng::seed_from_u64(seed as u64);
                    let run = (candidates[candidate].train)(&mut Trainer { settings, rng, progress: &progress });
                    if let Ok(mut runs) = runs.lock() {
                        runs[candidate][seed] = run;
                    }
                }
            });
        }
    });
    progress.finish_and_clear();
    runs.into_inner().unwrap_or_default()
}

/// The columns that every task has after its own.
pub const COST_HEADERS: [&str; 4] = ["iterations to goal", "roughness", "ms/iteration", "evaluations"];

/// One row of the table: the task's `errors` (one list over the seeds for each column), then convergence and cost.
pub fn row(candidate: &Candidate<'_>, runs: &[Run], errors: &[Vec<f64>], goal: f64, every: usize) -> Row {
    let over_seeds = |f: &dyn Fn(&Run) -> f64| -> Vec<f64> { runs.iter().map(f).collect() };
    let mut metrics: Vec<Cell> = errors.iter().map(|errors| Cell::from(summary(errors))).collect();
    // A seed that never gets there counts as infinitely many iterations.
    let iterations = over_seeds(&|run| {
        iterations_to_threshold(&run.curve, goal).map_or(f64::INFINITY, |point| (point * every) as f64)
    });
    metrics.push(summary(&iterations).into());
    metrics.push(summary(&over_seeds(&|run| roughness(&run.curve))).into());
    let times: Vec<f64> = runs.iter().flat_map(|run| run.milliseconds.iter().copied()).collect();
    metrics.push(summary(&times).map_or(Cell::Missing, |times| Cell::Number(times.median)));
    metrics.push(summary(&over_seeds(&|run| run.evaluations)).map_or(Cell::Missing, |e| Cell::Number(e.median)));
    Row { model: candidate.name.to_owned(), parameters: candidate.parameters, metrics }
}

/// A row for a baseline that is not trained here.
pub fn baseline(name: &str, parameters: usize, errors: &[f64]) -> Row {
    let mut metrics: Vec<Cell> = errors.iter().map(|&error| Cell::Number(error)).collect();
    metrics.extend(COST_HEADERS.map(|_| Cell::Missing));
    Row { model: name.to_owned(), parameters, metrics }
}

/// Which run to draw: that of the seed in the middle of the final errors.
pub fn median_run(runs: &[Run]) -> Option<&Run> {
    let mut order: Vec<&Run> = runs.iter().collect();
    order.sort_by(|a, b| final_error(a).total_cmp(&final_error(b)));
    order.get(order.len().saturating_sub(1) / 2).copied()
}

/// The error at the end of training; NaN (which sorts last) where the run broke down.
pub fn final_error(run: &Run) -> f64 {
    run.curve.last().copied().unwrap_or(f64::NAN)
}
