//! Networks of dfdx tensors in single precision: a training step on spirals, and a larger network.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dfdx::prelude::{
    Cpu, CpuError, DeviceBuildExt, Module, NonMutableModule, Rank2, SampleTensor, Tape, Tensor, ZeroSizedModule,
};
use rheos::nn::tensor::builders::{Linear, Tanh};
use rheos::{Adjoint, Backsolve, Discrete, Dopri5, Fixed, Net, Pid, Remembered, Rk4, State, gradient, solve};

/// The field of the spiral example of Chen et al. 2018: a network of `y³`.
type Spiral = (Cube, (Linear<2, 50>, Tanh, Linear<50, 2>));
type Points = Tensor<Rank2<20, 2>, f32, Cpu>;

type Large = (Linear<64, 256>, Tanh, Linear<256, 256>, Tanh, Linear<256, 64>);
type Batch = Tensor<Rank2<256, 64>, f32, Cpu>;

#[derive(Debug, Default, Clone, Copy)]
struct Cube;

impl ZeroSizedModule for Cube {}
impl NonMutableModule for Cube {}

impl<T: Tape<f32, Cpu>> Module<Tensor<Rank2<20, 2>, f32, Cpu, T>> for Cube {
    type Output = Tensor<Rank2<20, 2>, f32, Cpu, T>;
    type Error = CpuError;
    fn try_forward(&self, y: Tensor<Rank2<20, 2>, f32, Cpu, T>) -> Result<Self::Output, CpuError> {
        y.try_powi(3)
    }
}

/// A training step without the optimiser, by both adjoints, and its forward pass.
fn spiral(c: &mut Criterion) {
    let device = Cpu::seed_from_u64(1);
    let net = Net::new(device.build_module::<Spiral, f32>());
    let y0: Points = device.sample_normal();
    let times: Vec<f64> = (0..10).map(|i| f64::from(i) * 0.25).collect();
    let target = y0.clone();
    let loss = |y: &[Points]| -> Vec<Points> { y.iter().map(|y| (y.clone() - target.clone()) * 0.005).collect() };

    let remembered = Remembered::new(net.clone());

    let mut group = c.benchmark_group("spiral, 20 x 2-50-2");
    for tolerance in [1e-3, 1e-6] {
        let pid = Pid::new(tolerance, tolerance);
        group.bench_function(format!("forward, {tolerance:e}"), |b| {
            b.iter(|| Discrete::new().forward(&net, &Dopri5, &pid, &times, black_box(&y0)).map(|found| found.stats))
        });
        group.bench_function(format!("Discrete, {tolerance:e}"), |b| {
            b.iter(|| gradient(&net, Dopri5, pid, &Discrete::new(), &times, black_box(&y0), loss).map(|g| g.stats))
        });
        group.bench_function(format!("Discrete, evaluations remembered, {tolerance:e}"), |b| {
            let found = || gradient(&remembered, Dopri5, pid, &Discrete::new(), &times, black_box(&y0), loss);
            b.iter(|| {
                remembered.forget();
                found().map(|g| g.stats)
            })
        });
        group.bench_function(format!("Backsolve, {tolerance:e}"), |b| {
            let adjoint = Backsolve::new(Dopri5, pid);
            b.iter(|| gradient(&net, Dopri5, pid, &adjoint, &times, black_box(&y0), loss).map(|g| g.stats))
        });
    }
    group.finish();
}

/// Dominated by products of matrices. The number of threads is set by `RAYON_NUM_THREADS`.
fn large(c: &mut Criterion) {
    let device = Cpu::seed_from_u64(1);
    let net = Net::new(device.build_module::<Large, f32>());
    let y0: Batch = device.sample_normal();
    let control = Fixed::steps(20);
    let loss = |y: &[Batch]| vec![y[0].zeros_like(), y[1].clone()];

    let mut group = c.benchmark_group("256 x 64-256-256-64, RK4, 20 steps");
    group.sample_size(10);
    group.bench_function("forward", |b| b.iter(|| solve(&net, black_box(y0.clone()), 0.0..1.0, Rk4, control)));
    group.bench_function("Discrete", |b| {
        b.iter(|| gradient(&net, Rk4, control, &Discrete::new(), &[0.0, 1.0], black_box(&y0), loss))
    });
    let remembered = Remembered::new(net.clone());
    group.bench_function("Discrete, evaluations remembered", |b| {
        b.iter(|| gradient(&remembered, Rk4, control, &Discrete::new(), &[0.0, 1.0], black_box(&y0), loss))
    });
    group.finish();
}

criterion_group!(benches, spiral, large);
criterion_main!(benches);
