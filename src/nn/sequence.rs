//! Sequence models: a block unrolled over a sequence, with a readout.

use super::{Block, Layer};
use crate::adjoint::{check_cotangents, check_gradient, check_gradients, check_member};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// A sequence model: a block that reads the sequence, and a readout layer of the hidden state.
///
/// The same code runs and trains it for any block, on matrices and on tensors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sequence<B, R> {
    /// The block, which updates the hidden state at every observation.
    pub block: B,
    /// The readout, from the hidden state to an output.
    pub readout: R,
}

/// A forward pass over a sequence.
pub struct Unrolled<B: Block, R: Layer<Input = B::Hidden>> {
    /// The outputs, from step `first_output` to the last.
    pub outputs: Vec<R::Output>,
    /// The hidden state after the last step.
    pub hidden: B::Hidden,
    /// The record for the backward pass.
    pub record: SequenceRecord<B, R>,
}

/// The records of all steps.
pub struct SequenceRecord<B: Block, R: Layer<Input = B::Hidden>> {
    steps: Vec<StepRecord<B, R>>,
    /// The zero of the hidden space.
    zero: B::Hidden,
}

struct StepRecord<B: Block, R: Layer> {
    block: B::Record,
    readout: Option<ReadoutRecord<B, R>>,
}

struct ReadoutRecord<B: Block, R: Layer> {
    hidden: B::Hidden,
    output: R::Output,
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

impl<B: Block, R: Layer<Input = B::Hidden>> Sequence<B, R> {
    /// Runs over `inputs` from the hidden state `h0`, with the time gap `dt[i]` before input `i`. The readout is
    /// applied after every step from `first_output` on (counted from 0).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is one gap per input, and the errors of the block.
    pub fn forward(
        &self,
        h0: &B::Hidden,
        inputs: &[B::Input],
        dt: &[f64],
        first_output: usize,
    ) -> Result<Unrolled<B, R>> {
        if dt.len() != inputs.len() {
            return Err(Error::LengthMismatch { name: "dt", found: dt.len(), expected: inputs.len() });
        }
        let mut hidden = h0.clone();
        let mut outputs = Vec::new();
        let mut steps = Vec::with_capacity(inputs.len());
        for (i, (x, &dt)) in inputs.iter().zip(dt).enumerate() {
            let (next, block) = self.block.forward(x, &hidden, dt)?;
            hidden = next;
            let readout = if i >= first_output { Some(self.read_out(&hidden)?) } else { None };
            outputs.extend(readout.as_ref().map(|record| record.output.clone()));
            steps.push(StepRecord { block, readout });
        }
        Ok(Unrolled { outputs, hidden, record: SequenceRecord { steps, zero: h0.zeros_like() } })
    }

    fn read_out(&self, hidden: &B::Hidden) -> Result<ReadoutRecord<B, R>> {
        let mut trace = R::Trace::default();
        let output = self.readout.try_forward_traced(hidden, &mut trace)?;
        Ok(ReadoutRecord { hidden: hidden.clone(), output, trace })
    }

    /// The value of a loss of all outputs, and its gradient with respect to the parameters.
    ///
    /// It runs over `inputs` as [`forward`](Self::forward) does. The loss returns its value and its cotangents, one for
    /// each output, or fails.
    ///
    /// # Errors
    /// The error of the loss, and the errors of [`forward`](Self::forward) and [`backward`](Self::backward).
    pub fn gradient_of<L, E: From<Error>>(
        &self,
        h0: &B::Hidden,
        inputs: &[B::Input],
        dt: &[f64],
        loss: impl FnOnce(&[R::Output]) -> Result<(L, Vec<R::Output>), E>,
    ) -> Result<(L, <Self as Parametric>::Params), E> {
        let run = self.forward(h0, inputs, dt, 0)?;
        let (value, cotangents) = loss(&run.outputs)?;
        let mut gradient = self.params().zeros_like();
        self.backward(run.record, &cotangents, &mut gradient)?;
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
        let SequenceRecord { steps, zero: mut hbar } = record;
        let outputs: Vec<_> =
            steps.iter().filter_map(|step| step.readout.as_ref()).map(|record| &record.output).collect();
        check_cotangents("cotangents", cotangents, outputs.into_iter())?;
        let (block_bar, readout_bar) = &mut *pbar;
        let mut cotangents = cotangents.iter().rev();
        let mut inputs_bar = Vec::with_capacity(steps.len());
        for (i, StepRecord { block, readout }) in steps.into_iter().enumerate().rev() {
            if let Some(ReadoutRecord { hidden, mut trace, .. }) = readout
                && let Some(w) = cotangents.next()
            {
                self.readout.backward(&mut trace, &hidden, w, &mut hbar, readout_bar);
                check_member("hidden", i, &hbar)?;
            }
            let (xbar, before) = self.block.backward(block, hbar, block_bar)?;
            inputs_bar.push(xbar);
            hbar = before;
        }
        inputs_bar.reverse();
        // The block may be a user's own.
        check_gradients("inputs", &inputs_bar)?;
        check_gradient("h0", &hbar)?;
        check_gradient("params", pbar)?;
        Ok((inputs_bar, hbar))
    }
}
