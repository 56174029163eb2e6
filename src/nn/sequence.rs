//! Sequence models: a block unrolled over a batch of sequences, with a readout.

use super::{Block, Hidden, Layer, Samples, SequenceBatch, ZeroSamples};
use crate::adjoint::{check_argument, check_cotangents, check_gradient, check_gradients, check_member};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// A sequence model: a block that reads the sequence, and a readout layer of the output of its hidden state.
///
/// The same code runs and trains it for any block, on matrices and on tensors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sequence<B, R> {
    /// The block, which updates the hidden state at every observation.
    pub block: B,
    /// The readout, from the output of the hidden state to an output of the model.
    pub readout: R,
}

/// The part of a hidden state that the readout reads.
type Seen<B> = <<B as Block>::Hidden as Hidden>::Output;

/// A forward pass over a batch of sequences.
pub struct Unrolled<B: Block, R: Layer<Input = Seen<B>>> {
    /// The outputs, in order.
    pub outputs: Vec<R::Output>,
    /// The hidden state after the last step.
    pub hidden: B::Hidden,
    /// The record for the backward pass.
    pub record: SequenceRecord<B, R>,
}

/// The records of all steps.
pub struct SequenceRecord<B: Block, R: Layer<Input = Seen<B>>> {
    steps: Vec<StepRecord<B, R>>,
    /// The zero of the hidden space.
    zero: B::Hidden,
    /// The first output, of the shape of all.
    output: Option<R::Output>,
}

struct StepRecord<B: Block, R: Layer> {
    block: B::Record,
    /// The samples whose sequence ended before this step.
    ended: Option<Vec<bool>>,
    readout: Option<ReadoutRecord<B, R>>,
}

struct ReadoutRecord<B: Block, R: Layer> {
    /// The hidden state that was read out; it comes when the next step no longer needs it.
    hidden: Option<B::Hidden>,
    trace: R::Trace,
}

impl<B: Parametric, R: Parametric> Parametric for Sequence<B, R> {
    type Params = (B::Params, R::Params);
    fn params(&self) -> Self::Params {
        (self.block.params(), self.readout.params())
    }
    fn set_params(&mut self, (block, readout): &Self::Params) {
        self.block.set_params(block);
        self.readout.set_params(readout);
    }
}

impl<B: Block<Hidden: ZeroSamples>, R> Sequence<B, R> {
    /// The zero hidden state of this many samples.
    pub fn start(&self, samples: usize) -> B::Hidden {
        B::Hidden::zero_samples(samples)
    }
}

impl<B: Block, R: Layer<Input = Seen<B>>> Sequence<B, R> {
    /// Runs over `batch` from the hidden state `h0`, with a record for [`backward`](Self::backward).
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] or [`Error::ShapeMismatch`] unless there is one gap for each step, one gap for each step and
    ///   sample, or one length for each sample;
    /// * [`Error::InvalidEntry`] for a length of 0 or beyond the last step, and for a gap that is not finite, with the index
    ///   of its step;
    /// * the errors of the block and of the readout, and [`Error::InvalidEntry`] for an output or a last hidden state that is
    ///   not finite.
    pub fn forward(&self, h0: &B::Hidden, batch: &SequenceBatch<B::Input>) -> Result<Unrolled<B, R>> {
        batch.check(h0.count_samples())?;
        let mut hidden = h0.clone();
        let mut outputs = Vec::new();
        let mut steps: Vec<StepRecord<B, R>> = Vec::with_capacity(batch.len());
        for (i, x) in batch.inputs().iter().enumerate() {
            let ended = batch.ended(i);
            let (mut next, block) = self.block.forward(x, &hidden, batch.gap(i, ended.as_deref()))?;
            if let Some(ended) = &ended {
                next.copy_samples(&hidden, ended);
            }
            let before = std::mem::replace(&mut hidden, next);
            give_hidden(&mut steps, || before);
            let readout = if batch.has_output(i) {
                let (output, record) = self.read_out(hidden.output())?;
                outputs.push(output);
                Some(record)
            } else {
                None
            };
            steps.push(StepRecord { block, ended, readout });
        }
        give_hidden(&mut steps, || hidden.clone());
        check_results(&outputs, &hidden)?;
        let record = SequenceRecord { steps, zero: h0.zeros_like(), output: outputs.first().cloned() };
        Ok(Unrolled { outputs, hidden, record })
    }

    /// The outputs of [`forward`](Self::forward), without a record, and the hidden state after the last step.
    ///
    /// # Errors
    /// The errors of [`forward`](Self::forward).
    pub fn predict(&self, h0: &B::Hidden, batch: &SequenceBatch<B::Input>) -> Result<(Vec<R::Output>, B::Hidden)> {
        batch.check(h0.count_samples())?;
        let mut hidden = h0.clone();
        let (mut outputs, mut memory) = (Vec::new(), None);
        for (i, x) in batch.inputs().iter().enumerate() {
            let ended = batch.ended(i);
            let gap = batch.gap(i, ended.as_deref());
            let before = ended.map(|ended| (hidden.clone(), ended));
            self.block.advance_with(x, &mut hidden, gap, &mut memory)?;
            if let Some((before, ended)) = before {
                hidden.copy_samples(&before, &ended);
            }
            if batch.has_output(i) {
                outputs.push(self.readout.try_forward(hidden.output())?);
            }
        }
        check_results(&outputs, &hidden)?;
        Ok((outputs, hidden))
    }

    fn read_out(&self, input: &R::Input) -> Result<(R::Output, ReadoutRecord<B, R>)> {
        let mut trace = R::Trace::default();
        let output = self.readout.try_forward_traced(input, &mut trace)?;
        Ok((output, ReadoutRecord { hidden: None, trace }))
    }

    /// The value of a loss of all outputs, and its gradient with respect to the parameters.
    ///
    /// It runs over `batch` as [`forward`](Self::forward) does. The loss returns its value and its cotangents, one for
    /// each output, or fails.
    ///
    /// # Errors
    /// The error of the loss, and the errors of [`forward`](Self::forward) and [`backward`](Self::backward).
    pub fn gradient_of<L, E: From<Error>>(
        &self,
        h0: &B::Hidden,
        batch: &SequenceBatch<B::Input>,
        loss: impl FnOnce(&[R::Output]) -> Result<(L, Vec<R::Output>), E>,
    ) -> Result<(L, <Self as Parametric>::Params), E> {
        let run = self.forward(h0, batch)?;
        let (value, cotangents) = loss(&run.outputs)?;
        let mut gradient = self.params().zeros_like();
        self.pull_back(run.record, &cotangents, &mut gradient, drop)?;
        Ok((value, gradient))
    }

    /// Pulls the cotangents of the outputs back through the sequence. Returns the cotangents of the inputs and of `h0`,
    /// and adds the gradient of the parameters to `pbar`.
    ///
    /// # Errors
    /// - [`Error::LengthMismatch`] unless there is one cotangent per output.
    /// - [`Error::ShapeMismatch`] or [`Error::InvalidEntry`] if a cotangent does not have the shape of its output or is
    ///   not finite.
    /// - [`Error::NonFiniteGradient`] if a derivative is not finite; `hidden[i]` is the hidden state after observation
    ///   `i`.
    /// - The errors of the backward pass of the block.
    pub fn backward(
        &self,
        record: SequenceRecord<B, R>,
        cotangents: &[R::Output],
        pbar: &mut <Self as Parametric>::Params,
    ) -> Result<(Vec<B::Input>, B::Hidden)> {
        let mut inputs_bar = Vec::with_capacity(record.steps.len());
        let hbar = self.pull_back(record, cotangents, pbar, |xbar| inputs_bar.push(xbar))?;
        inputs_bar.reverse();
        // The block may be a user's own.
        check_gradients("inputs", &inputs_bar)?;
        Ok((inputs_bar, hbar))
    }

    /// [`backward`](Self::backward) with a place for the cotangents of the inputs, last step first.
    fn pull_back(
        &self,
        record: SequenceRecord<B, R>,
        cotangents: &[R::Output],
        pbar: &mut <Self as Parametric>::Params,
        mut keep: impl FnMut(B::Input),
    ) -> Result<B::Hidden> {
        let SequenceRecord { steps, zero: mut hbar, output } = record;
        let outputs: Vec<_> =
            steps.iter().filter(|step| step.readout.is_some()).filter_map(|_| output.as_ref()).collect();
        check_cotangents("cotangents", cotangents, outputs.into_iter())?;
        let (block_bar, readout_bar) = &mut *pbar;
        let mut cotangents = cotangents.iter().rev();
        for (i, StepRecord { block, ended, readout }) in steps.into_iter().enumerate().rev() {
            if let Some(ReadoutRecord { hidden: Some(hidden), mut trace }) = readout
                && let Some(w) = cotangents.next()
            {
                self.readout.backward(&mut trace, hidden.output(), w, hbar.output_mut(), readout_bar);
                check_member("hidden", i, &hbar)?;
            }
            let past_the_end = ended.map(|ended| (hbar.clone(), ended));
            if let Some((_, ended)) = &past_the_end {
                hbar.copy_samples(&hbar.zeros_like(), ended);
            }
            let (xbar, mut before) = self.block.backward(block, hbar, block_bar)?;
            if let Some((kept, ended)) = past_the_end {
                before.copy_samples(&kept, &ended);
            }
            keep(xbar);
            hbar = before;
        }
        check_gradient("h0", &hbar)?;
        check_gradient("params", pbar)?;
        Ok(hbar)
    }
}

/// Checks the results of the last step. A block checks the hidden state before it.
fn check_results<Y: State, H: State>(outputs: &[Y], hidden: &H) -> Result<()> {
    check_cotangents("outputs", outputs, outputs.iter())?;
    check_argument("hidden", hidden)
}

/// Gives the last step its hidden state, if its readout needs it.
fn give_hidden<B: Block, R: Layer>(steps: &mut [StepRecord<B, R>], hidden: impl FnOnce() -> B::Hidden) {
    if let Some(StepRecord { readout: Some(readout), .. }) = steps.last_mut() {
        readout.hidden = Some(hidden());
    }
}
