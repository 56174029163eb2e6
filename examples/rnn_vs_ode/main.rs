//! Recurrent networks and their continuous counterparts, trained on the same real data and compared.
//!
//! `cargo run --release --example rnn_vs_ode -- --help` explains.

mod became;
#[cfg(test)]
mod claims;
mod co2;
mod count;
mod data;
mod models;
mod numbers;
mod options;
mod readme;
mod results;
mod run;
mod spiral;
mod statistics;
mod sunspots;
mod table;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use numbers::Numbers;
use options::{HELP, Options};
use results::{Results, baseline};
use rheos::plot;
use rheos::plot::{PhasePortrait, Plane, Series};
use run::Candidate;
use table::{Row, Table};

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
    let outcome = if options.readme { readme::write() } else { compare(&options) };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> Result<(), Box<dyn Error>> {
    numbers::check_folder(&options.out, options.is_full())?;
    std::fs::create_dir_all(&options.out)?;
    let start = std::time::Instant::now();
    let mut tables = Vec::new();
    let tasks = [
        ("spiral", compare_on_spiral as fn(&Options) -> _),
        ("sunspots", compare_on_sunspots),
        ("co2", compare_on_co2),
    ];
    for (task, compare) in tasks {
        if options.wants(task) {
            let found: Result<Vec<Table>, Box<dyn Error>> = compare(options);
            tables.extend(found?);
        }
    }
    let seconds = start.elapsed().as_secs_f64().round();
    let numbers = Numbers { full: options.is_full(), threads: options.threads, seconds, tables };
    numbers.write(&options.out)?;
    if numbers.full {
        println!("For the README (--readme puts it there):\n\n{}", readme::block(&numbers));
    }
    println!("{seconds:.0} s in all. Pictures and numbers are in {}.", options.out.display());
    Ok(())
}

/// Where the data lie: in the package, wherever the example is run from.
fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(file)
}

/// The models of a data set that were asked for.
fn chosen<'a>(mut candidates: Vec<Candidate<'a>>, options: &Options) -> Vec<Candidate<'a>> {
    candidates.retain(|candidate| candidate.name.contains(&options.model));
    candidates
}

/// Prints and returns the table of a data set.
fn tabulate(task: &str, title: &str, errors: &[&str], goal: &str, rows: Vec<Row>) -> Table {
    let columns = errors.iter().chain(&results::COLUMNS).map(|&name| name.to_owned()).collect();
    let table = Table { task: task.to_owned(), title: title.to_owned(), columns, rows };
    println!("{}", table.format(&format!("Goal: {goal}. {NOTE}")));
    table
}

const APART: &str = "Median [min, max] over the seeds. Fixed points of the map over 0.05 s, from 300 starts around the trajectory. \
The leading rate is the logarithm of the largest eigenvalue, and λ₁, λ₂ are the finite-time exponents over the 25 s of the \
trajectory.";

const NOTE: &str = "Errors, iterations, roughness and range at the end: median [min, max] over the seeds, of those that \
did not fail; ∞ iterations: not reached. Roughness is the mean absolute second difference of log10 of the learning curve. \
Range at the end is the largest minus the smallest error of the last tenth of the iterations, relative to their median; \
at 0.1 or less a run counts as converged. Time is the median of a gradient with the other trainings running beside it. \
Evaluations count calls of the trained function on a whole batch in one iteration, the backward pass included.";

fn compare_on_spiral(options: &Options) -> Result<Vec<Table>, Box<dyn Error>> {
    let data = spiral::Data::new()?;
    let candidates = chosen(data.candidates(), options);
    let results = Results::train("spiral", &candidates, spiral::settings(options.quick), options);
    let rows = results.rows(0.3, &spiral::ERRORS);
    let table = tabulate("spiral", "(a) Spiral y' = A y³", &spiral::ERRORS, "an error of 0.3", rows);

    let apart = became::table(results.apart(&became::COLUMNS), &data.apart()?);
    println!("{}", apart.format(APART));

    draw_curves(options, "spiral_curves", "Spiral: error of the whole trajectory", "RMSE", &results)?;
    let limits = -spiral::LIMIT..spiral::LIMIT;
    let truth = Series::new("true trajectory", data.course.iter().copied()).black();
    let planes = results.middle().filter(|(_, _, run)| run.measured.drawings.len() == 2).map(|(_, name, run)| {
        let arrows = run.measured.drawings[1].chunks_exact(2);
        Plane::new(limits.clone(), limits.clone())
            .title(name)
            .arrows(arrows.map(|a| [a[0].0, a[0].1, a[1].0 - a[0].0, a[1].1 - a[0].1]))
            .curve(truth.clone())
            .curve(Series::new("learned trajectory", run.measured.drawings[0].iter().copied()))
    });
    let planes: Vec<Plane> = planes.collect();
    if !planes.is_empty() {
        let portrait = PhasePortrait::of(planes).title("Spiral: truth, learned trajectory and motion over 0.05 s");
        in_both_formats(&options.out, "spiral_portraits", |path| portrait.save(path))?;
    }
    Ok(vec![table, apart])
}

fn compare_on_sunspots(options: &Options) -> Result<Vec<Table>, Box<dyn Error>> {
    let data = sunspots::Data::read(&data("sunspots_yearly.csv"))?;
    let candidates = chosen(data.candidates(), options);
    let results = Results::train("sunspots", &candidates, sunspots::settings(options.quick), options);
    let baselines = data.baselines()?;
    // AR(2) is the classical model of this series.
    let goal = baselines[1][0];
    let mut rows = results.rows(goal, &sunspots::ERRORS);
    rows.extend(sunspots::BASELINES.iter().zip(&baselines).map(|((name, n), errors)| baseline(name, *n, errors)));
    let title = "(b) Yearly sunspot numbers, 1921-2008";
    let table = tabulate("sunspots", title, &sunspots::ERRORS, "the error of AR(2), 1 year ahead", rows);

    let title = "Sunspots 1921-2008: error 1 year ahead";
    draw_curves(options, "sunspots_curves", title, "RMSE (sunspot number)", &results)?;
    let numbers = data.test.t.iter().copied().zip(data.test.y.iter().copied());
    let observed = Series::new("observed", numbers);
    for (file, title, k) in [("sunspots_1", "1 year ahead", 0), ("sunspots_5", "5 years ahead", 1)] {
        let forecast = plot::forecast(results.forecasts(&sunspots::SHOWN, k, <[_]>::to_vec))
            .truth(observed.clone())
            .title(format!("Yearly sunspots, {title}"))
            .axes("Year", "Sunspot number");
        in_both_formats(&options.out, file, |path| forecast.save(path))?;
    }
    Ok(vec![table])
}

fn compare_on_co2(options: &Options) -> Result<Vec<Table>, Box<dyn Error>> {
    let data = co2::Data::read(&data("co2_weekly.csv"))?;
    let candidates = chosen(data.candidates(), options);
    let results = Results::train("co2", &candidates, co2::settings(options.quick), options);
    let baselines = data.baselines()?;
    let goal = baselines[1][0];
    let mut rows = results.rows(goal, &co2::ERRORS);
    rows.extend(co2::BASELINES.iter().zip(&baselines).map(|((name, n), errors)| baseline(name, *n, errors)));
    let title = "(c) Next weekly CO2 observation, 1985-2001";
    let table = tabulate("co2", title, &co2::ERRORS, "the error of AR(9)", rows);

    let title = "CO2 1985-2001: error of the next observation";
    draw_curves(options, "co2_curves", title, "RMSE (ppm)", &results)?;
    // Two years are enough to see the gaps.
    let shown = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
        points.iter().copied().filter(|p| (1996.0..1998.0).contains(&p.0)).collect()
    };
    let mut series = results.forecasts(&co2::SHOWN, 0, shown);
    // A look that no model has.
    series.push(Series::new(co2::BASELINES[0].0, shown(&data.persistence())).look(candidates.len()));
    let forecast = plot::forecast(series)
        .truth(Series::new("observed", shown(&data.test())))
        .title("CO2 at Mauna Loa, predicted with half of the weeks withheld")
        .axes("Year", "CO2 (ppm)");
    in_both_formats(&options.out, "co2_forecast", |path| forecast.save(path))?;
    Ok(vec![table])
}

/// The learning curves of the models of which a run reached its end.
fn draw_curves(
    options: &Options,
    file: &str,
    title: &str,
    y_label: &str,
    results: &Results<'_>,
) -> Result<(), Box<dyn Error>> {
    let curves = results.curves()?;
    // No model may be asked for, or none may reach its end.
    if curves.is_empty() {
        return Ok(());
    }
    let figure = plot::learning_curves(curves).title(title).axes("Iteration", y_label);
    in_both_formats(&options.out, file, |path| figure.save(path))?;
    Ok(())
}

/// Draws a figure as SVG and as PNG.
fn in_both_formats(folder: &Path, file: &str, draw: impl Fn(&Path) -> rheos::Result<()>) -> rheos::Result<()> {
    ["svg", "png"].into_iter().try_for_each(|extension| draw(&folder.join(file).with_extension(extension)))
}
