//! Value and gradient of recurrent networks through time, and a long forward pass, as in `python/recurrent.py`: the loss is
//! the mean square of all hidden states minus a target, and both programs use the same numbers.

use nalgebra::{Const, Dyn, OMatrix};
use rheos::formula::{Formula, Heap, Rows, Structure};
use rheos::nn::{Elman, Gru, Layer, Net, Recurrence, Sequence, SequenceBatch};
use rheos::train::mean_squared_error;
use rheos::{Parametric, State};
use rheos_peers::draws::uniform;

use crate::{Found, Row};

/// Samples as columns.
type Batch<const N: usize> = OMatrix<f32, Const<N>, Dyn>;
type Model<P, const H: usize> = Sequence<Recurrence<Net<P>>, Hidden<H>>;

pub fn run() {
    both::<1, 16>(100, 32);
    both::<16, 64>(100, 32);
    both::<64, 128>(100, 64);
    both::<1, 128>(784, 128);
    let task = Task::new("GRU", (10_000, 16), gru::<2, 2>());
    let name = format!("{}, forward", task.name);
    Row { task: "recurrent", what: &name, how: "Recurrence" }.print(1, || task.forward());
}

fn both<const I: usize, const H: usize>(times: usize, samples: usize) {
    gradient(&Task::new("Elman", (times, samples), elman::<I, H>()));
    gradient(&Task::new("GRU", (times, samples), gru::<I, H>()));
}

fn gradient<P: Cell<I, H>, const I: usize, const H: usize>(task: &Task<P, I, H>) {
    Row { task: "recurrent", what: &task.name, how: "Recurrence" }.print(1, || task.gradient());
}

/// A recurrent cell on the heap.
trait Cell<const I: usize, const H: usize>:
    Formula<Store = Heap<f32>, Input = (Rows<H>, Rows<I>), Output = Rows<H>> + Structure<Store = Heap<f32>>
{
}
impl<P, const I: usize, const H: usize> Cell<I, H> for P where
    P: Formula<Store = Heap<f32>, Input = (Rows<H>, Rows<I>), Output = Rows<H>>
{
}

struct Task<P: Cell<I, H>, const I: usize, const H: usize> {
    name: String,
    model: Model<P, H>,
    start: Batch<H>,
    batch: SequenceBatch<Batch<I>>,
    targets: Vec<Batch<H>>,
}

impl<P: Cell<I, H>, const I: usize, const H: usize> Task<P, I, H> {
    fn new(cell: &str, (times, samples): (usize, usize), params: P) -> Self {
        let model = Sequence { block: Recurrence(Net::new(params)), readout: Hidden };
        Self {
            name: format!("{cell} {I}-{H}, {times} times, {samples} samples"),
            start: model.start(samples),
            model,
            batch: SequenceBatch::new(batches(4, times, samples)),
            targets: batches(5, times, samples),
        }
    }

    fn gradient(&self) -> crate::Outcome<Found> {
        let loss = |outputs: &[Batch<H>]| mean_squared_error(outputs, &self.targets);
        let (value, (gradient, ())) = self.model.gradient_of(&self.start, &self.batch, loss)?;
        Ok(Found { evaluations: 0, value, gradient: gradient.inner(&gradient).sqrt() })
    }

    fn forward(&self) -> crate::Outcome<Found> {
        let (outputs, _) = self.model.predict(&self.start, &self.batch)?;
        Ok(Found { evaluations: 0, value: mean_squared_error(&outputs, &self.targets)?.0, gradient: 0.0 })
    }
}

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

fn elman<const I: usize, const H: usize>() -> Elman<Heap<f32>, I, H> {
    in_order::<Elman<_, I, H>>(1, I, H)
}

fn gru<const I: usize, const H: usize>() -> Gru<Heap<f32>, I, H> {
    in_order::<Gru<_, I, H>>(3, I, H)
}

/// PyTorch's `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`, with the seeds 0 to 3; their rows are the rows of all gates.
fn in_order<P: Structure<Store = Heap<f32>>>(gates: usize, inputs: usize, units: usize) -> P {
    let mut numbers = Vec::new();
    for (seed, columns) in [inputs, units, 1, 1].into_iter().enumerate() {
        let rows: Vec<f32> = uniform(seed, (units as f64).powf(-0.5)).take(gates * units * columns).collect();
        for gate in rows.chunks(units * columns) {
            // By columns, as the parameters are stored.
            numbers.extend((0..columns).flat_map(|j| (0..units).map(move |i| gate[i * columns + j])));
        }
    }
    let mut numbers = numbers.into_iter();
    P::draw(&mut || f64::from(numbers.next().expect("a number for each parameter")))
}

fn batches<const N: usize>(seed: usize, times: usize, samples: usize) -> Vec<Batch<N>> {
    let mut numbers = uniform(seed, 1.0);
    let mut batch = || Batch::from_fn_generic(Const, Dyn(samples), |_, _| numbers.next().unwrap_or(f32::NAN));
    (0..times).map(|_| batch()).collect()
}
