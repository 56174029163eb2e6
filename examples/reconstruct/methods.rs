//! The models and their trainings.

use std::error::Error;

use nalgebra::Vector3;
use rheos::fit::MultipleShooting;
use rheos::formula::Static;
use rheos::nn::{Autonomous, BatchMatrix, Block, LayerField, Mlp, Net, OdeBlock, Recurrence, ShallowPlrnn};
use rheos::train::{Exponential, Lbfgs, RAdam, TeacherForcing, Trainer, uniform};
use rheos::{DiscreteAdjoint, Euler, Fixed, Parametric, Rk4};

use super::judge::{Verdict, judge};
use super::systems::{Series, System, with_noise};

/// The unit of time of the models: ten measurements, in which the states change by about their size.
pub const GAP: f64 = 0.1;
/// Windows in a batch.
const BATCH: usize = 16;
/// Hidden units.
const WIDTH: usize = 50;

type Plrnn = ShallowPlrnn<f64, 3, WIDTH>;
type Tanh = Mlp<f64, 3, WIDTH, 3>;

/// A system and its noisy measurements.
pub struct Task<'a> {
    pub system: &'a System,
    /// A run without noise, and another from a different state, for comparison.
    pub reference: Series,
    pub other: Series,
    pub measured: Series,
    /// The standard deviation of the noise, relative to each component.
    pub noise: f64,
    pub quick: bool,
}

impl<'a> Task<'a> {
    /// `length` measurements with noise.
    pub fn new(system: &'a System, length: usize, noise: f64, quick: bool) -> rheos::Result<Self> {
        let (run, length) = if quick { (5_000, length.min(2_000)) } else { (50_000, length) };
        let [reference, other] = system.runs(run)?;
        let measured = with_noise(&reference[..length], noise, 1);
        Ok(Self { system, reference, other, measured, noise, quick })
    }
}

/// A training from a random start, and its result.
type Method = fn(&Task, u64) -> Result<Verdict, Box<dyn Error>>;

pub const METHODS: [(&str, Method); 5] = [
    ("PLRNN", plrnn),
    ("PLRNN without forcing", free),
    ("PLRNN as a neural ODE", neural_ode),
    ("tanh network", |task, seed| residual(task, &Forcing::of(task.system), 100_000, seed)),
    ("multiple shooting", |task, seed| shooting(task, 2000, seed)),
];

/// Teacher forcing on windows of a series.
pub struct Forcing {
    pub alpha: f64,
    pub window: usize,
    /// The first steps of a window, which are not in the loss.
    pub transient: usize,
}

impl Forcing {
    /// Lorenz forgets its past within a window of 40 measurements; a window of Rössler has three cycles.
    pub fn of(system: &System) -> Self {
        if system.name == "Lorenz" {
            Self { alpha: 0.1, window: 40, transient: 10 }
        } else {
            Self { alpha: 0.05, window: 100, transient: 40 }
        }
    }

    /// Trains a model by this number of updates; returns the last loss and the largest norm of a gradient.
    fn train<B>(&self, model: &mut B, task: &Task, updates: usize, seed: u64) -> Result<String, Box<dyn Error>>
    where
        B: Block<Input = (), Hidden = BatchMatrix<f64, 3>>,
    {
        let loss = TeacherForcing::new(&task.measured, self.window)?.step(GAP)?;
        let loss = loss.alpha(self.alpha)?.transient(self.transient)?;
        let (rate, updates) = (5e-3, if task.quick { updates.div_ceil(100) } else { updates });
        let training = Trainer::new(model, &loss, RAdam::new(rate))
            .epochs(updates.div_ceil(loss.count_windows().div_ceil(BATCH)))
            .batch_size(BATCH)
            .clip_norm(1.0)
            .seed(seed)
            .schedule(|steps| Exponential::new(rate, 1e-3_f64.powf(1.0 / steps as f64)))
            .fit()?;
        let largest = training.epochs.iter().map(|epoch| epoch.gradient_norm).fold(0.0, f64::max);
        Ok(format!("loss {:.5}, gradient {largest:.0e}", training.epochs.last().map_or(f64::NAN, |epoch| epoch.loss)))
    }
}

/// A cell near the identity, with the hyperplanes of its units through measured states.
fn initial(task: &Task, seed: u64) -> Plrnn {
    let mut number = uniform(seed);
    let mut cell = Plrnn::uniform(&mut number);
    let mut any = || task.measured[(number() * task.measured.len() as f64) as usize];
    let states: Vec<[f64; 3]> = (0..WIDTH).map(|_| any()).collect();
    cell.a.fill(1.0);
    cell.w1.scale_mut(0.1);
    cell.thresholds_at(&states)
}

/// The shallow PLRNN as a cell.
fn plrnn(task: &Task, seed: u64) -> Result<Verdict, Box<dyn Error>> {
    let mut model = Recurrence(Autonomous(Net::<_>::dynamic(initial(task, seed))));
    let training = Forcing::of(task.system).train(&mut model, task, 100_000, seed)?;
    Ok(judge(&model, training, task))
}

/// The same cell on windows of 200 steps, in which it runs freely.
fn free(task: &Task, seed: u64) -> Result<Verdict, Box<dyn Error>> {
    let mut model = Recurrence(Autonomous(Net::<_>::dynamic(initial(task, seed))));
    let forcing = Forcing { alpha: 0.0, window: 200, transient: 0 };
    let training = forcing.train(&mut model, task, 20_000, seed)?;
    Ok(judge(&model, training, task))
}

/// The same formula as a field, `dz/dt = A z + W₁ relu(W₂ z + h₂) + h₁`: trained with one step of a method of order 4 between two
/// measurements, and judged with eight.
fn neural_ode(task: &Task, seed: u64) -> Result<Verdict, Box<dyn Error>> {
    let mut cell = initial(task, seed);
    cell.a.fill(0.0);
    let field = Net::<_>::dynamic(cell).field();
    let mut model = OdeBlock::new(field, Rk4, Fixed::steps(1), DiscreteAdjoint::new());
    let training = Forcing::of(task.system).train(&mut model, task, 40_000, seed)?;
    let resolved = OdeBlock::new(model.field, Rk4, Fixed::steps(8), DiscreteAdjoint::new());
    Ok(judge(&resolved, training, task))
}

/// A residual network `z₁ = z + h (W₁ tanh(W₂ z + b₂) + b₁)`: one step of Euler's method.
pub type Residual = OdeBlock<LayerField<Net<Tanh>>, Euler, Fixed, DiscreteAdjoint>;

/// The residual network after a training, and the result in words.
pub fn trained(
    task: &Task,
    forcing: &Forcing,
    updates: usize,
    seed: u64,
) -> Result<(Residual, String), Box<dyn Error>> {
    let field = Net::dynamic(Tanh::uniform(&mut uniform(seed))).field();
    let mut model = OdeBlock::new(field, Euler, Fixed::steps(1), DiscreteAdjoint::new());
    let training = forcing.train(&mut model, task, updates, seed)?;
    Ok((model, training))
}

pub fn residual(task: &Task, forcing: &Forcing, updates: usize, seed: u64) -> Result<Verdict, Box<dyn Error>> {
    let (model, training) = trained(task, forcing, updates, seed)?;
    Ok(judge(&model, training, task))
}

/// The tanh network as a neural ODE, by multiple shooting: the first measurements in segments of ten, the jumps between them
/// penalised more and more.
pub fn shooting(task: &Task, length: usize, seed: u64) -> Result<Verdict, Box<dyn Error>> {
    let data: Vec<Vector3<f64>> = task.measured.iter().take(length).map(|x| (*x).into()).collect();
    let times: Vec<f64> = (0..data.len()).map(|i| GAP * i as f64).collect();
    let shooting = MultipleShooting::new(&times, &data, Rk4, Fixed::step(GAP), DiscreteAdjoint::new());
    let mut shooting = shooting.segments(data.len() / 10);
    let field = Net::<_, Static<1>>::new(Tanh::uniform(&mut uniform(seed))).field();
    let mut model = shooting.start_from_data(field)?;
    let lbfgs = Lbfgs::new().memory(50).max_iterations(if task.quick { 20 } else { 500 });
    for penalty in [1.0, 10.0, 100.0] {
        shooting = shooting.penalty(penalty);
        lbfgs.minimise(&mut model, |model| shooting.value_and_gradient(model))?;
    }
    let trajectory = shooting.trajectory(&model)?;
    let training = format!("loss {:.5}", trajectory.loss);
    let field = Net::<_>::dynamic(model.field.params()).field();
    Ok(judge(&OdeBlock::new(field, Rk4, Fixed::steps(1), DiscreteAdjoint::new()), training, task))
}
