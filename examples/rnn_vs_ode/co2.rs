//! (c) Weekly CO2 at Mauna Loa with its gaps: the next observation, whenever it comes.

use std::error::Error;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng};
use rheos::nn::{
    Block, Driven, FromSamples, Gru, Hidden, IrregularOdeBlock, LeakyField, Lstm, OdeBlock, Recurrence, Residual,
    ZeroSamples,
};
use rheos::train::{Cosine, SequenceData, SquaredError};
use rheos::{DiscreteAdjoint, Dopri5, Rk4};

use crate::data::{Autoregression, Series};
use crate::models::{
    INTERPOLATING, Model, ONE_STEP, Rows, TOLERANCE, Uniform, between, counted, elman, rms, windows, with_readout,
};
use crate::run::{Candidate, Measured, Settings};

/// Hidden units of the Elman cell, the GRU and the LSTM, of the ODE-RNN and in the flow of the ODE-RNN: the numbers that bring
/// the parameters closest.
const ELMAN: usize = 12;
const GRU: usize = 6;
const LSTM: usize = 5;
const ODE_RNN: usize = 8;
const FLOW: usize = 5;
/// The inputs of a model: the change since the last observation, the gap before it and the gap to come, in weeks.
const INPUTS: usize = 3;
/// Observations in a window; a year has 52 weeks.
const WINDOW: usize = 60;
/// Weeks since the first sample on 1958-03-29 at the start of 1985.
const SPLIT_WEEK: f64 = 1396.0;
/// The errors of a model.
pub const ERRORS: [&str; 2] = ["RMSE (ppm)", "RMSE, half withheld"];
/// The models whose forecasts are drawn.
pub const SHOWN: [&str; 3] = ["Elman RNN", "Neural ODE of g − h, RK4, discrete", "ODE-RNN, RK4, discrete"];
/// The baselines with the number of their parameters.
pub const BASELINES: [(&str, usize); 2] = [("Persistence", 0), ("AR(9) of the changes, gaps ignored", 10)];

/// The series, and the same with half of the test part withheld.
pub struct Data {
    all: Observations,
    thinned: Observations,
    /// The windows of models that read the gaps as inputs.
    plain: Windows,
    /// The windows of models that flow over the gaps.
    timed: Windows,
    /// Changes between neighbours are measured in this unit (ppm), their standard deviation in the training part.
    unit: f64,
}

/// A series as steps of a model; step `i` reads observation `i + 1` and predicts observation `i + 2`.
struct Observations {
    t: Vec<f64>,
    y: Vec<f64>,
    inputs: Vec<[f64; INPUTS]>,
    /// The times from each observation that is read to the next.
    gaps: Vec<f64>,
    targets: Vec<[f64; 1]>,
    /// The first step of the test part.
    split: usize,
}

/// Windows of steps as sequences.
struct Windows {
    /// All windows of the training part, with the targets of all steps.
    train: SequenceData<INPUTS, Vec<[f64; 1]>>,
    /// The windows that end in the test part, with the target of the last step.
    all: SequenceData<INPUTS, [f64; 1]>,
    /// The same with half of the observations withheld.
    thinned: SequenceData<INPUTS, [f64; 1]>,
}

impl Observations {
    fn new(t: Vec<f64>, y: Vec<f64>, unit: f64) -> Self {
        let change = |i: usize| (y[i] - y[i - 1]) / unit;
        let gap = |i: usize| t[i] - t[i - 1];
        let last = y.len() - 1;
        let split = t.iter().take_while(|&&t| t < SPLIT_WEEK).count() - 2;
        let inputs = (1..last).map(|i| [change(i), gap(i) - 1.0, gap(i + 1) - 1.0]).collect();
        let gaps = (1..last).map(|i| gap(i + 1)).collect();
        let targets = (1..last).map(|i| [change(i + 1)]).collect();
        Self { t, y, inputs, gaps, targets, split }
    }

    fn train(&self, timed: bool) -> rheos::Result<SequenceData<INPUTS, Vec<[f64; 1]>>> {
        let (inputs, targets) = (&self.inputs[..self.split], &self.targets[..self.split]);
        let data = SequenceData::new(windows(inputs, WINDOW), windows(targets, WINDOW))?.outputs_from(WINDOW / 2);
        if timed { data.gaps(windows(&self.gaps[..self.split], WINDOW)) } else { Ok(data) }
    }

    fn test(&self, timed: bool) -> rheos::Result<SequenceData<INPUTS, [f64; 1]>> {
        let first = self.split + 1 - WINDOW;
        let data = SequenceData::new(windows(&self.inputs[first..], WINDOW), self.targets[self.split..].to_vec())?;
        if timed { data.gaps(windows(&self.gaps[first..], WINDOW)) } else { Ok(data) }
    }

    /// The error (ppm) of predicted changes of the test part, in units of `unit`.
    fn error(&self, changes: impl Iterator<Item = f64>, unit: f64) -> f64 {
        let targets = &self.targets[self.split..];
        unit * rms(changes.zip(targets).map(|(change, [target])| change - target))
    }

    /// The values (ppm) that changes (ppm) of the test part predict, with the years they are for.
    fn course(&self, changes: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
        let first = self.split + 2;
        (first..).zip(changes).map(|(i, change)| (calendar_year(self.t[i]), self.y[i - 1] + change)).collect()
    }

    /// The error (ppm) of a forecast from all changes before.
    fn baseline(&self, forecast: impl Fn(&[f64]) -> rheos::Result<Vec<f64>>, unit: f64) -> rheos::Result<f64> {
        let changes: Vec<f64> = self.inputs.iter().map(|input| input[0]).collect();
        let test = self.split..self.targets.len();
        let predicted = test.map(|i| Ok(forecast(&changes[..=i])?[0])).collect::<rheos::Result<Vec<f64>>>()?;
        Ok(self.error(predicted.into_iter(), unit))
    }
}

impl Data {
    /// Reads the file; the observations before 1985 are for training.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let series = Series::co2(path)?;
        let Series { t, y } = &series;
        let train = t.iter().take_while(|&&t| t < SPLIT_WEEK).count();
        let unit = rms((1..train).map(|i| y[i] - y[i - 1]));
        // Withheld observations are the same for all models and seeds.
        let mut rng = StdRng::seed_from_u64(1958);
        let kept: Vec<usize> = (0..t.len()).filter(|&i| i < train || rng.random::<f64>() < 0.5).collect();
        let pick = |values: &[f64]| kept.iter().map(|&i| values[i]).collect();
        let all = Observations::new(t.clone(), y.clone(), unit);
        let thinned = Observations::new(pick(t), pick(y), unit);
        let windows = |timed: bool| -> rheos::Result<Windows> {
            Ok(Windows { train: all.train(timed)?, all: all.test(timed)?, thinned: thinned.test(timed)? })
        };
        let (plain, timed) = (windows(false)?, windows(true)?);
        Ok(Self { all, thinned, plain, timed, unit })
    }

    /// Observed values of the test part: years, and ppm.
    pub fn test(&self) -> Vec<(f64, f64)> {
        let start = self.all.split + 2;
        self.all.t[start..].iter().zip(&self.all.y[start..]).map(|(&t, &y)| (calendar_year(t), y)).collect()
    }

    /// The predictions of persistence with half of the observations withheld: years, and ppm.
    pub fn persistence(&self) -> Vec<(f64, f64)> {
        self.thinned.course(self.thinned.targets[self.thinned.split..].iter().map(|_| 0.0))
    }

    /// Errors of the baselines on all observations and with half of them withheld, in the order of [`BASELINES`].
    pub fn baselines(&self) -> rheos::Result<Vec<[f64; 2]>> {
        let changes: Vec<f64> = self.all.inputs[..self.all.split].iter().map(|input| input[0]).collect();
        let ar9 = Autoregression::fit(&changes, 9)?;
        let both = |forecast: &dyn Fn(&[f64]) -> rheos::Result<Vec<f64>>| -> rheos::Result<[f64; 2]> {
            Ok([self.all.baseline(forecast, self.unit)?, self.thinned.baseline(forecast, self.unit)?])
        };
        // The value stays: the change is zero.
        let still = |_: &[f64]| Ok(vec![0.0]);
        Ok(vec![both(&still)?, both(&|history| ar9.forecast(history, 1))?])
    }

    /// The models on the CO2 series.
    ///
    /// Backsolve, the continuous adjoint of the other two data sets, does not suit this one. Over the longest gaps the trained
    /// flows contract, and the way back enlarges the error of the forward pass, until a seed stops with `Error::Drift`. The
    /// number of seeds out of five that reached the end, and the evaluations of an iteration:
    ///
    /// | | seeds | evaluations |
    /// |---|--:|--:|
    /// | backsolve, both passes at 1e-4, drift of at most 1 % | 1 | 2667 |
    /// | the same, drift of at most 10 % | 4 | 2669 |
    /// | backsolve, the way back at 1e-6 | 2 | 3193 |
    /// | backsolve, both passes at 1e-6 | 5 | 3947 |
    /// | interpolating, both passes at 1e-4 | 5 | 2399 |
    ///
    /// [`InterpolatingAdjoint`](rheos::adjoint::InterpolatingAdjoint) keeps the solution and reconstructs nothing, so it
    /// cannot drift. Of the two that bring all seeds to the end, it costs less.
    pub fn candidates(&self) -> Vec<Candidate<'_>> {
        let Self { plain, timed, .. } = self;
        // A jump at the observation, then a flow to the next one.
        let jump = |rng: &mut Uniform<'_>| Recurrence(elman::<INPUTS, ODE_RNN>(rng));
        let flow = |rng: &mut Uniform<'_>| between::<ODE_RNN, FLOW>(rng);
        vec![
            self.candidate("Elman RNN", plain, |rng| Recurrence(elman::<INPUTS, ELMAN>(rng))),
            self.candidate("GRU", plain, |rng| Recurrence(counted(Gru::<f64, INPUTS, GRU>::uniform(rng)))),
            self.candidate("LSTM", plain, |rng| Recurrence(counted(Lstm::<f64, INPUTS, LSTM>::uniform(rng)))),
            self.candidate("Residual RNN (Euler)", plain, |rng| Residual(elman::<INPUTS, ELMAN>(rng))),
            self.candidate("Neural ODE, RK4, discrete", plain, |rng| {
                OdeBlock::new(Driven(elman::<INPUTS, ELMAN>(rng)), Rk4, ONE_STEP, DiscreteAdjoint::new())
            }),
            self.candidate("Neural ODE of g − h, RK4, discrete", plain, |rng| {
                OdeBlock::new(LeakyField(elman::<INPUTS, ELMAN>(rng)), Rk4, ONE_STEP, DiscreteAdjoint::new())
            }),
            self.candidate("ODE-RNN, RK4, discrete", timed, move |rng| {
                (jump(rng), IrregularOdeBlock::new(flow(rng), Rk4, ONE_STEP, DiscreteAdjoint::new()))
            }),
            self.candidate("ODE-RNN, Dopri5, discrete", timed, move |rng| {
                (jump(rng), IrregularOdeBlock::new(flow(rng), Dopri5, TOLERANCE, DiscreteAdjoint::new()))
            }),
            self.candidate("ODE-RNN, Dopri5, interpolating", timed, move |rng| {
                (jump(rng), IrregularOdeBlock::new(flow(rng), Dopri5, TOLERANCE, INTERPOLATING))
            }),
        ]
    }

    /// A model around a block, on windows. The points of its learning curve are its errors on all observations.
    fn candidate<'a, B, const H: usize>(
        &'a self,
        name: &'static str,
        windows: &'a Windows,
        block: impl Fn(&mut Uniform<'_>) -> B + Sync + 'static,
    ) -> Candidate<'a>
    where
        B: Block<Input: FromSamples<INPUTS>, Hidden: ZeroSamples + Hidden<Output = Rows<H>>> + 'static,
    {
        let build = move |rng: &mut Uniform<'_>| with_readout(block(rng), rng);
        let predict = |model: &Model<B, H>, data: &SequenceData<INPUTS, [f64; 1]>| -> rheos::Result<Vec<f64>> {
            Ok(data.predict(model, 128)?.into_iter().map(|[change]| change).collect())
        };
        let error = move |model: &Model<B, H>| Ok(self.all.error(predict(model, &windows.all)?.into_iter(), self.unit));
        let measure = move |model: &Model<B, H>| {
            let thinned = predict(model, &windows.thinned)?;
            let drawings = vec![self.thinned.course(thinned.iter().map(|change| change * self.unit))];
            let errors = vec![error(model)?, self.thinned.error(thinned.into_iter(), self.unit)];
            Ok(Measured { errors, drawings, ..Measured::default() })
        };
        Candidate::new(name, build, windows.train.objective(SquaredError), error, measure)
    }
}

/// The calendar year of a time in weeks since 1958-03-29.
fn calendar_year(weeks: f64) -> f64 {
    1958.24 + weeks * 7.0 / 365.25
}

/// How the series is trained.
pub fn settings(quick: bool) -> Settings {
    let iterations = if quick { 40 } else { 500 };
    Settings { iterations, every: 10, batch_size: 32, schedule: |steps| Cosine::new(5e-3, steps).into() }
}
