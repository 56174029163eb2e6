//! Networks as fields: an evaluation, and an evaluation with its pullback, by size and backend.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nalgebra::SMatrix;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::nn::{Affine, LayerField, Mlp, Pointwise};
use rheos::{Differentiable, Element, State};

fn field<F: Differentiable>(c: &mut Criterion, name: &str, f: &F, y: &F::State) {
    let mut group = c.benchmark_group(name);
    let mut dy = y.zeros_like();
    group.bench_function("eval", |b| b.iter(|| f.eval(0.0, black_box(y), &mut dy)));
    let (mut ybar, mut pbar, mut trace) = (y.zeros_like(), f.params().zeros_like(), F::Trace::default());
    group.bench_function("eval and vjp", |b| {
        b.iter(|| {
            f.eval_traced(0.0, black_box(y), &mut dy, &mut trace);
            f.vjp_traced(&mut trace, 0.0, y, y, &mut ybar, &mut pbar)
        })
    });
    group.finish();
}

/// A network of static matrices with one hidden layer.
fn matrices<T: Element, const N: usize, const H: usize, const B: usize>(c: &mut Criterion, name: &str) {
    let mut rng = StdRng::seed_from_u64(1);
    let mut uniform = || rng.random::<f64>();
    let net: Mlp<T, N, H, B> = (Affine::uniform(&mut uniform), (Pointwise::default(), Affine::uniform(&mut uniform)));
    field(c, name, &LayerField(net), &SMatrix::from_fn(|_, _| T::embed(uniform())));
}

fn small(c: &mut Criterion) {
    matrices::<f32, 2, 50, 20>(c, "2-50-2, 20 samples, matrices f32");
    matrices::<f64, 2, 50, 20>(c, "2-50-2, 20 samples, matrices f64");
    matrices::<f32, 4, 32, 64>(c, "4-32-4, 64 samples, matrices f32");
    matrices::<f64, 4, 32, 64>(c, "4-32-4, 64 samples, matrices f64");
    matrices::<f32, 64, 128, 128>(c, "64-128-64, 128 samples, matrices f32");
}

#[cfg(feature = "dfdx")]
fn tensors(c: &mut Criterion) {
    use dfdx::prelude::{Cpu, DeviceBuildExt, Rank2, SampleTensor, Tensor};
    use rheos::Net;
    use rheos::nn::tensor::builders::{Linear, Softplus, Tanh};

    type Large<A> = (Linear<64, 256>, A, Linear<256, 256>, A, Linear<256, 64>);

    let device = Cpu::seed_from_u64(1);
    let y: Tensor<Rank2<20, 2>, f32, Cpu> = device.sample_normal();
    let net = device.build_module::<(Linear<2, 50>, Tanh, Linear<50, 2>), f32>();
    field(c, "2-50-2, 20 samples, tensors f32", &Net::new(net), &y);

    let y: Tensor<Rank2<64, 4>, f32, Cpu> = device.sample_normal();
    let net = device.build_module::<(Linear<4, 32>, Tanh, Linear<32, 4>), f32>();
    field(c, "4-32-4, 64 samples, tensors f32", &Net::new(net), &y);

    let y: Tensor<Rank2<256, 64>, f32, Cpu> = device.sample_normal();
    let net = device.build_module::<Large<Tanh>, f32>();
    field(c, "64-256-256-64, 256 samples, tensors f32, tanh", &Net::new(net), &y);
    let net = device.build_module::<Large<Softplus>, f32>();
    field(c, "64-256-256-64, 256 samples, tensors f32, softplus", &Net::new(net), &y);
}

#[cfg(not(feature = "dfdx"))]
fn tensors(_: &mut Criterion) {}

fn quick() -> Criterion {
    let moment = std::time::Duration::from_secs(1);
    Criterion::default().sample_size(20).warm_up_time(moment / 4).measurement_time(moment)
}

criterion_group! { name = benches; config = quick(); targets = small, tensors }
criterion_main!(benches);
