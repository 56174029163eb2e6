//! Training runs: every model from every seed, a few at a time.

use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rheos::train::{Adam, MiniBatch, Objective, Schedule, Trainer, TrainingAction, objective, uniform};
use rheos::{Parametric, Result};

use crate::became::Became;
use crate::count::evaluations;
use crate::models::{Uniform, size};

/// How all models of a task are trained.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Updates of the parameters.
    pub iterations: usize,
    /// Iterations between two points of the learning curve.
    pub every: usize,
    /// Samples in a batch.
    pub batch_size: usize,
    /// The learning rates, from the number of iterations.
    pub schedule: fn(u64) -> Schedule,
}

/// One training run.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The error on the test data, every [`Settings::every`] iterations; shorter where the run failed.
    pub curve: Vec<f64>,
    /// Milliseconds of the gradient of each iteration.
    pub milliseconds: Vec<f64>,
    /// Evaluations of the trained function per iteration.
    pub evaluations: f64,
    /// The trained model on the test data.
    pub measured: Measured,
    /// The reason if the run ended early. A failed run takes part in no median, and in no picture.
    pub failure: Option<String>,
}

/// A trained model on the test data.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Its errors, as the task names them.
    pub errors: Vec<f64>,
    /// Its numbers as a dynamical system, where the task asks for them.
    pub became: Became,
    /// Its forecasts or trajectories, as the task draws them.
    pub drawings: Vec<Vec<(f64, f64)>>,
}

impl Run {
    /// The error at the end of training; NaN where there is none.
    pub fn final_error(&self) -> f64 {
        self.curve.last().copied().unwrap_or(f64::NAN)
    }

    /// Measures the trained model, unless the run failed before; the run fails where that cannot be done.
    fn finish(&mut self, measure: impl FnOnce() -> Result<Measured>) {
        if self.failure.is_some() {
            return;
        }
        match measure() {
            Err(reason) => self.failure = Some(format!("after training: {reason}")),
            Ok(Measured { errors, .. }) if !errors.iter().chain([&self.final_error()]).all(|e| e.is_finite()) => {
                self.failure = Some("after training: an error is not finite".to_owned());
            }
            Ok(measured) => self.measured = measured,
        }
    }
}

/// A model under a name, and how to train it.
pub struct Candidate<'a> {
    /// The name in tables and pictures.
    pub name: &'static str,
    /// The number of parameters.
    pub parameters: usize,
    /// Trains it from a seed.
    train: Box<dyn Fn(Settings, u64) -> Run + Sync + 'a>,
}

impl<'a> Candidate<'a> {
    /// A model that `build` makes from random numbers. It is trained on `samples`; `error` gives the points of its learning
    /// curve, `measure` its results.
    pub fn new<M: Parametric>(
        name: &'static str,
        build: impl Fn(&mut Uniform<'_>) -> M + Sync + 'a,
        samples: impl Objective<M> + Sync + 'a,
        error: impl Fn(&M) -> Result<f64> + Sync + 'a,
        measure: impl Fn(&M) -> Result<Measured> + Sync + 'a,
    ) -> Self {
        let parameters = size(&build(&mut || 0.5));
        let train = Box::new(move |settings, seed| {
            let mut model = build(&mut uniform(seed));
            let mut run = train(&mut model, &samples, settings, seed, &error);
            run.finish(|| measure(&model));
            run
        });
        Self { name, parameters, train }
    }
}

/// Trains a model by Adam on batches of samples drawn at random.
fn train<M: Parametric>(
    model: &mut M,
    samples: &impl Objective<M>,
    Settings { iterations, every, batch_size, schedule }: Settings,
    seed: u64,
    error: impl Fn(&M) -> Result<f64>,
) -> Run {
    let (counted, milliseconds) = (Cell::new(0), RefCell::new(Vec::new()));
    // The samples are drawn with replacement, so an epoch is as long as the way between two points of the curve.
    let drawn = objective(every * batch_size, |model: &M, MiniBatch { samples: places, seed }: MiniBatch<'_>| {
        let mut numbers = uniform(seed);
        let draw = |_: &usize| (numbers() * samples.samples() as f64) as usize;
        let batch: Vec<usize> = places.iter().map(draw).collect();
        let (start, before) = (Instant::now(), evaluations());
        let found = samples.gradient(model, MiniBatch { samples: &batch, seed });
        milliseconds.borrow_mut().push(start.elapsed().as_secs_f64() * 1e3);
        counted.set(counted.get() + evaluations() - before);
        found
    });
    let point = |model: &M| error(model).unwrap_or(f64::NAN);
    let mut curve = vec![point(model)];
    // The schedule sets the learning rate.
    let training = Trainer::new(model, &drawn, Adam::new(0.0))
        .epochs(iterations / every)
        .batch_size(batch_size)
        .seed(seed)
        .schedule(schedule)
        .clip_norm(10.0)
        .on_epoch(|_, model| {
            curve.push(point(model));
            Ok(TrainingAction::Continue)
        })
        .fit();
    let failure = training.err().map(|failure| failure.to_string());
    let evaluations = counted.get() as f64 / iterations as f64;
    Run { curve, milliseconds: milliseconds.into_inner(), evaluations, failure, ..Run::default() }
}

/// Trains every candidate from every seed, on some threads; the runs of a candidate come in the order of the seeds.
pub fn train_all(
    title: &str,
    candidates: &[Candidate<'_>],
    settings: Settings,
    seeds: usize,
    threads: usize,
) -> Vec<Vec<Run>> {
    let jobs: Vec<(usize, usize)> = (0..seeds).flat_map(|seed| (0..candidates.len()).map(move |c| (c, seed))).collect();
    let (next, done, start) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    let runs = Mutex::new(vec![vec![Run::default(); seeds]; candidates.len()]);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(jobs.len()) {
            scope.spawn(|| {
                while let Some(&(candidate, seed)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = (candidates[candidate].train)(settings, seed as u64);
                    if let Ok(mut runs) = runs.lock() {
                        runs[candidate][seed] = run;
                    }
                    let part = (done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
                    eprintln!("{}", line(title, part, start.elapsed(), candidates[candidate].name, seed));
                }
            });
        }
    });
    runs.into_inner().unwrap_or_default()
}

/// A line about a training that ended, and how many of all have.
fn line(title: &str, (done, all): (usize, usize), time: Duration, model: &str, seed: usize) -> String {
    format!("{title}: {done} of {all} trainings after {:.0} s; the last was {model}, seed {seed}", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use rheos::Error;

    use super::*;

    #[test]
    fn a_line_says_how_far_the_training_is() {
        let line = line("spiral", (3, 25), Duration::from_millis(12_400), "Elman RNN", 2);
        assert_eq!(line, "spiral: 3 of 25 trainings after 12 s; the last was Elman RNN, seed 2");
    }

    /// A number that moves by a tenth in each iteration.
    struct Number(f64);

    impl Parametric for Number {
        type Params = f64;
        fn params(&self) -> f64 {
            self.0
        }
        fn set_params(&mut self, params: &f64) {
            self.0 = *params;
        }
    }

    /// Trains the number for six iterations, with points every second one.
    fn run(gradient: impl Fn(&Number) -> Result<f64> + Sync, measure: fn(&Number) -> Result<Measured>) -> Run {
        let samples = objective(7, move |number: &Number, batch: MiniBatch<'_>| {
            assert!(batch.samples.len() == 3 && batch.samples.iter().all(|&sample| sample < 7));
            Ok((0.0, gradient(number)?))
        });
        let candidate = Candidate::new("number", |_| Number(0.0), samples, |number| Ok(number.0), measure);
        let settings = Settings { iterations: 6, every: 2, batch_size: 3, schedule: |_| Schedule::Constant(0.1) };
        (candidate.train)(settings, 5)
    }

    #[test]
    fn a_curve_has_a_point_before_training_and_after_each_part_of_it() {
        let run = run(|_| Ok(-1.0), |_| Ok(Measured { errors: vec![0.5], ..Measured::default() }));
        assert_eq!((run.curve.len(), run.milliseconds.len(), run.failure.as_deref()), (4, 6, None));
        for (found, expected) in run.curve.iter().zip([0.0, 0.2, 0.4, 0.6]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert_eq!(run.measured.errors, [0.5]);
    }

    #[test]
    fn a_run_that_ends_early_has_failed_and_is_not_measured() {
        let stop = |number: &Number| if number.0 > 0.25 { Err(Error::MaxSteps { t: 0.0, steps: 1 }) } else { Ok(-1.0) };
        let run = run(stop, |_| panic!("a failed run is not measured"));
        assert_eq!(run.curve.len(), 2);
        assert!(run.failure.is_some_and(|reason| reason.starts_with("training failed in epoch 2, step 2: ")));
    }

    #[test]
    fn a_run_without_a_finite_error_has_failed() {
        let infinite = run(|_| Ok(-1.0), |_| Ok(Measured { errors: vec![0.5, f64::INFINITY], ..Measured::default() }));
        assert_eq!(infinite.failure.as_deref(), Some("after training: an error is not finite"));
        let stopped = run(|_| Ok(-1.0), |_| Err(Error::MaxSteps { t: 0.0, steps: 1 }));
        assert!(stopped.failure.is_some_and(|reason| reason.starts_with("after training: ")));
    }
}
