//! Recurrent networks on the heap, in `f32`: value and gradient through time, and predictions.

use std::hint::black_box;

use criterion::Criterion;
use nalgebra::{Const, Dyn, OMatrix};
use rheos::Parametric;
use rheos::formula::{Formula, Heap, Rows};
use rheos::nn::{Elman, Gru, Layer, Net, Recurrence, Sequence, SequenceBatch};
use rheos::train::{mean_squared_error, uniform};

/// Samples as columns.
type Batch<const N: usize> = OMatrix<f32, Const<N>, Dyn>;

/// The readout of the hidden state itself.
struct Hidden<const H: usize>;

impl<const H: usize> Parametric for Hidden<H> {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

impl<const H: usize> Layer for Hidden<H> {
    type Input = Batch<H>;
    type Output = Batch<H>;
    type Trace = ();
    fn forward(&self, x: &Batch<H>) -> Batch<H> {
        x.clone()
    }
    fn forward_traced(&self, x: &Batch<H>, (): &mut ()) -> Batch<H> {
        x.clone()
    }
    fn backward(&self, (): &mut (), _: &Batch<H>, w: &Batch<H>, xbar: &mut Batch<H>, (): &mut ()) {
        *xbar += w;
    }
}

/// The numbers of times and of samples.
#[derive(Clone, Copy)]
struct Size {
    times: usize,
    samples: usize,
}

impl Size {
    fn sequence<const N: usize>(self) -> Vec<Batch<N>> {
        let mut rng = uniform(1);
        let mut batch = || Batch::from_fn_generic(Const, Dyn(self.samples), |_, _| (2.0 * rng() - 1.0) as f32);
        (0..self.times).map(|_| batch()).collect()
    }
}

/// One cell at one size.
fn bench<P, const I: usize, const H: usize>(c: &mut Criterion, name: &str, size: Size, cell: P)
where
    P: Formula<Store = Heap<f32>, Input = (Rows<H>, Rows<I>), Output = Rows<H>>,
{
    let model = Sequence { block: Recurrence(Net::<P>::new(cell)), readout: Hidden };
    let (start, batch, targets) =
        (model.start(size.samples), SequenceBatch::new(size.sequence::<I>()), size.sequence());
    let mut group = c.benchmark_group(format!("{name} {I}-{H}, {} times, {} samples", size.times, size.samples));
    group.sample_size(10);
    group.bench_function("gradient", |b| {
        b.iter(|| model.gradient_of(&start, black_box(&batch), |outputs| mean_squared_error(outputs, &targets)));
    });
    group.bench_function("prediction", |b| b.iter(|| model.predict(&start, black_box(&batch))));
}

fn both<const I: usize, const H: usize>(c: &mut Criterion, size: Size) {
    bench(c, "Elman", size, Elman::<Heap<f32>, I, H>::uniform(&mut uniform(2)));
    bench(c, "GRU", size, Gru::<Heap<f32>, I, H>::uniform(&mut uniform(2)));
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    both::<1, 16>(&mut c, Size { times: 100, samples: 32 });
    both::<16, 64>(&mut c, Size { times: 100, samples: 32 });
    both::<64, 128>(&mut c, Size { times: 100, samples: 64 });
    both::<1, 128>(&mut c, Size { times: 784, samples: 128 });
    let long = Size { times: 10_000, samples: 16 };
    bench(&mut c, "GRU", long, Gru::<Heap<f32>, 2, 2>::uniform(&mut uniform(2)));
    c.final_summary();
}
