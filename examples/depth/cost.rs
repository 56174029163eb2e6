//! The cost of a gradient: evaluations of the field, and memory.

use std::panic::resume_unwind;
use std::thread;

use rheos::nn::{BatchMatrix, Block, FromSamples, Layer, OdeBlock, Phase};
use rheos::train::{CrossEntropy, Loss, VectorData};
use rheos::{Adjoint, Controller, Differentiable, Ivp, Result, Solver, State};

use crate::networks::{CLASSES, DEPTH, UNITS};
use crate::ode_nets::Stack;

/// The hidden states of a batch.
pub type Hidden<T> = BatchMatrix<T, UNITS>;

/// Evaluations of the field for one batch, forwards and backwards. Backwards each comes with a pullback.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluations {
    /// In the forward pass.
    pub forwards: f64,
    /// In the backward pass.
    pub backwards: f64,
}

/// The derivative of a loss with respect to the hidden states at the end of a block.
pub type Pull<'a, H> = dyn Fn(&H) -> Result<H> + 'a;

/// A block whose evaluations can be counted.
pub trait Countable: Block<Input = (), Hidden = Hidden<f32>> {
    /// The evaluations of a gradient with the hidden states `z` before the block, and a loss of the states after it.
    ///
    /// # Errors
    /// The errors of a forward and of a backward pass.
    fn count(&self, z: &Hidden<f32>, pull: &Pull<'_, Hidden<f32>>) -> Result<Evaluations>;
}

/// Each block is evaluated once, and pulled back once with the stored activations.
impl Countable for Stack {
    fn count(&self, _: &Hidden<f32>, _: &Pull<'_, Hidden<f32>>) -> Result<Evaluations> {
        let blocks = self.blocks().len() as f64;
        Ok(Evaluations { forwards: blocks, backwards: blocks })
    }
}

impl<F, S, C, A> Countable for OdeBlock<F, S, C, A>
where
    F: Differentiable<State = Hidden<f32>>,
    S: Solver<F> + Copy,
    C: Controller<F, S> + Copy,
    A: Adjoint<F, S, C>,
    F::State: Phase<Input = (), Hidden = Hidden<f32>>,
{
    fn count(&self, z: &Hidden<f32>, pull: &Pull<'_, Hidden<f32>>) -> Result<Evaluations> {
        count(&self.field, z, (self.solver, self.control, &self.adjoint), pull)
    }
}

/// The evaluations of a gradient of the flow of `field` over the depth, from `z`, with a method, its steps and an adjoint.
///
/// # Errors
/// The errors of both passes.
pub fn count<F, S, C, A>(
    field: &F,
    z: &F::State,
    (solver, control, adjoint): (S, C, &A),
    pull: &Pull<'_, F::State>,
) -> Result<Evaluations>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let run = Ivp::new(field, z.clone(), 0.0..DEPTH).forward(solver, control, adjoint)?;
    let bars = run.y.iter().map(pull).collect::<Result<Vec<_>>>()?;
    let back = run.backward(&bars)?;
    Ok(Evaluations { forwards: run.stats.evaluations as f64, backwards: back.stats.evaluations as f64 })
}

/// The derivative of the loss of a readout with respect to its argument.
///
/// # Errors
/// A class without an output, and the errors of the loss.
pub fn cotangent<R: Layer>(readout: &R, hidden: &R::Input, classes: &[usize]) -> Result<R::Input> {
    let mut trace = R::Trace::default();
    let output = readout.forward_traced(hidden, &mut trace);
    let (_, bars) = CrossEntropy::new(CLASSES).of(&[output], &[classes.to_vec()])?;
    let mut hbar = hidden.zeros_like();
    let mut pbar = readout.params().zeros_like();
    for bar in &bars {
        readout.backward(&mut trace, hidden, bar, &mut hbar, &mut pbar);
    }
    Ok(hbar)
}

/// A batch of images with their classes.
#[derive(Debug, Clone)]
pub struct Batch<const N: usize> {
    /// The pixels.
    pub x: BatchMatrix<f32, N>,
    /// The classes.
    pub classes: Vec<usize>,
}

/// The first batches of the data, at most `count` of them.
pub fn batches<const N: usize>(data: &VectorData<N, usize>, size: usize, count: usize) -> Vec<Batch<N>> {
    let all = data.inputs().chunks(size).zip(data.targets().chunks(size)).take(count);
    let batch = |(images, classes): (&[[f64; N]], &[usize])| Batch {
        x: BatchMatrix::from_samples(images.len(), |sample, row| images[sample][row]),
        classes: classes.to_vec(),
    };
    all.map(batch).collect()
}

/// Runs a measurement of memory in a thread of its own. A thread keeps buffers for its next evaluation, so the first of several
/// measurements in one thread would count them, and the others would not.
pub fn in_new_thread<T: Send>(measure: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| match scope.spawn(measure).join() {
        Ok(found) => found,
        Err(panic) => resume_unwind(panic),
    })
}
