//! Recurrent networks and their continuous counterparts, trained on the same real data and compared.
//!
//! `cargo run --release --example rnn_vs_ode -- --help` explains.

mod co2;
mod count;
mod forecast;
mod models;
mod options;
#[path = "../plot/mod.rs"]
mod plot;
mod run;
mod spiral;
mod sunspots;
mod table;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use options::{HELP, Options};
use plot::{Curve, PlotResult, PortraitPanel, Series, Style};
use run::{COST_HEADERS, Candidate, Run, Settings, baseline, final_error, median_run, row, train_all};
use table::{Row, format_table, summary};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(mistake) => {
            eprintln!("{mistake}");
            return ExitCode::FAILURE;
        }
    };
    match compare(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(&options.out)?;
    let start = std::time::Instant::now();
    if options.wants("spiral") {
        compare_on_spiral(options)?;
    }
    if options.wants("sunspots") {
        compare_on_sunspots(options)?;
    }
    if options.wants("co2") {
        compare_on_co2(options)?;
    }
    println!("{:.0} s in all. The pictures are in {}.", start.elapsed().as_secs_f64(), options.out.display());
    Ok(())
}

/// Where the data lie: in the package, wherever the example is run from.
fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(file)
}

/// A task after training.
struct Results<'a> {
    candidates: &'a [Candidate<'a>],
    settings: Settings,
    runs: Vec<Vec<Run>>,
}

impl<'a> Results<'a> {
    fn train(title: &str, candidates: &'a [Candidate<'a>], settings: Settings, options: &Options) -> Self {
        let runs = train_all(title, candidates, settings, options.seeds, options.threads);
        Self { candidates, settings, runs }
    }

    /// One row for each model; `errors` picks the task's columns from a run.
    fn rows(&self, goal: f64, errors: &[fn(&Run) -> f64]) -> Vec<Row> {
        let row = |(candidate, runs): (&Candidate<'_>, &Vec<Run>)| {
            let errors: Vec<Vec<f64>> = errors.iter().map(|error| runs.iter().map(error).collect()).collect();
            row(candidate, runs, &errors, goal, self.settings.every)
        };
        self.candidates.iter().zip(&self.runs).map(row).collect()
    }

    /// Learning curves, as SVG and PNG.
    fn draw_curves(&self, folder: &Path, file: &str, title: &str, y_label: &str) -> Result<(), Box<dyn Error>> {
        let curves: Vec<Curve> = self
            .candidates
            .iter()
            .zip(&self.runs)
            .enumerate()
            .map(|(look, (candidate, runs))| curve(look, candidate.name, runs, self.settings.every))
            .collect();
        in_both_formats(folder, file, |path| plot::learning_curves(path, title, "Iteration", y_label, &curves))
    }

    /// The middle run of every model, with its number and name.
    fn middle(&self) -> impl Iterator<Item = (usize, &'static str, &Run)> {
        let all = self.candidates.iter().zip(&self.runs).enumerate();
        all.filter_map(|(look, (candidate, runs))| Some((look, candidate.name, median_run(runs)?)))
    }

    /// What the middle runs of some models forecast, by their numbers, as far as it is `shown`.
    fn forecasts(
        &self,
        models: &[usize],
        drawing: usize,
        shown: impl Fn(&[(f64, f64)]) -> Vec<(f64, f64)>,
    ) -> Vec<Series> {
        let chosen = self.middle().filter(|(look, _, _)| models.contains(look));
        let series = chosen.filter_map(|(look, name, run)| {
            let points = shown(run.drawings.get(drawing)?);
            Some(Series { label: name.to_owned(), points, style: Style::Model(look) })
        });
        series.collect()
    }

    /// Prints why runs ended early, if any did.
    fn report_failures(&self) {
        for (candidate, runs) in self.candidates.iter().zip(&self.runs) {
            for (seed, run) in runs.iter().enumerate() {
                if let Some(reason) = &run.failure {
                    println!("{}, seed {seed}: {reason}", candidate.name);
                }
            }
        }
    }
}

/// Median and range over the seeds at every point of the curve.
fn curve(look: usize, label: &str, runs: &[Run], every: usize) -> Curve {
    let points = runs.iter().map(|run| run.curve.len()).max().unwrap_or(0);
    let mut curve = Curve { label: label.to_owned(), look, median: Vec::new(), low: Vec::new(), high: Vec::new() };
    for i in 0..points {
        let values: Vec<f64> = runs.iter().map(|run| run.curve.get(i).copied().unwrap_or(f64::NAN)).collect();
        if let Some(spread) = summary(&values) {
            curve.median.push(((i * every) as f64, spread.median));
            curve.low.push(spread.min);
            curve.high.push(spread.max);
        }
    }
    curve
}

const NOTE: &str = "Errors, iterations and roughness: median [min, max] over the seeds; ∞ iterations: not reached. Roughness is the mean absolute \
second difference of log10 of the learning curve. Time is the median of an iteration with the other trainings running \
beside it. Evaluations are those of the trained function on a whole batch in one iteration, the backward pass included.";

fn print(title: &str, errors: &[&str], goal: &str, rows: &[Row]) {
    let headers = [&["Model", "Parameters"], errors, &COST_HEADERS].concat();
    println!("{}", format_table(title, &headers, rows, &format!("Goal: {goal}. {NOTE}")));
}

fn compare_on_spiral(options: &Options) -> Result<(), Box<dyn Error>> {
    let data = spiral::Data::new()?;
    let candidates = spiral::candidates(&data);
    let results = Results::train("spiral", &candidates, spiral::settings(options.quick), options);
    let goal = 0.3;
    let rows = results.rows(goal, &[final_error]);
    print("(a) Spiral y' = A y³", &["RMSE of the trajectory"], "an error of 0.3", &rows);
    results.report_failures();

    results.draw_curves(&options.out, "spiral_curves", "Spiral: error of the whole trajectory", "RMSE")?;
    let limits = (-spiral::LIMIT, spiral::LIMIT);
    let panels: Vec<PortraitPanel> = results
        .middle()
        .filter(|(_, _, run)| run.drawings.len() == 2)
        .map(|(_, name, run)| PortraitPanel {
            title: name.to_owned(),
            truth: data.course.clone(),
            learned: run.drawings[0].clone(),
            arrows: run.drawings[1]
                .chunks_exact(2)
                .map(|a| [a[0].0, a[0].1, a[1].0 - a[0].0, a[1].1 - a[0].1])
                .collect(),
            x_limits: limits,
            y_limits: limits,
        })
        .collect();
    let title = "Spiral: truth, learned trajectory and motion over 0.05 s";
    in_both_formats(&options.out, "spiral_portraits", |path| plot::phase_portrait(path, title, "y₁", "y₂", &panels))
}

fn compare_on_sunspots(options: &Options) -> Result<(), Box<dyn Error>> {
    let data = sunspots::Data::read(&data("sunspots_yearly.csv"))?;
    let candidates = sunspots::candidates(&data);
    let results = Results::train("sunspots", &candidates, sunspots::settings(options.quick), options);
    let baselines = data.baselines()?;
    // AR(2) is the classical model of this series.
    let goal = baselines[1][0];
    let mut rows = results.rows(goal, &[metric::<0>, metric::<1>]);
    rows.extend(sunspots::BASELINES.iter().zip(&baselines).map(|((name, n), errors)| baseline(name, *n, errors)));
    let columns = ["RMSE 1 year ahead", "RMSE 5 years ahead"];
    print("(b) Yearly sunspot numbers, 1921-2008", &columns, "the error of AR(2), 1 year ahead", &rows);
    results.report_failures();

    results.draw_curves(
        &options.out,
        "sunspots_curves",
        "Sunspots 1921-2008: error 1 year ahead",
        "RMSE (sunspot number)",
    )?;
    let numbers: Vec<(f64, f64)> = data.test.t().iter().copied().zip(data.test.y().iter().copied()).collect();
    for (file, title, k) in [("sunspots_1", "1 year ahead", 0), ("sunspots_5", "5 years ahead", 1)] {
        let mut series = vec![observed(numbers.clone(), Style::Reference)];
        series.extend(results.forecasts(&[0, 2, 5, 6], k, <[_]>::to_vec));
        let title = format!("Yearly sunspots, {title}");
        in_both_formats(&options.out, file, |path| plot::forecast(path, &title, "Year", "Sunspot number", &series))?;
    }
    Ok(())
}

fn compare_on_co2(options: &Options) -> Result<(), Box<dyn Error>> {
    let data = co2::Data::read(&data("co2_weekly.csv"))?;
    let candidates = co2::candidates(&data);
    let results = Results::train("co2", &candidates, co2::settings(options.quick), options);
    let baselines = data.baselines()?;
    let goal = baselines[1][0];
    let mut rows = results.rows(goal, &[metric::<0>, metric::<1>]);
    rows.extend(co2::BASELINES.iter().zip(&baselines).map(|((name, n), errors)| baseline(name, *n, errors)));
    let columns = ["RMSE (ppm)", "RMSE, half withheld"];
    print("(c) Next weekly CO2 observation, 1985-2001", &columns, "the error of AR(9)", &rows);
    results.report_failures();

    results.draw_curves(&options.out, "co2_curves", "CO2 1985-2001: error of the next observation", "RMSE (ppm)")?;
    // Two years are enough to see the gaps.
    let shown = |points: &[(f64, f64)]| points.iter().copied().filter(|p| (1996.0..1998.0).contains(&p.0)).collect();
    let mut series = vec![observed(shown(&data.test()), Style::Points)];
    series.extend(results.forecasts(&[0, 3, 4], 0, shown));
    let title = "CO2 at Mauna Loa, predicted with half of the weeks withheld";
    in_both_formats(&options.out, "co2_forecast", |path| plot::forecast(path, title, "Year", "CO2 (ppm)", &series))
}

/// One of a run's errors at the end.
fn metric<const K: usize>(run: &Run) -> f64 {
    run.metrics.get(K).copied().unwrap_or(f64::NAN)
}

/// The observations in a forecast figure.
fn observed(points: Vec<(f64, f64)>, style: Style) -> Series {
    Series { label: "observed".to_owned(), points, style }
}

/// Draws a figure as SVG and as PNG.
fn in_both_formats(folder: &Path, file: &str, draw: impl Fn(&Path) -> PlotResult) -> PlotResult {
    for extension in ["svg", "png"] {
        draw(&folder.join(file).with_extension(extension))?;
    }
    Ok(())
}
