//! Networks as fields: an evaluation, and an evaluation with its pullback, by size and backend.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nalgebra::SMatrix;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::formula::Static;
use rheos::nn::{Mlp, Net};
use rheos::state::Element;
use rheos::{Differentiable, State};

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
    let net: Net<_, Static<B>> = Net::new(Mlp::<T, N, H, N>::uniform(&mut uniform));
    field(c, name, &net.field(), &SMatrix::from_fn(|_, _| T::embed(uniform())));
}

fn small(c: &mut Criterion) {
    matrices::<f32, 2, 50, 20>(c, "2-50-2, 20 samples, matrices f32");
    matrices::<f64, 2, 50, 20>(c, "2-50-2, 20 samples, matrices f64");
    matrices::<f32, 4, 32, 64>(c, "4-32-4, 64 samples, matrices f32");
    matrices::<f64, 4, 32, 64>(c, "4-32-4, 64 samples, matrices f64");
    matrices::<f32, 64, 128, 128>(c, "64-128-64, 128 samples, matrices f32");
}

#[cfg(feature = "dfdx")]
mod deep {
    use rheos::formula;
    use rheos::formula::{Rows, Slices};
    use rheos::nn::Linear;

    formula! {
        /// 64-256-256-64, with `tanh`.
        pub struct Tanh<T> { first: Linear<T, 64, 256>, second: Linear<T, 256, 256>, third: Linear<T, 256, 64> }
        fn apply(&self, y: Rows<64>) -> Rows<64> {
            self.third.apply(self.second.apply(self.first.apply(y).tanh()).tanh())
        }
    }

    formula! {
        /// 64-256-256-64, with `softplus`.
        pub struct Softplus<T> { first: Linear<T, 64, 256>, second: Linear<T, 256, 256>, third: Linear<T, 256, 64> }
        fn apply(&self, y: Rows<64>) -> Rows<64> {
            self.third.apply(self.second.apply(self.first.apply(y).softplus()).softplus())
        }
    }

    /// Three layers, drawn.
    fn layers<T: Slices>(
        rng: &mut dyn FnMut() -> f64,
    ) -> (Linear<T, 64, 256>, Linear<T, 256, 256>, Linear<T, 256, 64>) {
        (Linear::uniform(rng), Linear::uniform(rng), Linear::uniform(rng))
    }

    pub fn tanh<T: Slices>(rng: &mut dyn FnMut() -> f64) -> Tanh<T> {
        let (first, second, third) = layers(rng);
        Tanh { first, second, third }
    }

    pub fn softplus<T: Slices>(rng: &mut dyn FnMut() -> f64) -> Softplus<T> {
        let (first, second, third) = layers(rng);
        Softplus { first, second, third }
    }
}

#[cfg(feature = "dfdx")]
fn tensors(c: &mut Criterion) {
    use dfdx::prelude::{Cpu, Rank2, SampleTensor, Tensor};
    use rheos::formula::Heap;
    use rheos::nn::tensor::ModuleField;
    use rheos::nn::tensor::{FormulaModule, Tensors};

    let mut rng = StdRng::seed_from_u64(1);
    let mut uniform = || rng.random::<f64>();
    let device = Cpu::seed_from_u64(1);
    let y: Tensor<Rank2<20, 2>, f32, Cpu> = device.sample_normal();
    let net = FormulaModule::<Mlp<Tensors<f32, Cpu>, 2, 50, 2>>::on_device(
        &Mlp::<f32, 2, 50, 2>::uniform(&mut uniform),
        &device,
    );
    field(c, "2-50-2, 20 samples, tensors f32", &ModuleField::new(net.expect("memory")), &y);

    let y: Tensor<Rank2<64, 4>, f32, Cpu> = device.sample_normal();
    let net = FormulaModule::<Mlp<Tensors<f32, Cpu>, 4, 32, 4>>::on_device(
        &Mlp::<f32, 4, 32, 4>::uniform(&mut uniform),
        &device,
    );
    field(c, "4-32-4, 64 samples, tensors f32", &ModuleField::new(net.expect("memory")), &y);

    let y: Tensor<Rank2<256, 64>, f32, Cpu> = device.sample_normal();
    let net =
        FormulaModule::<deep::Tanh<Tensors<f32, Cpu>>>::on_device(&deep::tanh::<Heap<f32>>(&mut uniform), &device);
    field(c, "64-256-256-64, 256 samples, tensors f32, tanh", &ModuleField::new(net.expect("memory")), &y);
    let params = deep::softplus::<Heap<f32>>(&mut uniform);
    let net = FormulaModule::<deep::Softplus<Tensors<f32, Cpu>>>::on_device(&params, &device);
    field(c, "64-256-256-64, 256 samples, tensors f32, softplus", &ModuleField::new(net.expect("memory")), &y);

    // The same on matrices.
    let y = nalgebra::OMatrix::<f32, nalgebra::Const<64>, nalgebra::Dyn>::from_fn(256, |_, _| uniform() as f32);
    let net: Net<_> = Net::new(deep::tanh::<Heap<f32>>(&mut uniform));
    field(c, "64-256-256-64, 256 samples, matrices f32, tanh", &net.field(), &y);
}

#[cfg(not(feature = "dfdx"))]
fn tensors(_: &mut Criterion) {}

fn quick() -> Criterion {
    let moment = std::time::Duration::from_secs(1);
    Criterion::default().sample_size(20).warm_up_time(moment / 4).measurement_time(moment)
}

criterion_group! { name = benches; config = quick(); targets = small, tensors }
criterion_main!(benches);
