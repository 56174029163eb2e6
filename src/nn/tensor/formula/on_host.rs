//! A formula on tensors in host memory: one operation on the tape.

use std::ops::Range;
use std::sync::Arc;

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{Gradients, Tape, Tensor};
use dfdx::tensor_ops::Device;

use super::super::cpu::slice_mut;
use super::leaves::{Leaf, add};
use super::packed::{PackedWeights, Weights};
use crate::formula::{Arena, Cotangents, Layout, Leaves, MOST_BATCHES as MOST, Program};
use crate::nn::pool;
use crate::state::{TensorElement, read};

/// A batch whose shape is known at run time, one sample per row.
pub(super) type Batch<E, D> = Tensor<(usize, usize), E, D>;

/// The outputs of an evaluation, and the tape.
pub(super) struct Evaluated<E: TensorElement, D: Device<E>, T> {
    pub(super) outputs: Vec<Batch<E, D>>,
    pub(super) tape: T,
}

/// Runs a program. If the tape records, so does this: the pullback of the program.
pub(super) fn run<E: TensorElement, D: Device<E>, T: Tape<E, D>>(
    (program, packed): (&Arc<Program>, &PackedWeights),
    leaves: Vec<Leaf<E, D>>,
    inputs: Vec<Batch<E, D>>,
    mut tape: T,
) -> Result<Evaluated<E, D, T>, D::Err> {
    let (samples, device) = (inputs[0].shape().0, inputs[0].device().clone());
    let mut memory = pool::take::<Memory<E>>();
    let Memory { arena, inputs: numbers, leaves: weights, .. } = &mut *memory;
    numbers.lay_out(inputs.iter().map(|x| x.shape().num_elements()));
    for (k, input) in inputs.iter().enumerate() {
        read(input, numbers.part_mut(k));
    }
    weights.lay_out(leaves.iter().map(Leaf::len));
    for (k, leaf) in leaves.iter().enumerate() {
        leaf.read(weights.part_mut(k));
    }
    let packed = packed.of(program, weights);
    let slices = numbers.slices();
    let slices = &slices[..inputs.len()];
    program.forward(&packed.packed, (samples, slices), (arena, None));
    let mut outputs = Vec::with_capacity(program.outputs());
    for k in 0..program.outputs() {
        let values = program.output(k, (samples, slices), (arena, None)).to_vec();
        outputs.push(device.try_tensor_from_vec(values, (samples, program.rows_of_output(k)))?);
    }
    if T::OWNS_TAPE {
        let call = Call { program: Arc::clone(program), packed, samples, leaves, inputs, outputs: outputs.clone() };
        tape.add_backward_op(move |grads| {
            let pulled = call.pull_back(&mut memory, grads);
            pool::give(memory);
            pulled
        });
    } else {
        pool::give(memory);
    }
    Ok(Evaluated { outputs, tape })
}

/// Slices of different lengths in one buffer.
pub(super) struct Flat<E> {
    pub(super) numbers: Vec<E>,
    parts: Vec<Range<usize>>,
}

impl<E> Default for Flat<E> {
    fn default() -> Self {
        Self { numbers: Vec::new(), parts: Vec::new() }
    }
}

impl<E: TensorElement> Flat<E> {
    /// Makes room for slices of these lengths, with arbitrary contents.
    fn lay_out(&mut self, lengths: impl Iterator<Item = usize>) {
        let mut end = 0;
        self.parts.clear();
        self.parts.extend(lengths.map(|len| {
            end += len;
            end - len..end
        }));
        self.numbers.resize(end, E::default());
    }

    pub(super) fn part(&self, k: usize) -> &[E] {
        &self.numbers[self.parts[k].clone()]
    }

    fn part_mut(&mut self, k: usize) -> &mut [E] {
        &mut self.numbers[self.parts[k].clone()]
    }

    /// All slices.
    fn slices(&self) -> [&[E]; MOST] {
        std::array::from_fn(|k| self.parts.get(k).map_or(&[][..], |part| &self.numbers[part.clone()]))
    }
}

/// Gradients of the weights.
impl<E: TensorElement> Leaves<E> for Flat<E> {
    const LAYOUT: Layout = Layout::Rows;

    fn leaf(&mut self, k: usize) -> &mut [E] {
        self.part_mut(k)
    }
}

/// The buffers of an evaluation.
struct Memory<E> {
    arena: Arena<E>,
    inputs: Flat<E>,
    outputs_bar: Flat<E>,
    inputs_bar: Flat<E>,
    /// The weights, and then their gradients.
    leaves: Flat<E>,
}

impl<E> Default for Memory<E> {
    fn default() -> Self {
        Self {
            arena: Arena::default(),
            inputs: Flat::default(),
            outputs_bar: Flat::default(),
            inputs_bar: Flat::default(),
            leaves: Flat::default(),
        }
    }
}

/// The tensors of an evaluation.
struct Call<E: TensorElement, D: Device<E>> {
    program: Arc<Program>,
    packed: Arc<Weights<E>>,
    samples: usize,
    leaves: Vec<Leaf<E, D>>,
    inputs: Vec<Batch<E, D>>,
    outputs: Vec<Batch<E, D>>,
}

impl<E: TensorElement, D: Device<E>> Call<E, D> {
    /// Turns the gradients of the outputs into the gradients of the inputs and of the weights.
    fn pull_back(&self, memory: &mut Memory<E>, grads: &mut Gradients<E, D>) -> Result<(), D::Err> {
        let Self { program, packed, samples, leaves, inputs, outputs } = self;
        let Memory { arena, inputs: numbers, outputs_bar, inputs_bar, leaves: leaves_bar } = memory;
        outputs_bar.lay_out(outputs.iter().map(|y| y.shape().num_elements()));
        for (k, output) in outputs.iter().enumerate() {
            outputs_bar.part_mut(k).copy_from_slice(slice_mut::<E, D>(grads.get_or_alloc_mut(output)?));
        }
        inputs_bar.lay_out(inputs.iter().map(|x| x.shape().num_elements()));
        inputs_bar.numbers.fill(E::default());
        leaves_bar.numbers.fill(E::default());
        let (slices, w) = (numbers.slices(), outputs_bar.slices());
        let mut rest = inputs_bar.numbers.as_mut_slice();
        let mut bars: [&mut [E]; MOST] = std::array::from_fn(|k| {
            let len = inputs_bar.parts.get(k).map_or(0, Range::len);
            let (bar, after) = std::mem::take(&mut rest).split_at_mut(len);
            rest = after;
            bar
        });
        let to = Cotangents { inputs: &mut bars[..inputs.len()], leaves: leaves_bar };
        program.backward(&packed.packed, (*samples, &slices[..inputs.len()]), &w[..outputs.len()], (arena, None), to);
        for (k, x) in inputs.iter().enumerate() {
            add(slice_mut::<E, D>(grads.get_or_alloc_mut(x)?), inputs_bar.part(k));
        }
        leaves.iter().enumerate().try_for_each(|(k, leaf)| leaf.add_gradient(grads, leaves_bar.part(k)))
    }
}
