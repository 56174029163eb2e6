//! Value and gradient of recurrent networks through time, and a long forward pass, as in `python/recurrent.py`: the loss is
//! the mean square of all hidden states minus a target, and both programs use the same numbers.

use nalgebra::{Const, Dyn, OMatrix};
use rheos::formula::{Formula, Heap};
use rheos::nn::{Block, Elman, Gru, Hidden, Layer, Lstm, Net, Recurrence, Sequence, SequenceBatch, ZeroSamples};
use rheos::train::mean_squared_error;
use rheos::{Parametric, State};
use rheos_peers::draws::uniform;

use crate::{Found, Outcome, Row};

/// Samples as columns.
type Batch<const N: usize> = OMatrix<f32, Const<N>, Dyn>;

pub fn run() {
    cells::<1, 16>(100, 32);
    cells::<16, 64>(100, 32);
    cells::<64, 128>(100, 64);
    cells::<1, 128>(784, 128);
    Task::new("GRU", (10_000, 16), cell::<Gru<_, 2, 2>>(3, 2, 2)).forward();
}

fn cells<const I: usize, const H: usize>(times: usize, samples: usize) {
    Task::new("Elman", (times, samples), cell::<Elman<_, I, H>>(1, I, H)).both();
    Task::new("GRU", (times, samples), cell::<Gru<_, I, H>>(3, I, H)).both();
    Task::new("LSTM", (times, samples), cell::<Lstm<_, I, H>>(4, I, H)).both();
}

/// A recurrent network whose outputs are its hidden states.
struct Task<B: Block, const I: usize, const H: usize> {
    name: String,
    model: Sequence<B, Identity<H>>,
    start: B::Hidden,
    batch: SequenceBatch<Batch<I>>,
    targets: Vec<Batch<H>>,
}

impl<B, const I: usize, const H: usize> Task<B, I, H>
where
    B: Block<Input = Batch<I>, Hidden: Hidden<Output = Batch<H>> + ZeroSamples>,
{
    fn new(cell: &str, (times, samples): (usize, usize), block: B) -> Self {
        let model = Sequence { block, readout: Identity };
        Self {
            name: format!("{cell} {I}-{H}, {times} times, {samples} samples"),
            start: model.start(samples),
            model,
            batch: SequenceBatch::new(batches(4, times, samples)),
            targets: batches(5, times, samples),
        }
    }

    fn both(&self) {
        self.forward();
        Row { task: "recurrent", what: &self.name, how: "Recurrence" }.print(1, || self.gradient());
    }

    fn forward(&self) {
        let what = format!("{}, forward", self.name);
        Row { task: "recurrent", what: &what, how: "Recurrence" }.print(1, || self.value());
    }

    fn gradient(&self) -> Outcome<Found> {
        let loss = |outputs: &[Batch<H>]| mean_squared_error(outputs, &self.targets);
        let (value, (gradient, ())) = self.model.gradient_of(&self.start, &self.batch, loss)?;
        Ok(Found { evaluations: 0, value, gradient: gradient.inner(&gradient).sqrt() })
    }

    fn value(&self) -> Outcome<Found> {
        let (outputs, _) = self.model.predict(&self.start, &self.batch)?;
        Ok(Found { evaluations: 0, value: mean_squared_error(&outputs, &self.targets)?.0, gradient: 0.0 })
    }
}

/// The readout of the hidden state itself.
struct Identity<const H: usize>;

impl<const H: usize> Parametric for Identity<H> {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

impl<const H: usize> Layer for Identity<H> {
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

/// PyTorch's `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`, with the seeds 0 to 3; their rows are the rows of all gates.
fn cell<P: Formula<Store = Heap<f32>>>(gates: usize, inputs: usize, units: usize) -> Recurrence<Net<P>> {
    let mut numbers = Vec::new();
    for (seed, columns) in [inputs, units, 1, 1].into_iter().enumerate() {
        let rows: Vec<f32> = uniform(seed, (units as f64).powf(-0.5)).take(gates * units * columns).collect();
        for gate in rows.chunks(units * columns) {
            // By columns, as the parameters are stored.
            numbers.extend((0..columns).flat_map(|j| (0..units).map(move |i| gate[i * columns + j])));
        }
    }
    let mut numbers = numbers.into_iter();
    Recurrence(Net::new(P::draw(&mut || f64::from(numbers.next().expect("a number for each parameter")))))
}

fn batches<const N: usize>(seed: usize, times: usize, samples: usize) -> Vec<Batch<N>> {
    let mut numbers = uniform(seed, 1.0);
    let mut batch = || Batch::from_fn_generic(Const, Dyn(samples), |_, _| numbers.next().unwrap_or(f32::NAN));
    (0..times).map(|_| batch()).collect()
}
