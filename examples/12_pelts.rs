//! Hares and lynxes of the Hudson Bay Company, 1845–1935: a neural ODE by single and by multiple shooting, and its forecasts.
//!
//! The logarithms of the pelts, standardised. The years up to 1914 are for the fit, the others for the forecast. Width,
//! penalty of the weights and segments were chosen by forecasts within the years of the fit.
//!
//! `cargo run --release --example 12_pelts [SEEDS]`: the number of random initial weights (3).

use std::error::Error;

use nalgebra::{DMatrix, RowDVector, Vector2, vector};
use rheos::fit::{MultipleShooting, Segments};
use rheos::formula::Static;
use rheos::nn::{LayerField, Mlp, Net};
use rheos::plot::{self, Series};
use rheos::train::{Lbfgs, uniform};
use rheos::{DiscreteAdjoint, Fixed, Ivp, Tsit5};

type Pelts = Vector2<f64>;
type Field = LayerField<Net<Mlp<f64, 2, 8, 2>, Static<1>>>;

/// The number of years of the fit.
const KNOWN: usize = 70;

/// The logarithms of the pelts of each year, with mean 0 and variance 1 in the years of the fit.
fn pelts() -> Result<Vec<Pelts>, Box<dyn Error>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/hare_lynx_1845_1935.csv");
    let rows: Result<Vec<(u32, f64, f64)>, _> = csv::Reader::from_path(file)?.deserialize().collect();
    let all: Vec<Pelts> = rows?.iter().map(|(_year, hare, lynx)| vector![hare.ln(), lynx.ln()]).collect();
    let mean = all[..KNOWN].iter().sum::<Pelts>() / KNOWN as f64;
    let variance = all[..KNOWN].iter().map(|y| (y - mean).map(|d| d * d)).sum::<Pelts>() / KNOWN as f64;
    Ok(all.iter().map(|y| (y - mean).component_div(&variance.map(f64::sqrt))).collect())
}

/// A neural ODE, fitted in segments with a rising penalty of the jumps and then in one, and the loss of its trajectory,
/// which is 1 for the mean of the data.
fn fit(times: &[f64], data: &[Pelts], seed: u64, segments: usize) -> rheos::Result<(Segments<Field>, f64)> {
    let shooting = MultipleShooting::new(times, data, Tsit5, Fixed::step(0.5), DiscreteAdjoint::new());
    let (shooting, lbfgs) = (shooting.weight_penalty(0.03), Lbfgs::new().memory(50).max_iterations(500));
    let mut cut = shooting.segments(segments);
    let mut model = cut.start_from_data(Net::new(Mlp::uniform(&mut uniform(seed))).field())?;
    for penalty in [0.1, 1.0, 10.0, 100.0, 1000.0] {
        cut = cut.penalty(penalty);
        lbfgs.minimise(&mut model, |model| cut.value_and_gradient(model))?;
    }
    let single = shooting.segments(1);
    let mut whole = single.start_from_segments(model)?;
    lbfgs.minimise(&mut whole, |whole| single.value_and_gradient(whole))?;
    let loss = single.trajectory(&whole)?.loss;
    Ok((whole, loss))
}

/// A linear autoregression on the pelts of the `lags` years before, by least squares: its forecast of `years` years.
fn autoregression(data: &[Pelts], lags: usize, history: &[Pelts], years: usize) -> Option<Vec<Pelts>> {
    let row = |history: &[Pelts], j: usize| if j == 2 * lags { 1.0 } else { history[history.len() - 1 - j / 2][j % 2] };
    let x = DMatrix::from_fn(data.len() - lags, 2 * lags + 1, |i, j| row(&data[..i + lags], j));
    let y = DMatrix::from_fn(data.len() - lags, 2, |i, j| data[i + lags][j]);
    let coefficients = (x.transpose() * &x).cholesky()?.solve(&(x.transpose() * y));
    let mut all = history.to_vec();
    for _ in 0..years {
        let next = RowDVector::from_fn(2 * lags + 1, |_, j| row(&all, j)) * &coefficients;
        all.push(vector![next[0], next[1]]);
    }
    Some(all.split_off(history.len()))
}

/// Prints the root mean square errors of the forecast of 21 years, and of forecasts of 1, 2 and 5 years from every year.
fn report(name: &str, all: &[Pelts], forecast: impl Fn(&[Pelts], usize) -> Option<Vec<Pelts>>) {
    let error = |found: &[Pelts], truth: &[Pelts]| {
        let squares: f64 = found.iter().zip(truth).map(|(a, b)| (a - b).norm_squared()).sum();
        (squares / (2 * truth.len()) as f64).sqrt()
    };
    let (known, later) = all.split_at(KNOWN);
    let all_years = forecast(known, later.len()).map(|found| error(&found, later));
    let rolling = [1, 2, 5].map(|years| {
        let found = (KNOWN..=all.len() - years).map(|end| Some(forecast(&all[..end], years)?[years - 1]));
        Some(error(&found.collect::<Option<Vec<_>>>()?, &all[KNOWN + years - 1..]))
    });
    let errors = [all_years, rolling[0], rolling[1], rolling[2]];
    println!("{name:42} {}", errors.map(|e| e.map_or("failed".to_owned(), |e| format!("{e:.2}"))).join("  "));
}

fn main() -> Result<(), Box<dyn Error>> {
    let seeds = std::env::args().nth(1).map_or(Ok(3), |word| word.parse::<u64>())?;
    let all = pelts()?;
    let times: Vec<f64> = (1845..=1935).map(f64::from).collect();
    let (known, later) = all.split_at(KNOWN);
    println!("errors of the forecast of 21 years from 1914, and of 1, 2 and 5 years from every year");
    report("mean", &all, |_, years| Some(vec![Pelts::zeros(); years]));
    report("persistence", &all, |history, years| Some(vec![*history.last()?; years]));
    for lags in 2..=4 {
        let name = format!("autoregression, {lags} lags");
        report(&name, &all, |history, years| autoregression(known, lags, history, years));
    }
    let lynx = |name: &str, states: &[Pelts], from: usize| {
        Series::new(name, times[from..].iter().zip(states).map(|(t, y)| (*t, y[1])))
    };
    let mut curves = Vec::new();
    for seed in 1..=seeds {
        for (name, segments) in [("single shooting", 1), ("multiple shooting", 24)] {
            let (model, loss) = fit(&times[..KNOWN], known, seed, segments)?;
            let forecast = |start: Pelts, years: usize| {
                let times: Vec<f64> = (1..=years).map(|year| year as f64).collect();
                let problem = Ivp::new(&model.field, start, 0.0..years as f64).save_at(&times);
                problem.solve(Tsit5, Fixed::step(0.5)).ok().map(|solution| solution.y)
            };
            let title = format!("neural ODE, {name}, loss {loss:.3}");
            report(&title, &all, |history, years| forecast(*history.last()?, years));
            if seed == 1 {
                let whole = forecast(model.starts()[0], 90).unwrap_or_default();
                curves.push(lynx(name, &whole, 1));
            }
        }
    }
    let file = std::env::temp_dir().join("rheos_12_pelts.svg");
    let figure = plot::forecast(curves).history(lynx("observed", known, 0)).truth(lynx("observed later", later, KNOWN));
    figure.axes("year", "lynx (standardised logarithm)").save(&file)?;
    println!("wrote {}", file.display());
    Ok(())
}
