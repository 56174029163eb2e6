//! Deep networks of one input: a layer, a block over the depth of the network, and a readout.

use super::{Block, Hidden, Layer};
use crate::adjoint::{check_argument, check_fits, check_gradient, check_params};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// A deep network of one input: an encoder, a block whose time is the depth of the network, and a readout.
///
/// With an [`OdeBlock`](super::OdeBlock) this is the ODE network of Chen et al., *Neural ordinary differential equations*
/// (2018), section 3. With a [`ResidualStack`](super::ResidualStack) it is a residual network, whose blocks are Euler steps
/// (Haber & Ruthotto, *Stable architectures for deep neural networks*, 2017, arXiv:1705.03341).
///
/// The sibling for sequences is [`Sequence`](super::Sequence).
///
/// ```
/// use rheos::nn::{BatchMatrix, Feedforward, Linear, Mlp, Net, OdeBlock};
/// use rheos::train::uniform;
/// use rheos::{DiscreteAdjoint, Fixed, Parametric, Rk4};
///
/// let mut draw = uniform(1);
/// let field = Net::dynamic(Mlp::<f64, 8, 16, 8>::uniform(&mut draw)).field();
/// let block = OdeBlock::new(field, Rk4, Fixed::steps(4), DiscreteAdjoint::new());
/// let encoder = Net::dynamic(Linear::<f64, 3, 8>::uniform(&mut draw));
/// let readout = Net::dynamic(Linear::<f64, 8, 2>::uniform(&mut draw));
/// let model = Feedforward::new(encoder, block, readout).depth(2.0);
///
/// let x = BatchMatrix::<f64, 3>::repeat(5, 0.1); // five samples, one per column
/// assert_eq!(model.predict(&x)?.shape(), (2, 5));
/// // The gradient of the sum of the outputs.
/// let ones = BatchMatrix::<f64, 2>::repeat(5, 1.0);
/// let (sum, gradient) = model.gradient_of(&x, |y| Ok::<_, rheos::Error>((y.sum(), ones)))?;
/// assert_eq!(sum, model.predict(&x)?.sum());
/// assert_eq!(gradient.2.bias[0], 5.0);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Many inputs
///
/// A weight of an `f32` network is an `SMatrix` inside the structure: for 784 inputs and 96 units, 294 KiB on the stack, and
/// several of them during a training. The store [`Heap`](crate::formula::Heap) puts the weights on the heap. The batches
/// have the same type for both stores, so a small readout does not need it:
///
/// ```
/// use rheos::formula::Heap;
/// use rheos::nn::{Autonomous, BatchMatrix, Feedforward, Linear, Mlp, Net, Residual};
/// use rheos::train::uniform;
///
/// let mut draw = uniform(1);
/// let encoder = Net::dynamic(Linear::<Heap<f32>, 784, 96>::uniform(&mut draw));
/// let block = Residual(Autonomous(Net::dynamic(Mlp::<Heap<f32>, 96, 96, 96>::uniform(&mut draw))));
/// let readout = Net::dynamic(Linear::<f32, 96, 10>::uniform(&mut draw));
/// let model = Feedforward::new(encoder, block, readout);
/// assert_eq!(model.predict(&BatchMatrix::<f32, 784>::zeros(64))?.shape(), (10, 64));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feedforward<E, B, R> {
    /// The encoder, from the input to the hidden state at the start of the block.
    pub encoder: E,
    /// The block, which carries the hidden state over the depth.
    pub block: B,
    /// The readout, from the output of the hidden state to the output of the network.
    pub readout: R,
    /// The [gap](super::Gap) of the block: the time of an [`OdeBlock`](super::OdeBlock), 1 by default. A block without time
    /// ignores it.
    pub depth: f64,
}

/// The part of a hidden state that the readout reads.
type Seen<B> = <<B as Block>::Hidden as Hidden>::Output;

/// A forward pass over a batch.
pub struct Fed<'x, E: Layer, B: Block, R: Layer> {
    /// The output.
    pub output: R::Output,
    /// The record for the backward pass.
    pub record: FeedforwardRecord<'x, E, B, R>,
}

/// The record of a forward pass. It borrows the input and owns the hidden state.
pub struct FeedforwardRecord<'x, E: Layer, B: Block, R: Layer> {
    encoded: Encoded<'x, E>,
    block: B::Record,
    hidden: B::Hidden,
    readout: R::Trace,
    /// A zero of the shape of the output.
    zero: R::Output,
}

/// The input with its trace through the encoder.
struct Encoded<'x, E: Layer> {
    x: &'x E::Input,
    trace: E::Trace,
}

impl<E: Layer, B: Block, R: Layer> FeedforwardRecord<'_, E, B, R> {
    /// The hidden state at the end of the block.
    pub const fn hidden(&self) -> &B::Hidden {
        &self.hidden
    }
}

impl<E, B, R> Feedforward<E, B, R>
where
    E: Layer<Output = B::Hidden>,
    B: Block<Input = ()>,
    R: Layer<Input = Seen<B>>,
{
    /// The network of these parts, with the depth 1. If they do not fit each other, this does not compile.
    pub const fn new(encoder: E, block: B, readout: R) -> Self {
        Self { encoder, block, readout, depth: 1.0 }
    }
}

impl<E, B, R> Feedforward<E, B, R> {
    /// The same network over this depth: [`ResidualStack::depth`](super::ResidualStack::depth) for the flow of a stack, which is
    /// otherwise not passed through as a whole. A negative one runs an [`OdeBlock`](super::OdeBlock) backwards; a block without
    /// time, such as a [`ResidualStack`](super::ResidualStack), ignores it.
    #[must_use]
    pub fn depth(self, depth: f64) -> Self {
        Self { depth, ..self }
    }
}

impl<E: Parametric, B: Parametric, R: Parametric> Parametric for Feedforward<E, B, R> {
    type Params = (E::Params, B::Params, R::Params);
    fn params(&self) -> Self::Params {
        (self.encoder.params(), self.block.params(), self.readout.params())
    }
    fn set_params(&mut self, (encoder, block, readout): &Self::Params) {
        self.encoder.set_params(encoder);
        self.block.set_params(block);
        self.readout.set_params(readout);
    }
    fn fits_params(&self, (encoder, block, readout): &Self::Params) -> bool {
        self.encoder.fits_params(encoder) && self.block.fits_params(block) && self.readout.fits_params(readout)
    }
}

impl<E, B, R> Feedforward<E, B, R>
where
    E: Layer<Output = B::Hidden>,
    B: Block<Input = ()>,
    R: Layer<Input = Seen<B>>,
{
    /// The output at the input `x`, with a record for [`backward`](Self::backward).
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for a depth that is not finite;
    /// * [`Error::InvalidEntry`] for an entry of `x`, of the `encoded` input, of the `hidden` state after the block or of the
    ///   `output` that is not finite;
    /// * the errors of the encoder, of the block and of the readout.
    pub fn forward<'x>(&self, x: &'x E::Input) -> Result<Fed<'x, E, B, R>> {
        self.check_input(x)?;
        let (mut trace, mut readout) = (E::Trace::default(), R::Trace::default());
        let start = self.encoder.try_forward_traced(x, &mut trace)?;
        check_argument("encoded", &start)?;
        let (hidden, block) = self.block.forward(&(), &start, self.depth.into())?;
        check_argument("hidden", &hidden)?;
        let output = self.readout.try_forward_traced(hidden.output(), &mut readout)?;
        check_argument("output", &output)?;
        let zero = output.zeros_like();
        let encoded = Encoded { x, trace };
        Ok(Fed { output, record: FeedforwardRecord { encoded, block, hidden, readout, zero } })
    }

    /// The output of [`forward`](Self::forward), without a record.
    ///
    /// # Errors
    /// The errors of [`forward`](Self::forward).
    pub fn predict(&self, x: &E::Input) -> Result<R::Output> {
        self.check_input(x)?;
        let mut hidden = self.encoder.try_forward(x)?;
        check_argument("encoded", &hidden)?;
        self.block.advance(&(), &mut hidden, self.depth.into())?;
        check_argument("hidden", &hidden)?;
        let output = self.readout.try_forward(hidden.output())?;
        check_argument("output", &output)?;
        Ok(output)
    }

    /// The value of a loss of the output at `x`, and its gradient with respect to the parameters.
    ///
    /// The loss returns its value and its cotangent, which has the shape of the output, or fails.
    ///
    /// # Errors
    /// The error of the loss, and the errors of [`forward`](Self::forward) and [`backward`](Self::backward).
    pub fn gradient_of<L, F: From<Error>>(
        &self,
        x: &E::Input,
        loss: impl FnOnce(&R::Output) -> Result<(L, R::Output), F>,
    ) -> Result<(L, <Self as Parametric>::Params), F> {
        let Fed { output, record } = self.forward(x)?;
        let (value, cotangent) = loss(&output)?;
        let mut gradient = self.params().zeros_like();
        let (hbar, Encoded { x, mut trace }) = self.pull_back(record, &cotangent, &mut gradient)?;
        self.encoder.backward_params(&mut trace, x, &hbar, &mut gradient.0);
        check_gradient("params", &gradient)?;
        Ok((value, gradient))
    }

    /// Pulls the cotangent of the output back through the network. Returns the cotangent of the input, and adds the gradient
    /// of the parameters to `pbar`. The parameters and the depth must not change between the two passes.
    ///
    /// # Errors
    /// - [`Error::LengthMismatch`] if `cotangent` does not have the shape of the output, or `pbar` the shape of the
    ///   parameters.
    /// - [`Error::InvalidEntry`] if `cotangent` is not finite.
    /// - [`Error::NonFiniteGradient`] if a derivative is not finite: with respect to `hidden`, `encoded`, `x` or `params`.
    /// - The errors of the backward pass of the block.
    pub fn backward(
        &self,
        record: FeedforwardRecord<'_, E, B, R>,
        cotangent: &R::Output,
        pbar: &mut <Self as Parametric>::Params,
    ) -> Result<E::Input> {
        let (hbar, Encoded { x, mut trace }) = self.pull_back(record, cotangent, pbar)?;
        let mut xbar = x.zeros_like();
        self.encoder.backward(&mut trace, x, &hbar, &mut xbar, &mut pbar.0);
        check_gradient("x", &xbar)?;
        check_gradient("params", pbar)?;
        Ok(xbar)
    }

    /// Pulls the cotangent of the output back to the encoded input.
    fn pull_back<'x>(
        &self,
        record: FeedforwardRecord<'x, E, B, R>,
        cotangent: &R::Output,
        pbar: &mut <Self as Parametric>::Params,
    ) -> Result<(B::Hidden, Encoded<'x, E>)> {
        let FeedforwardRecord { encoded, block, hidden, mut readout, zero } = record;
        check_fits("cotangent", cotangent, &zero)?;
        check_argument("cotangent", cotangent)?;
        check_params(self, pbar)?;
        let (_, block_bar, readout_bar) = pbar;
        let mut hbar = hidden.zeros_like();
        self.readout.backward(&mut readout, hidden.output(), cotangent, hbar.output_mut(), readout_bar);
        check_gradient("hidden", &hbar)?;
        let ((), hbar) = self.block.backward(block, hbar, block_bar)?;
        // The block may be a user's own.
        check_gradient("encoded", &hbar)?;
        Ok((hbar, encoded))
    }

    fn check_input(&self, x: &E::Input) -> Result<()> {
        if !self.depth.is_finite() {
            return Err(Error::InvalidArgument { name: "depth", value: self.depth, expected: "finite" });
        }
        check_argument("x", x)
    }
}
