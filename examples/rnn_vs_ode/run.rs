//! Training runs: every model from every seed, a few at a time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::train::{Adam, Optimiser, clip_norm};
use rheos::{Parametric, State};

use crate::count::evaluations;
use crate::models::{Uniform, size};

/// How all models of a task are trained.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Updates of the parameters.
    pub iterations: usize,
    /// Iterations between two points of the learning curve.
    pub every: usize,
    /// The learning rate of Adam at the start.
    pub learning_rate: f64,
    /// The power of half a cosine along which the learning rate falls to zero.
    pub decay: i32,
}

impl Settings {
    /// The learning rate of an iteration. A decay of 1 is cosine annealing (Loshchilov & Hutter 2017, eq. 5)
    /// without restarts.
    fn rate(&self, iteration: usize) -> f64 {
        let progress = iteration as f64 / self.iterations as f64;
        let cosine = (std::f64::consts::PI * progress).cos();
        self.learning_rate * (0.5 + 0.5 * cosine).powi(self.decay)
    }
}

/// One training run.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The error on the test data, every [`Settings::every`] iterations; shorter where the run failed.
    pub curve: Vec<f64>,
    /// Milliseconds of each iteration.
    pub milliseconds: Vec<f64>,
    /// Evaluations of the trained function per iteration.
    pub evaluations: f64,
    /// Further errors at the end, as the task names them.
    pub metrics: Vec<f64>,
    /// Forecasts or trajectories at the end, as the task draws them.
    pub drawings: Vec<Vec<(f64, f64)>>,
    /// The reason if the run ended early. A failed run takes part in no median, and in no picture.
    pub failure: Option<String>,
}

impl Run {
    /// The error at the end of training; NaN where there is none.
    pub fn final_error(&self) -> f64 {
        self.curve.last().copied().unwrap_or(f64::NAN)
    }

    /// Measures the trained model, unless the run failed before; the run fails where that cannot be done.
    pub fn finish(&mut self, measure: impl FnOnce(&mut Self) -> rheos::Result<()>) {
        if self.failure.is_some() {
            return;
        }
        if let Err(reason) = measure(self) {
            self.failure = Some(format!("after training: {reason}"));
        } else if !self.metrics.iter().chain([&self.final_error()]).all(|error| error.is_finite()) {
            self.failure = Some("after training: an error is not finite".to_owned());
        }
    }
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

/// The settings and the random numbers of a training run.
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
        let settings @ Settings { iterations, every, .. } = self.settings;
        let mut adam = Adam::new(settings.learning_rate);
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
                adam.set_learning_rate(settings.rate(iteration));
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

    let (next, done, start) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
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
                    let part = (done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
                    // Without a terminal there is no bar.
                    if progress.is_hidden() {
                        eprintln!("{}", line(title, part, start.elapsed(), candidates[candidate].name, seed));
                    }
                }
            });
        }
    });
    progress.finish_and_clear();
    runs.into_inner().unwrap_or_default()
}

/// A line about a training that ended, and how many of all have.
fn line(title: &str, (done, all): (usize, usize), time: Duration, model: &str, seed: usize) -> String {
    format!("{title}: {done} of {all} trainings after {:.0} s; the last was {model}, seed {seed}", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(error: f64) -> Run {
        Run { curve: vec![1.0, error], ..Run::default() }
    }

    #[test]
    fn the_learning_rate_falls_along_a_power_of_the_cosine() {
        let rate =
            |decay, iteration| Settings { iterations: 100, every: 10, learning_rate: 2.0, decay }.rate(iteration);
        for (decay, middle) in [(1, 1.0), (3, 0.25)] {
            assert!((rate(decay, 0) - 2.0).abs() < 1e-15);
            assert!((rate(decay, 50) - middle).abs() < 1e-15);
            assert!(rate(decay, 100).abs() < 1e-15);
        }
    }

    #[test]
    fn a_line_says_how_far_the_training_is() {
        let line = line("spiral", (3, 25), Duration::from_millis(12_400), "Elman RNN", 2);
        assert_eq!(line, "spiral: 3 of 25 trainings after 12 s; the last was Elman RNN, seed 2");
    }

    #[test]
    fn a_run_without_a_finite_error_has_failed() {
        let mut diverged = run(f64::NAN);
        diverged.finish(|_| Ok(()));
        assert!(diverged.failure.is_some());
        let mut unmeasured = run(0.5);
        unmeasured.finish(|run| {
            run.metrics = vec![0.5, f64::INFINITY];
            Ok(())
        });
        assert!(unmeasured.failure.is_some());
        let mut stopped = run(0.5);
        stopped.finish(|_| Err(rheos::Error::MaxSteps { t: 0.0, steps: 1 }));
        assert!(stopped.failure.is_some_and(|reason| reason.starts_with("after training: ")));
        let mut complete = run(0.5);
        complete.finish(|_| Ok(()));
        assert_eq!((complete.failure.as_deref(), complete.final_error()), (None, 0.5));
    }

    #[test]
    fn the_reason_of_a_failure_is_the_first_one() {
        let mut failed = Run { failure: Some("iteration 3: drift".to_owned()), ..run(0.5) };
        failed.finish(|_| panic!("a failed run is not measured"));
        assert_eq!(failed.failure.as_deref(), Some("iteration 3: drift"));
    }
}
