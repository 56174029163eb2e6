//! One training step of a sequence model, the optimiser included, by block and adjoint: the same cell as a recurrent
//! network, a residual network and a neural ODE. The steps of tensor networks are in `tensor.rs`.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use nalgebra::SMatrix;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::formula::Static;
use rheos::nn::{Block, Driven, Elman, Linear, Net, OdeBlock, Recurrence, Residual, Sequence, SequenceBatch};
use rheos::train::{Adam, Optimiser, mean_squared_error};
use rheos::{BacksolveAdjoint, DiscreteAdjoint, Dopri5, Euler, Fixed, Parametric, Pid, Result, Rk4, State};

const INPUTS: usize = 2;
const HIDDEN: usize = 16;
const SAMPLES: usize = 32;
const LENGTH: usize = 20;

type Cell = Net<Elman<f32, INPUTS, HIDDEN>, Static<SAMPLES>>;
type Readout = Net<Linear<f32, HIDDEN, INPUTS>, Static<SAMPLES>>;
type Input = SMatrix<f32, INPUTS, SAMPLES>;
type Hidden = SMatrix<f32, HIDDEN, SAMPLES>;

/// Predicts each input from those before it.
fn train<B>(
    model: &mut Sequence<B, Readout>,
    adam: &mut Adam,
    inputs: &SequenceBatch<Input>,
    targets: &[Input],
) -> Result<f64>
where
    B: Block<Input = Input, Hidden = Hidden>,
{
    let run = model.forward(&Hidden::zeros(), inputs)?;
    let (loss, cotangents) = mean_squared_error(&run.outputs, targets)?;
    let mut gradient = model.params().zeros_like();
    model.backward(run.record, &cotangents, &mut gradient)?;
    adam.step(model, &gradient)?;
    Ok(loss)
}

fn block<B>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, block: B)
where
    B: Block<Input = Input, Hidden = Hidden>,
{
    let mut rng = StdRng::seed_from_u64(2);
    let mut uniform = || rng.random::<f64>();
    let mut model = Sequence { block, readout: Readout::new(Linear::uniform(&mut uniform)) };
    let mut inputs: Vec<Input> = (0..=LENGTH).map(|_| Input::from_fn(|_, _| uniform() as f32)).collect();
    let targets = inputs[1..].to_vec();
    inputs.truncate(LENGTH);
    let inputs = SequenceBatch::new(inputs);
    // Too small a rate to change how many steps a controller takes.
    let mut adam = Adam::new(1e-9);
    group.bench_function(name, |b| b.iter(|| train(&mut model, &mut adam, &inputs, &targets)));
}

fn training(c: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(1);
    let cell = Cell::new(Elman::uniform(&mut || rng.random::<f64>()));
    let field = || Driven(cell.clone());
    let four = Fixed::steps(4);
    let pid = Pid::tolerance(1e-4);
    let discrete = DiscreteAdjoint::new();

    let mut group = c.benchmark_group("training step, 20 x 32 samples, 16 hidden");
    block(&mut group, "Elman", Recurrence(cell.clone()));
    block(&mut group, "residual", Residual(cell.clone()));
    block(&mut group, "ODE, Euler, Discrete", OdeBlock::new(field(), Euler, Fixed::steps(1), discrete));
    block(&mut group, "ODE, RK4 x 4, Discrete", OdeBlock::new(field(), Rk4, four, discrete));
    block(&mut group, "ODE, RK4 x 4, Backsolve", OdeBlock::new(field(), Rk4, four, BacksolveAdjoint::new(Rk4, four)));
    block(&mut group, "ODE, Dopri5 1e-4, Discrete", OdeBlock::new(field(), Dopri5, pid, discrete));
    block(
        &mut group,
        "ODE, Dopri5 1e-4, Backsolve",
        OdeBlock::new(field(), Dopri5, pid, BacksolveAdjoint::new(Dopri5, pid)),
    );
    group.finish();
}

fn quick() -> Criterion {
    let moment = std::time::Duration::from_secs(2);
    Criterion::default().sample_size(20).warm_up_time(moment / 4).measurement_time(moment)
}

criterion_group! { name = benches; config = quick(); targets = training }
criterion_main!(benches);
