//! Single and multiple shooting from 30 random starts: hare and lynx, 1900 to 1920.
//!
//! `cargo run --release --example 10_multiple_shooting`

use std::error::Error;
use std::time::Instant;

use nalgebra::vector;
use rheos::dynamics::problems::LotkaVolterra;
use rheos::fit::{Experiment, Fit, FitResult, Forward, Parameter, Series};
use rheos::{Autodiff, Pid, Vern7};

/// The least sum of squares that is known, by SciPy.
const BEST: f64 = 2.018_661_155;

type Pelts<'a> = Fit<'a, Forward<Autodiff<LotkaVolterra, 2, 4>, Vern7, Pid>>;

/// The columns of a file of numbers.
fn columns<const N: usize>(path: &str) -> Result<[Vec<f64>; N], Box<dyn Error>> {
    let mut columns = [const { Vec::new() }; N];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
    for row in csv::Reader::from_path(format!("{folder}/{path}"))?.deserialize::<Vec<f64>>() {
        columns.iter_mut().zip(row?).for_each(|(column, value)| column.push(value));
    }
    Ok(columns)
}

/// The fit of the logarithms of both species, from these parameters and these numbers of pelts (thousands) in 1900.
fn pelts(start: [f64; 6]) -> Result<Pelts<'static>, Box<dyn Error>> {
    let [years, hares, lynx] = columns("lynx_hare_1900_1920.csv")?;
    let positive =
        |names: [&'static str; 2], at: usize| [0, 1].map(|i| Parameter::new(names[i], start[at + i]).positive());
    let experiment = Experiment::new(1900.0, positive(["hares in 1900", "lynx in 1900"], 4))
        .measured(Series::log_component(0, &years, &hares))
        .measured(Series::log_component(1, &years, &lynx));
    let model = Autodiff::new(LotkaVolterra, vector![start[0], start[1], start[2], start[3]]);
    let parameters = [positive(["α", "β"], 0), positive(["γ", "δ"], 2)].concat();
    Ok(Fit::new(model, Vern7, Pid::tolerance(1e-8)).parameters(parameters).experiment(experiment))
}

/// The end of a fit, and whether it is the best one.
fn end(fitted: &FitResult) -> (String, bool) {
    match fitted {
        Ok(fitted) => (format!("{:.6}", fitted.sum_of_squares), fitted.sum_of_squares < BEST * (1.0 + 1e-6)),
        Err(failure) => match &failure.partial {
            Some(best) => (format!("not converged at {:.3}", best.sum_of_squares), false),
            None => ("no solution at the start".into(), false),
        },
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let columns: [Vec<f64>; 6] = columns("hare_lynx_starts.csv")?;
    let starts: Vec<[f64; 6]> = (0..columns[0].len()).map(|i| [0, 1, 2, 3, 4, 5].map(|j| columns[j][i])).collect();
    let (mut hits, mut seconds) = ([0, 0], [0.0, 0.0]);
    println!("start   single shooting        multiple shooting, 20 segments");
    for (i, start) in starts.iter().enumerate() {
        let fit = pelts(*start)?;
        let mut ends = Vec::new();
        for (k, segments) in [1, 20].into_iter().enumerate() {
            let clock = Instant::now();
            let fitted = if segments == 1 { fit.least_squares() } else { fit.multiple_shooting(segments) };
            seconds[k] += clock.elapsed().as_secs_f64();
            let (text, best) = end(&fitted);
            hits[k] += usize::from(best);
            ends.push(text);
        }
        println!("{i:>5}   {:<22} {}", ends[0], ends[1]);
    }
    let [single, multiple] = hits;
    println!("best fit found: single {single} times, multiple {multiple} times of {}", starts.len());
    println!("seconds: single {:.3}, multiple {:.3}", seconds[0], seconds[1]);
    println!("\n{}", pelts([0.5, 0.025, 0.8, 0.025, 30.0, 4.0])?.multiple_shooting(20)?);
    Ok(())
}
