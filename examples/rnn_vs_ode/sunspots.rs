//! (b) Yearly sunspot numbers: one step and five steps ahead.

use std::error::Error;
use std::path::Path;

use rheos::nn::{
    Block, Driven, FromSamples, Gru, Hidden, LeakyField, Lstm, OdeBlock, Recurrence, Residual, ZeroSamples,
};
use rheos::train::{Cosine, SequenceData, SquaredError};
use rheos::{DiscreteAdjoint, Dopri5, Rk4};

use crate::data::{Autoregression, Scale, Series, persistence};
use crate::models::{
    BACKSOLVE, Model, ONE_STEP, Rows, TOLERANCE, Uniform, between, counted, elman, rms, windows, with_readout,
};
use crate::run::{Candidate, Measured, Settings};

/// Hidden units of the Elman cell, the GRU and the LSTM, of the ODE-RNN and in the flow of the ODE-RNN: the numbers that bring
/// the parameters closest.
const ELMAN: usize = 13;
const GRU: usize = 7;
const LSTM: usize = 6;
const ODE_RNN: usize = 9;
const FLOW: usize = 5;
/// Years in a window.
const WINDOW: usize = 30;
/// Years that a model reads before its predictions count.
const WARM_UP: usize = 10;
/// Years ahead of the longer forecast.
const HORIZON: usize = 5;
/// The errors of a model.
pub const ERRORS: [&str; 2] = ["RMSE 1 year ahead", "RMSE 5 years ahead"];
/// The models whose forecasts are drawn.
pub const SHOWN: [&str; 4] =
    ["Elman RNN", "Neural ODE, RK4, discrete", "Neural ODE of g − h, RK4, discrete", "ODE-RNN, RK4, discrete"];
/// Parameters of the autoregressions, the intercept included.
pub const BASELINES: [(&str, usize); 3] = [("Persistence", 0), ("AR(2)", 3), ("AR(9)", 10)];

/// The series in units of its standard deviation over the training part.
pub struct Data {
    /// Years and sunspot numbers of the test part, as drawn.
    pub test: Series,
    /// The sunspot numbers of all years.
    all: Vec<f64>,
    /// All windows of the training part; the target of each year is the next one.
    train: SequenceData<1, Vec<[f64; 1]>>,
    /// The windows before each year of the test part.
    before: Vec<Vec<[f64; 1]>>,
    scale: Scale,
}

impl Data {
    /// Reads the file; the years to 1920 are for training.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let series = Series::sunspots(path)?;
        let (train, test) = series.split_at_time(1920.0);
        let scale = Scale::fit(&train.y)?;
        let y: Vec<[f64; 1]> = series.y.iter().map(|&y| [scale.apply(y)]).collect();
        let split = train.t.len();
        let (inputs, targets) = (windows(&y[..split - 1], WINDOW), windows(&y[1..split], WINDOW));
        let train = SequenceData::new(inputs, targets)?.outputs_from(WARM_UP);
        let before = windows(&y[split - WINDOW..y.len() - 1], WINDOW);
        Ok(Self { test, all: series.y, train, before, scale })
    }

    /// Errors of one and of [`HORIZON`] steps ahead, given forecasts from every year of the test part on.
    fn errors(&self, forecasts: &[Vec<f64>]) -> [f64; 2] {
        [1, HORIZON].map(|years| self.error(forecasts, years))
    }

    /// The error of a number of years ahead.
    fn error(&self, forecasts: &[Vec<f64>], years: usize) -> f64 {
        rms(forecasts.iter().zip(&self.test.y[years - 1..]).map(|(path, y)| path[years - 1] - y))
    }

    /// The same for the baselines, in the order of [`BASELINES`].
    pub fn baselines(&self) -> rheos::Result<Vec<[f64; 2]>> {
        let first = self.all.len() - self.test.t.len();
        let origins = first..self.all.len();
        let train = &self.all[..first];
        let (ar2, ar9) = (Autoregression::fit(train, 2)?, Autoregression::fit(train, 9)?);
        let forecasts = |forecast: &dyn Fn(&[f64]) -> rheos::Result<Vec<f64>>| -> rheos::Result<[f64; 2]> {
            let paths = origins.clone().map(|i| forecast(&self.all[..i])).collect::<rheos::Result<Vec<_>>>()?;
            Ok(self.errors(&paths))
        };
        Ok(vec![
            forecasts(&|history| persistence(history, HORIZON))?,
            forecasts(&|history| ar2.forecast(history, HORIZON))?,
            forecasts(&|history| ar9.forecast(history, HORIZON))?,
        ])
    }

    /// The forecasts of a model for some years from every year of the test part on. It reads its own forecasts as well.
    fn forecasts<B, const H: usize>(&self, model: &Model<B, H>, years: usize) -> rheos::Result<Vec<Vec<f64>>>
    where
        B: Block<Input: FromSamples<1>, Hidden: ZeroSamples + Hidden<Output = Rows<H>>>,
    {
        let mut read = self.before.clone();
        for _ in 0..years {
            // The targets take no part.
            let data = SequenceData::new(read.clone(), vec![[0.0]; read.len()])?;
            for (window, next) in read.iter_mut().zip(data.predict(model, 128)?) {
                window.push(next);
            }
        }
        Ok(read.iter().map(|window| window[WINDOW..].iter().map(|&[y]| self.scale.invert(y)).collect()).collect())
    }

    /// The models on the sunspots.
    pub fn candidates(&self) -> Vec<Candidate<'_>> {
        vec![
            self.candidate("Elman RNN", |rng| Recurrence(elman::<1, ELMAN>(rng))),
            self.candidate("GRU", |rng| Recurrence(counted(Gru::<f64, 1, GRU>::uniform(rng)))),
            self.candidate("LSTM", |rng| Recurrence(counted(Lstm::<f64, 1, LSTM>::uniform(rng)))),
            self.candidate("Residual RNN (Euler)", |rng| Residual(elman::<1, ELMAN>(rng))),
            self.candidate("Neural ODE, RK4, discrete", |rng| {
                OdeBlock::new(Driven(elman::<1, ELMAN>(rng)), Rk4, ONE_STEP, DiscreteAdjoint::new())
            }),
            self.candidate("Neural ODE of g − h, RK4, discrete", |rng| {
                OdeBlock::new(LeakyField(elman::<1, ELMAN>(rng)), Rk4, ONE_STEP, DiscreteAdjoint::new())
            }),
            // A jump at the observation, then a flow to the next one.
            self.candidate("ODE-RNN, RK4, discrete", |rng| {
                let jump = Recurrence(elman::<1, ODE_RNN>(rng));
                (jump, OdeBlock::new(between::<ODE_RNN, FLOW>(rng), Rk4, ONE_STEP, DiscreteAdjoint::new()))
            }),
            self.candidate("Neural ODE, Dopri5, discrete", |rng| {
                OdeBlock::new(Driven(elman::<1, ELMAN>(rng)), Dopri5, TOLERANCE, DiscreteAdjoint::new())
            }),
            self.candidate("Neural ODE, Dopri5, backsolve", |rng| {
                OdeBlock::new(Driven(elman::<1, ELMAN>(rng)), Dopri5, TOLERANCE, BACKSOLVE)
            }),
            self.candidate("ODE-RNN, Dopri5, backsolve", |rng| {
                let jump = Recurrence(elman::<1, ODE_RNN>(rng));
                (jump, OdeBlock::new(between::<ODE_RNN, FLOW>(rng), Dopri5, TOLERANCE, BACKSOLVE))
            }),
        ]
    }

    /// A model around a block. The points of its learning curve are its errors one year ahead.
    fn candidate<B, const H: usize>(
        &self,
        name: &'static str,
        block: impl Fn(&mut Uniform<'_>) -> B + Sync + 'static,
    ) -> Candidate<'_>
    where
        B: Block<Input: FromSamples<1>, Hidden: ZeroSamples + Hidden<Output = Rows<H>>> + 'static,
    {
        let build = move |rng: &mut Uniform<'_>| with_readout(block(rng), rng);
        let error = |model: &Model<B, H>| Ok(self.error(&self.forecasts(model, 1)?, 1));
        let measure = |model: &Model<B, H>| {
            let paths = self.forecasts(model, HORIZON)?;
            let years = &self.test.t;
            let at = |k: usize| years[k..].iter().zip(&paths).map(|(&t, path)| (t, path[k])).collect();
            Ok(Measured {
                errors: self.errors(&paths).to_vec(),
                drawings: vec![at(0), at(HORIZON - 1)],
                ..Measured::default()
            })
        };
        Candidate::new(name, build, self.train.objective(SquaredError), error, measure)
    }
}

/// How the series is trained.
pub fn settings(quick: bool) -> Settings {
    let iterations = if quick { 100 } else { 1000 };
    Settings { iterations, every: 10, batch_size: 32, schedule: |steps| Cosine::new(5e-3, steps).into() }
}
