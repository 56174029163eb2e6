//! A block unrolled over a sequence, with a readout.

use super::{Block, Layer};
use crate::adjoint::{check_cotangents, check_gradient, check_gradients, check_member};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// A block that reads a sequence and a layer that reads the hidden state.
///
/// The same code runs and trains it whichever block it holds, on matrices and on tensors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sequence<B, R> {
    /// What carries the hidden state from one observation to the next.
    pub block: B,
    /// What turns the hidden state into an output.
    pub readout: R,
}

/// A forward pass over a sequence.
pub struct Unrolled<B: Block, R: Layer<Input = B::Hidden>> {
    /// The outputs, from the first step asked for to the last.
    pub outputs: Vec<R::Output>,
    /// The hidden state after the last step.
    pub hidden: B::Hidden,
    /// What the backward pass needs.
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
    /// Runs over `inputs`, with the gap `dt[i]` before input `i`, from the hidden state `h0`. The readout is applied
    /// after every step from the `first_output`-th on (counted from 0).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if there is not one gap per input, and whatever ends a solve inside the block.
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

    /// Pulls the cotangents of the outputs back through the sequence; returns those of the inputs and of `h0`. The
    /// gradient of the parameters is added to `pbar`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if there is not one cotangent per output, [`Error::ShapeMismatch`] and
    /// [`Error::InvalidEntry`] if one has not the shape of its output or is not finite,
    /// [`Error::NonFiniteGradient`] where a derivative is not (`hidden[i]` is the hidden state after observation `i`), and
    /// whatever ends the backward pass of the block.
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
        // The block may be somebody else's.
        check_gradients("inputs", &inputs_bar)?;
        check_gradient("h0", &hbar)?;
        check_gradient("params", pbar)?;
        Ok((inputs_bar, hbar))
    }
}
