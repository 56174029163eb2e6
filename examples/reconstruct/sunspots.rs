//! A measured series: the numbers of sunspots, 1749 to 2009.
//!
//! Square roots of the means of three months. A state is a number with the numbers 11 and 22 quarters before it: a quarter and a
//! half of a cycle. The settings were chosen by forecasts of the years 1900 to 1949; the later years are a test.

use std::error::Error;

use rheos::analysis::{BinnedDivergence, Held, Lyapunov, SpectralDistance, delay_embedding};
use rheos::nn::{BatchMatrix, Block, LayerField, Mlp, Net, OdeBlock};
use rheos::plot::{self, PhasePortrait, Plane, Series};
use rheos::train::{Exponential, RAdam, TeacherForcing, Trainer, uniform};
use rheos::{DiscreteAdjoint, Euler, Fixed};

use super::autoregression::Autoregression;
use super::methods::GAP;
use super::options::Options;

/// The delay, in quarters of a year.
const DELAY: usize = 11;
/// The quarters before the first state.
const PAST: usize = 2 * DELAY;
/// The horizons of the forecasts, in quarters: 3 months; 1, 2, 3, 5, 8 and 11 years.
const HORIZONS: [usize; 7] = [1, 4, 8, 12, 20, 32, 44];
/// The strengths of the forcing in the trainings.
const ALPHAS: [f64; 3] = [0.1, 0.3, 0.5];
/// The mean length of a cycle, 11 years, in quarters.
const CYCLE: usize = 44;
/// The steps of a window, 15 years.
const WINDOW: usize = 60;

/// The known quarters in the picture of a forecast, 40 years.
const SHOWN: usize = 160;

type Model = OdeBlock<LayerField<Net<Mlp<f64, 3, 20, 3>>>, Euler, Fixed, DiscreteAdjoint>;

/// The quarters since 1749.
const fn quarter(year: usize) -> usize {
    4 * (year - 1749)
}

/// A trained model and its free run.
struct Trained {
    name: String,
    model: Model,
    free: Vec<[f64; 3]>,
    /// The exponents per year, the distances from the first half of the series, and the deviation of the free run.
    verdict: String,
}

/// The series up to a year, of which the quarters before `known` are for the training.
struct Sunspots {
    known: usize,
    /// Standardised by the known quarters.
    all: Vec<f64>,
    /// The delay vectors, from quarter `PAST`.
    states: Vec<[f64; 3]>,
}

impl Sunspots {
    fn new(known: usize, end: usize) -> Result<Self, Box<dyn Error>> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/sunspots_monthly.csv");
        let rows: Result<Vec<(u32, u32, f64, f64)>, _> = csv::Reader::from_path(file)?.deserialize().collect();
        let months: Vec<f64> = rows?.iter().map(|row| row.3).collect();
        let mut all: Vec<f64> =
            months.chunks_exact(3).map(|months| (months.iter().sum::<f64>() / 3.0).sqrt()).take(end).collect();
        let mean = all[..known].iter().sum::<f64>() / known as f64;
        let variance = all[..known].iter().map(|x| (x - mean).powi(2)).sum::<f64>() / known as f64;
        all.iter_mut().for_each(|x| *x = (*x - mean) / variance.sqrt());
        Ok(Self { known, states: delay_embedding(&all, DELAY)?, all })
    }

    /// Prints the root mean square errors of forecasts from every quarter that is not known, given the number of quarters before.
    fn report(&self, name: &str, forecast: impl Fn(usize, usize) -> Vec<f64>) {
        let mut line = format!("| {name} |");
        for horizon in HORIZONS {
            let squares = (self.known..=self.all.len() - horizon).map(|end| {
                let found = forecast(end, horizon);
                found.get(horizon - 1).map_or(f64::NAN, |found| (found - self.all[end + horizon - 1]).powi(2))
            });
            let count = (self.all.len() - horizon - self.known + 1) as f64;
            line += &format!(" {:.2} |", (squares.sum::<f64>() / count).sqrt());
        }
        println!("{line}");
    }

    fn report_baselines(&self) -> Option<()> {
        self.report("mean", |_, count| vec![0.0; count]);
        self.report("persistence", |end, count| vec![self.all[end - 1]; count]);
        self.report("the quarter 11 years before", |end, count| {
            (0..count).map(|i| self.all[end - CYCLE + i % CYCLE]).collect()
        });
        let known = &self.all[..self.known];
        for (model, source) in
            [(Autoregression::of_order(known, 2)?, "Yule 1927"), (Autoregression::by_akaike(known)?, "Akaike's order")]
        {
            let name = format!("autoregression of order {}, {source}", model.order());
            self.report(&name, |end, count| model.forecast(&self.all[..end], count));
        }
        Some(())
    }

    fn train(&self, alpha: f64, quick: bool, seed: u64) -> Result<Trained, Box<dyn Error>> {
        let field = Net::<_>::dynamic(Mlp::uniform(&mut uniform(seed))).field();
        let mut model = OdeBlock::new(field, Euler, Fixed::steps(1), DiscreteAdjoint::new());
        let known = &self.states[..self.known - PAST];
        let loss = TeacherForcing::new(known, WINDOW)?.step(GAP)?.alpha(alpha)?.transient(20)?;
        let (batch, updates, rate) = (16, if quick { 500 } else { 15_000 }, 2e-3);
        Trainer::new(&mut model, &loss, RAdam::new(rate))
            .epochs(usize::div_ceil(updates, loss.count_windows().div_ceil(batch)))
            .batch_size(batch)
            .clip_norm(1.0)
            .seed(seed)
            .schedule(|steps| Exponential::new(rate, 1e-3_f64.powf(1.0 / steps as f64)))
            .fit()?;
        let (free, verdict) = self.judge(&model);
        Ok(Trained { name: format!("tanh network, α = {alpha}"), model, free, verdict })
    }

    /// The next numbers by a model, which has followed the 15 years before.
    fn forecast(&self, model: &Model, end: usize, count: usize) -> rheos::Result<Vec<f64>> {
        let before = &self.states[end - PAST - WINDOW - 1..end - PAST];
        let state = TeacherForcing::new(before, WINDOW)?.step(GAP)?.alpha(0.5)?.synchronise(model, 0)?;
        Ok(run(model, state, count).iter().map(|x| x[0]).collect())
    }

    /// The free run from the first state, and its verdict.
    fn judge(&self, model: &Model) -> (Vec<[f64; 3]>, String) {
        let start = BatchMatrix::from_column_slice(&self.states[0]);
        let transient = 1000;
        let half = self.states.len() / 2;
        let mut free = run(model, start.clone(), transient + half);
        let free = free.split_off(transient.min(free.len()));
        let lyapunov = Lyapunov::over(20_000).transient(2000);
        let spectrum = lyapunov.spectrum(&Held::new(model.clone(), ()).gap(GAP), &start, 2);
        let [first, second] = spectrum.map_or([f64::NAN; 2], |found| [0, 1].map(|i| 4.0 * found.exponents[i]));
        (free.clone(), format!("{first:.3} | {second:.3} | {}", columns(&self.states[..half], &free)))
    }
}

/// The distances of a run from the series, and its standard deviation.
fn columns(reference: &[[f64; 3]], run: &[[f64; 3]]) -> String {
    let states = BinnedDivergence::new(8).pseudocount(1e-2).between(reference, run).unwrap_or(f64::INFINITY);
    let spectra = SpectralDistance::new(3.0).between(reference, run).unwrap_or(f64::NAN);
    let mean = run.iter().map(|x| x[0]).sum::<f64>() / run.len() as f64;
    let variance = run.iter().map(|x| (x[0] - mean).powi(2)).sum::<f64>() / run.len() as f64;
    format!("{states:.2} | {spectra:.2} | {:.2} |", variance.sqrt())
}

/// The states after a start, up to the first that is not finite.
fn run(model: &Model, mut z: BatchMatrix<f64, 3>, length: usize) -> Vec<[f64; 3]> {
    let mut memory = None;
    let mut next = || {
        model.advance_with(&(), &mut z, GAP.into(), &mut memory).ok()?;
        Some([z[0], z[1], z[2]]).filter(|x| x.iter().all(|x| x.is_finite()))
    };
    (0..length).map_while(|_| next()).collect()
}

/// Trains models, prints their errors beside simple forecasts, and judges their attractors.
pub fn study(options: &Options) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(&options.out)?;
    for [known, end] in [[1900, 1950], [1950, 2010]] {
        let series = Sunspots::new(quarter(known), quarter(end))?;
        println!(
            "| forecasts from {known} | 3 months | 1 year | 2 | 3 | 5 | 8 | 11 |\n|---|--:|--:|--:|--:|--:|--:|--:|"
        );
        series.report_baselines().ok_or("the series does not determine the autoregressions")?;
        let mut all = Vec::new();
        for alpha in ALPHAS {
            for seed in 0..options.seeds {
                let trained = series.train(alpha, options.quick, seed)?;
                let forecast = |end, count| series.forecast(&trained.model, end, count).unwrap_or_default();
                series.report(&format!("{}, seed {seed}", trained.name), forecast);
                all.push((seed, trained));
            }
        }
        println!("\n| free runs | λ₁ per year | λ₂ | D_stsp | D_H | deviation |\n|---|--:|--:|--:|--:|--:|");
        // The distances depend on the lengths, so all runs have the length of half of the series.
        let (first, second) = series.states.split_at(series.states.len() / 2);
        println!("| second half of the series | | | {}", columns(first, &second[..first.len()]));
        all.iter().for_each(|(seed, trained)| println!("| {}, seed {seed} | {}", trained.name, trained.verdict));
        println!();
        let first: Vec<&Trained> = all.iter().filter(|(seed, _)| *seed == 0).map(|(_, trained)| trained).collect();
        draw(&series, known, &first, options)?;
    }
    Ok(())
}

/// The attractors, and the free runs after the known years.
fn draw(series: &Sunspots, year: usize, models: &[&Trained], options: &Options) -> Result<(), Box<dyn Error>> {
    let plane = |name: &str, run: &[[f64; 3]]| {
        let curve = Series::new("a run", run.iter().map(|x| (x[0], x[1]))).look(0);
        Plane::new(-3.0..3.5, -3.0..3.5).title(name).curve(curve)
    };
    let measured = plane("measured", &series.states);
    let planes = [measured].into_iter().chain(models.iter().map(|trained| plane(&trained.name, &trained.free)));
    let file = |kind: &str| options.out.join(format!("reconstruct_sunspots_{year}_{kind}.svg"));
    let figure = PhasePortrait::of(planes).title("Sunspots: attractors").axes("now", "11 quarters before");
    figure.save(file("attractors"))?;

    let place = |quarter: usize| 1749.0 + 0.25 * quarter as f64;
    let curve = |name: &str, from: usize, values: &[f64]| {
        Series::new(name, values.iter().enumerate().map(|(i, x)| (place(from + i), *x)))
    };
    let (recent, known) = (series.known - SHOWN, series.known);
    let mut runs = Vec::new();
    for trained in models {
        let forecast = series.forecast(&trained.model, known, series.all.len() - known)?;
        runs.push(curve(&trained.name, known, &forecast));
    }
    let figure = plot::forecast(runs)
        .history(curve("observed", recent, &series.all[recent..known]))
        .truth(curve("observed later", known, &series.all[known..]))
        .title(format!("Sunspots: forecasts from {year}"))
        .axes("year", "root of the number, standardised");
    Ok(figure.save(file("forecast"))?)
}
