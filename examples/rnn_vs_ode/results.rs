//! A task after training: its table and its pictures. Runs that failed take part in neither.

use rheos::plot::Series;

use crate::options::Options;
use crate::run::{Candidate, Run, Settings, train_all};
use crate::statistics::{CONVERGED, Seeds, iterations_to_threshold, range_at_the_end, roughness, summary};
use crate::table::{Cell, Row};

/// The columns that every task has after its own.
pub const COLUMNS: [&str; 6] =
    ["iterations to goal", "roughness", "range at the end", "converged", "ms/iteration", "evaluations"];

/// The models of a task with their runs.
pub struct Results<'a> {
    candidates: &'a [Candidate<'a>],
    settings: Settings,
    runs: Vec<Vec<Run>>,
}

impl<'a> Results<'a> {
    /// Trains all models of the data set `title`.
    pub fn train(title: &str, candidates: &'a [Candidate<'a>], settings: Settings, options: &Options) -> Self {
        let runs = train_all(title, candidates, settings, options.seeds, options.threads);
        Self { candidates, settings, runs }
    }

    /// A row for each model, with the errors of the task.
    pub fn rows(&self, goal: f64, errors: &[&str]) -> Vec<Row> {
        let every = self.settings.every;
        let row = |(candidate, runs): (&Candidate<'_>, &Vec<Run>)| Row {
            model: candidate.name.to_owned(),
            parameters: candidate.parameters,
            cells: cells(runs, errors.len(), goal, every),
            failures: failures(runs),
        };
        self.candidates.iter().zip(&self.runs).map(row).collect()
    }

    /// A row for each model that was taken apart, with these columns.
    pub fn apart(&self, columns: &[&str]) -> Vec<Row> {
        let was = |runs: &&Vec<Run>| runs.iter().any(|run| !run.measured.became.is_empty());
        let of = |runs: &[Run], k: usize| {
            Seeds(runs.iter().map(|run| run.measured.became.get(k).copied().flatten()).collect())
        };
        let row = |(candidate, runs): (&Candidate<'_>, &Vec<Run>)| Row {
            model: candidate.name.to_owned(),
            parameters: candidate.parameters,
            cells: (0..columns.len()).map(|k| Cell::Seeds(of(runs, k))).collect(),
            failures: failures(runs),
        };
        self.candidates.iter().zip(&self.runs).filter(|(_, runs)| was(runs)).map(row).collect()
    }

    /// The learning curves of the models of which a run reached its end, with their numbers as looks.
    pub fn curves(&self) -> rheos::Result<Vec<Series>> {
        let all = self.candidates.iter().zip(&self.runs).enumerate();
        let complete = all.filter(|(_, (_, runs))| completed(runs).next().is_some());
        let curve = |(look, (candidate, runs)): (usize, (&Candidate<'_>, &Vec<Run>))| {
            Ok(curve(candidate.name, runs, self.settings.every)?.look(look))
        };
        complete.map(curve).collect()
    }

    /// The middle run of every model, with its number and name.
    pub fn middle(&self) -> impl Iterator<Item = (usize, &'static str, &Run)> {
        let all = self.candidates.iter().zip(&self.runs).enumerate();
        all.filter_map(|(look, (candidate, runs))| Some((look, candidate.name, median_run(runs)?)))
    }

    /// The forecasts of the middle runs of some models, which are given by name; `shown` selects the points.
    pub fn forecasts(
        &self,
        models: &[&str],
        drawing: usize,
        shown: impl Fn(&[(f64, f64)]) -> Vec<(f64, f64)>,
    ) -> Vec<Series> {
        let chosen = self.middle().filter(|(_, name, _)| models.contains(name));
        let series = chosen.filter_map(|(look, name, run)| {
            let points = shown(run.measured.drawings.get(drawing)?);
            Some(Series::new(name, points).look(look))
        });
        series.collect()
    }
}

/// A quantity of every run that did not fail.
fn over_seeds(runs: &[Run], quantity: impl Fn(&Run) -> f64) -> Seeds {
    Seeds(runs.iter().map(|run| run.failure.is_none().then(|| quantity(run))).collect())
}

fn completed(runs: &[Run]) -> impl Iterator<Item = &Run> {
    runs.iter().filter(|run| run.failure.is_none())
}

/// The errors of the task, then convergence and cost.
fn cells(runs: &[Run], errors: usize, goal: f64, every: usize) -> Vec<Cell> {
    let error = |k: usize| Cell::Seeds(over_seeds(runs, |run| run.measured.errors.get(k).copied().unwrap_or(f64::NAN)));
    let mut cells: Vec<Cell> = (0..errors).map(error).collect();
    // A seed that never gets there counts as infinitely many iterations.
    let iterations =
        |run: &Run| iterations_to_threshold(&run.curve, goal).map_or(f64::INFINITY, |point| (point * every) as f64);
    let ranges = over_seeds(runs, |run| range_at_the_end(&run.curve));
    let converged = ranges.0.iter().flatten().filter(|&&range| range <= CONVERGED).count();
    let times: Vec<f64> = completed(runs).flat_map(|run| run.milliseconds.iter().copied()).collect();
    let median = |values: &[f64]| summary(values).map_or(Cell::Missing, |spread| Cell::Number(spread.median));
    cells.push(Cell::Seeds(over_seeds(runs, iterations)));
    cells.push(Cell::Seeds(over_seeds(runs, |run| roughness(&run.curve))));
    cells.push(Cell::Seeds(ranges));
    cells.push(Cell::Share(converged, runs.len()));
    cells.push(median(&times));
    cells.push(median(&completed(runs).map(|run| run.evaluations).collect::<Vec<_>>()));
    cells
}

fn failures(runs: &[Run]) -> Vec<String> {
    let reason = |(seed, run): (usize, &Run)| Some(format!("seed {seed}: {}", run.failure.as_ref()?));
    runs.iter().enumerate().filter_map(reason).collect()
}

/// A row for a baseline that is not trained here.
pub fn baseline(name: &str, parameters: usize, errors: &[f64]) -> Row {
    let mut cells: Vec<Cell> = errors.iter().map(|&error| Cell::Number(error)).collect();
    cells.extend(COLUMNS.map(|_| Cell::Missing));
    Row { model: name.to_owned(), parameters, cells, failures: Vec::new() }
}

/// Median and quartiles over the runs that did not fail, at every point of the curve. The name says if there are fewer of
/// them than seeds.
fn curve(name: &str, runs: &[Run], every: usize) -> rheos::Result<Series> {
    let seeds = over_seeds(runs, Run::final_error);
    let name = name.to_owned() + &crate::table::incomplete(&seeds);
    let curves: Vec<&[f64]> = completed(runs).map(|run| run.curve.as_slice()).collect();
    let longest = curves.iter().map(|curve| curve.len()).max().unwrap_or(0);
    let iterations: Vec<f64> = (0..longest).map(|i| (i * every) as f64).collect();
    Series::quartiles(name, &iterations, &curves)
}

/// The run to draw: the middle one by final error among the runs that did not fail.
fn median_run(runs: &[Run]) -> Option<&Run> {
    let mut order: Vec<&Run> = completed(runs).collect();
    order.sort_by(|a, b| a.final_error().total_cmp(&b.final_error()));
    order.get(order.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Measured;

    /// Three runs that come to 0.1, 0.3 and 0.2, and between them two that fail on the way, with small errors until then.
    fn runs() -> Vec<Run> {
        let run = |end: f64| {
            let measured = Measured { errors: vec![end], ..Measured::default() };
            Run { curve: vec![1.0, end, end], milliseconds: vec![2.0], measured, ..Run::default() }
        };
        let failed = || Run {
            curve: vec![0.001],
            milliseconds: vec![900.0],
            evaluations: 1e9,
            failure: Some("iteration 7: drift".to_owned()),
            ..Run::default()
        };
        vec![run(0.1), failed(), run(0.3), failed(), run(0.2)]
    }

    #[test]
    fn failed_runs_are_in_no_median() {
        let texts: Vec<String> = cells(&runs(), 1, 0.25, 10).iter().map(ToString::to_string).collect();
        assert_eq!(texts[0], "0.200 [0.100, 0.300] (3 of 5)");
        assert_eq!(texts[1], "10.0 [10.0, ∞] (3 of 5)");
        assert_eq!(texts[4..], ["3 of 5", "2.00", "0"]);
        assert_eq!(failures(&runs()), ["seed 1: iteration 7: drift", "seed 3: iteration 7: drift"]);
    }

    #[test]
    fn failed_runs_are_in_no_learning_curve() {
        let curve = curve("Elman RNN", &runs(), 10).unwrap();
        assert_eq!(curve.name(), "Elman RNN (3 of 5)");
        assert_eq!(curve.points(), [(0.0, 1.0), (10.0, 0.2), (20.0, 0.2)]);
        assert_eq!(curve.band()[0], (0.0, 1.0, 1.0));
        let (_, low, high) = curve.band()[2];
        assert!((low - 0.15).abs() < 1e-15 && (high - 0.25).abs() < 1e-15);
    }

    #[test]
    fn failed_runs_are_not_drawn() {
        assert_eq!(median_run(&runs()).map(Run::final_error), Some(0.2));
        let failed: Vec<Run> = runs().into_iter().filter(|run| run.failure.is_some()).collect();
        assert!(median_run(&failed).is_none());
        let cell = cells(&failed, 1, 0.25, 10)[0].to_string();
        assert_eq!(cell, "— (0 of 2)");
        assert_eq!(curve("Elman RNN", &failed, 10).unwrap().name(), "Elman RNN (0 of 2)");
    }
}
