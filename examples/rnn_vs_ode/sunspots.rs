//! (b) Yearly sunspot numbers: one step and five steps ahead.

use std::error::Error;
use std::path::Path;

use nalgebra::SMatrix;
use rheos::nn::{Block, Recurrence, Residual};

use crate::data::{Autoregression, Scale, Series, persistence};
use crate::forecast::{B, HIDDEN, HIDDEN_ODE_RNN, Model, Numbers, Steps, jump_and_flow, plain, rms, with_readout};
use crate::models::{Between, Cell, Uniform, backsolve, between, cell, dopri5, driven, relaxed, rk4};
use crate::run::{Candidate, Run, Settings, Trainer};

/// Hidden units in the flow of the ODE-RNN: the number that brings the parameters closest.
const FLOW: usize = 5;
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
    steps: Steps<1>,
    scale: Scale,
}

impl Data {
    /// Reads the file; the years to 1920 are for training.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let series = Series::sunspots(path)?;
        let (train, test) = series.split_at_time(1920.0);
        let scale = Scale::fit(&train.y)?;
        let y: Vec<f64> = series.y.iter().map(|&y| scale.apply(y)).collect();
        let steps = Steps {
            inputs: y[..y.len() - 1].iter().map(|&y| [y]).collect(),
            gaps: vec![1.0; y.len() - 1],
            targets: y[1..].to_vec(),
            split: train.t.len() - 1,
            warm_up: 10,
            window: 30,
        };
        Ok(Self { test, all: series.y, steps, scale })
    }

    /// Errors of one and of [`HORIZON`] steps ahead, given forecasts from every year of the test part on.
    fn errors(&self, forecasts: &[Vec<f64>]) -> [f64; 2] {
        let truth = &self.test.y;
        let one = rms(forecasts.iter().zip(truth).map(|(path, y)| path[0] - y));
        let five = rms(forecasts.iter().zip(&truth[HORIZON - 1..]).map(|(path, y)| path[HORIZON - 1] - y));
        [one, five]
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
}

/// Trains, then forecasts from every year of the test part.
fn fit<M, const H: usize>(
    trainer: &mut Trainer<'_>,
    data: &Data,
    mut model: Model<M, H>,
    adapt: impl Fn(&Numbers, &Numbers) -> M::Input,
) -> Run
where
    M: Block<Hidden = SMatrix<f64, H, B>>,
{
    let Data { steps, scale, .. } = data;
    let test = steps.split..steps.targets.len();
    let invert = |paths: Vec<Vec<f64>>| -> Vec<Vec<f64>> {
        paths.iter().map(|path| path.iter().map(|&y| scale.invert(y)).collect()).collect()
    };
    let mut run = steps.fit(trainer, &mut model, &adapt, |model| {
        let paths = invert(steps.predict(model, &adapt, test.clone(), 1, |y| [y])?);
        Ok(rms(paths.iter().zip(&data.test.y).map(|(path, y)| path[0] - y)))
    });
    run.finish(|run| {
        let paths = invert(steps.predict(&model, &adapt, test, HORIZON, |y| [y])?);
        run.metrics = data.errors(&paths).to_vec();
        let years = &data.test.t;
        let at = |k: usize| years[k..].iter().zip(&paths).map(|(&t, path)| (t, path[k])).collect();
        run.drawings = vec![at(0), at(HORIZON - 1)];
        Ok(())
    });
    run
}

/// How the series is trained.
pub fn settings(quick: bool) -> Settings {
    Settings { iterations: if quick { 100 } else { 1000 }, every: 10, learning_rate: 5e-3, decay: 1 }
}

/// The models on the sunspots.
pub fn candidates(data: &Data) -> Vec<Candidate<'_>> {
    /// A flow of the ODE-RNN, solved in some way, behind the jump.
    fn after_jump<O: Block<Input = Numbers, Hidden = SMatrix<f64, HIDDEN_ODE_RNN, B>>>(
        rng: &mut Uniform<'_>,
        flow: impl Fn(Between<HIDDEN_ODE_RNN, FLOW, B>) -> O,
    ) -> Model<(Recurrence<Cell<1, HIDDEN_ODE_RNN, B>>, O), HIDDEN_ODE_RNN> {
        with_readout((Recurrence(cell(rng)), flow(between(rng))), rng)
    }
    vec![
        Candidate::new(
            "Elman RNN",
            |rng| with_readout(Recurrence(cell::<1, HIDDEN, B>(rng)), rng),
            |t, m| fit(t, data, m, plain),
        ),
        Candidate::new(
            "Residual RNN (Euler)",
            |rng| with_readout(Residual(cell::<1, HIDDEN, B>(rng)), rng),
            |t, m| fit(t, data, m, plain),
        ),
        Candidate::new(
            "Neural ODE, RK4, discrete",
            |rng| with_readout(rk4(driven::<1, HIDDEN, B>(rng)), rng),
            |t, m| fit(t, data, m, plain),
        ),
        Candidate::new(
            "Neural ODE, Dopri5, discrete",
            |rng| with_readout(dopri5(driven::<1, HIDDEN, B>(rng)), rng),
            |t, m| fit(t, data, m, plain),
        ),
        Candidate::new(
            "Neural ODE, Dopri5, backsolve",
            |rng| with_readout(backsolve(driven::<1, HIDDEN, B>(rng)), rng),
            |t, m| fit(t, data, m, plain),
        ),
        Candidate::new(
            "Neural ODE of g − h, RK4, discrete",
            |rng| with_readout(rk4(relaxed::<1, HIDDEN, B>(rng)), rng),
            |t, m| fit(t, data, m, plain),
        ),
        Candidate::new("ODE-RNN, RK4, discrete", |rng| after_jump(rng, rk4), |t, m| fit(t, data, m, jump_and_flow)),
        Candidate::new(
            "ODE-RNN, Dopri5, backsolve",
            |rng| after_jump(rng, backsolve),
            |t, m| fit(t, data, m, jump_and_flow),
        ),
    ]
}
