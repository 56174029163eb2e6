//! Networks of dfdx tensors in single precision: a training step on spirals, and a larger network.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dfdx::prelude::{Cpu, Rank2, SampleTensor, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::adjoint::Gradient;
use rheos::dynamics::Memoized;
use rheos::formula::{Heap, Rows};
use rheos::nn::tensor::{FormulaModule, ModuleField, Tensors};
use rheos::nn::{Linear, Mlp};
use rheos::solver::Dense;
use rheos::train::mean_squared_error;
use rheos::{
    Adjoint, BacksolveAdjoint, Controller, Differentiable, DiscreteAdjoint, Dopri5, Fixed, Ivp, Pid, Result, Rk4,
    Stats, formula, solve,
};

formula! {
    /// The field of the spiral example of Chen et al. 2018: a network of `y³`.
    pub struct Spiral<T> { net: Mlp<T, 2, 50, 2> }
    fn apply(&self, y: Rows<2>) -> Rows<2> {
        self.net.apply(y * y.square())
    }
}

formula! {
    /// Three affine maps with `tanh` between them.
    pub struct Large<T> { first: Linear<T, 64, 256>, second: Linear<T, 256, 256>, third: Linear<T, 256, 64> }
    fn apply(&self, y: Rows<64>) -> Rows<64> {
        self.third.apply(self.second.apply(self.first.apply(y).tanh()).tanh())
    }
}

type Points = Tensor<Rank2<20, 2>, f32, Cpu>;
type Batch = Tensor<Rank2<256, 64>, f32, Cpu>;

/// Numbers in [0, 1), always the same.
fn numbers() -> impl FnMut() -> f64 {
    let mut rng = StdRng::seed_from_u64(1);
    move || rng.random()
}

/// A training step without the optimiser, from the first of the targets; what its two passes cost.
fn step<F, A>(field: &F, pid: Pid, adjoint: A, times: &[f64], targets: &[Points]) -> Result<[Stats; 2]>
where
    F: Differentiable<State = Points>,
    Dopri5: Dense<F>,
    Pid: Controller<F, Dopri5>,
    A: Adjoint<F, Dopri5, Pid>,
{
    let span = (times[0], times[times.len() - 1]);
    let run = Ivp::new(field, black_box(targets[0].clone()), span).save_at(times).forward(Dopri5, pid, adjoint)?;
    let (_, gradient) = run.gradient_of(|y| mean_squared_error(y, targets))?;
    Ok([run.stats, gradient.stats])
}

/// A training step, by both adjoints, and its forward pass.
fn spiral(c: &mut Criterion) {
    let device = Cpu::seed_from_u64(1);
    let params = Spiral { net: Mlp::<f32, 2, 50, 2>::uniform(&mut numbers()) };
    let module = FormulaModule::<Spiral<Tensors<f32, Cpu>>>::on_device(&params, &device).expect("memory");
    let net = ModuleField::new(module);
    let y0: Points = device.sample_normal();
    let times: Vec<f64> = (0..10).map(|i| f64::from(i) * 0.25).collect();
    let targets = vec![y0.clone(); times.len()];

    let remembered = Memoized::new(net.clone());

    let mut group = c.benchmark_group("spiral, 20 x 2-50-2");
    for tolerance in [1e-3, 1e-6] {
        let pid = Pid::tolerance(tolerance);
        group.bench_function(format!("forward, {tolerance:e}"), |b| {
            let problem = || Ivp::new(&net, black_box(y0.clone()), (0.0, times[9])).save_at(&times);
            b.iter(|| problem().forward(Dopri5, pid, DiscreteAdjoint::new()).map(|run| run.stats))
        });
        group.bench_function(format!("Discrete, {tolerance:e}"), |b| {
            b.iter(|| step(&net, pid, DiscreteAdjoint::new(), &times, &targets))
        });
        group.bench_function(format!("Discrete, evaluations remembered, {tolerance:e}"), |b| {
            b.iter(|| {
                remembered.forget();
                step(&remembered, pid, DiscreteAdjoint::new(), &times, &targets)
            })
        });
        group.bench_function(format!("Backsolve, {tolerance:e}"), |b| {
            b.iter(|| step(&net, pid, BacksolveAdjoint::new(Dopri5, pid), &times, &targets))
        });
    }
    group.finish();
}

/// The gradient of half the square of the end.
fn to_the_end<F>(field: &F, y0: &Batch, control: Fixed) -> Result<Gradient<Batch, F::Params>>
where
    F: Differentiable<State = Batch>,
    DiscreteAdjoint: Adjoint<F, Rk4, Fixed>,
{
    let run = Ivp::new(field, y0.clone(), 0.0..1.0).forward(Rk4, control, DiscreteAdjoint::new())?;
    run.backward(&run.y)
}

/// Dominated by products of matrices, on one thread.
fn large(c: &mut Criterion) {
    let device = Cpu::seed_from_u64(1);
    let mut draw = numbers();
    let (first, second, third) = (Linear::uniform(&mut draw), Linear::uniform(&mut draw), Linear::uniform(&mut draw));
    let params = Large::<Heap<f32>> { first, second, third };
    let module = FormulaModule::<Large<Tensors<f32, Cpu>>>::on_device(&params, &device).expect("memory");
    let net = ModuleField::new(module);
    let y0: Batch = device.sample_normal();
    let control = Fixed::steps(20);

    let mut group = c.benchmark_group("256 x 64-256-256-64, RK4, 20 steps");
    group.sample_size(10);
    group.bench_function("forward", |b| b.iter(|| solve(&net, black_box(y0.clone()), 0.0..1.0, Rk4, control)));
    group.bench_function("Discrete", |b| b.iter(|| to_the_end(&net, black_box(&y0), control)));
    let remembered = Memoized::new(net.clone());
    group.bench_function("Discrete, evaluations remembered", |b| {
        b.iter(|| to_the_end(&remembered, black_box(&y0), control))
    });
    group.finish();
}

criterion_group!(benches, spiral, large);
criterion_main!(benches);
