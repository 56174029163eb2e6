//! Blocks made of blocks and layers.

use std::marker::PhantomData;

use super::block::{LayerRecord, apply, pull_back};
use super::wrappers::parametric_wrappers;
use super::{Block, Gap, Hidden, Layer, Samples};
use crate::adjoint::{check_argument, check_gradient, check_params};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::state::State;

/// A cell that reads the gap: `h₁ = g(h₀, (x, Δt))` for a layer `g`, with one `Δt` for each sample, as for an
/// [`Ltc`](super::Ltc) or a [`Cfc`](super::Cfc).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimedRecurrence<L>(pub L);

/// Two layers of a stack: the second reads the output of the first, as with `num_layers = 2` in PyTorch.
///
/// The hidden state is `(second, first)`, since the output of a pair is the output of its first part. For three layers:
/// `Stacked(Stacked(a, b), c)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stacked<A, B>(pub A, pub B);

/// A block behind a layer that encodes its input: an embedding, or a network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Encoded<E, B>(pub E, pub B);

/// A block that acts on the output of the hidden state and leaves the rest unchanged.
///
/// `(Recurrence(lstm), OnOutput::new(flow))` is the ODE-LSTM of M. Lechner & R. Hasani, *Learning long-term dependencies in
/// irregularly-sampled time series* (2020), arXiv:2006.04418, with the flow over the gap before the observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnOutput<B, C> {
    block: B,
    rest: PhantomData<fn() -> C>,
}

parametric_wrappers!(TimedRecurrence);

macro_rules! parametric_pairs {
    ($($pair:ident),*) => {
        $(impl<A: Parametric, B: Parametric> Parametric for $pair<A, B> {
            type Params = (A::Params, B::Params);
            fn params(&self) -> Self::Params {
                (self.0.params(), self.1.params())
            }
            fn set_params(&mut self, (first, second): &Self::Params) {
                self.0.set_params(first);
                self.1.set_params(second);
            }
        })*
    };
}

parametric_pairs!(Stacked, Encoded);

impl<H: Hidden, X: Samples, L: Layer<Input = (H, (X, X::Weights)), Output = H>> Block for TimedRecurrence<L> {
    type Input = X;
    type Hidden = H;
    type Record = LayerRecord<L>;

    fn forward(&self, x: &X, h: &H, gap: Gap<'_>) -> Result<(H, Self::Record)> {
        check_argument("x", x)?;
        apply(&self.0, h, &(x.clone(), gap.of_samples(x)?))
    }

    fn backward(&self, record: Self::Record, hbar: H, pbar: &mut L::Params) -> Result<(X, H)> {
        let (hbar, (xbar, _)) = pull_back(&self.0, record, &hbar, pbar)?;
        Ok((xbar, hbar))
    }
}

impl<A: Block, B> Block for Stacked<A, B>
where
    B: Block<Input = <A::Hidden as Hidden>::Output>,
    A::Hidden: Samples<Weights = <B::Hidden as Samples>::Weights>,
{
    type Input = A::Input;
    type Hidden = (B::Hidden, A::Hidden);
    type Record = (A::Record, B::Record);

    fn forward(&self, x: &A::Input, (b, a): &Self::Hidden, gap: Gap<'_>) -> Result<(Self::Hidden, Self::Record)> {
        let (a1, first) = self.0.forward(x, a, gap)?;
        let (b1, second) = self.1.forward(a1.output(), b, gap)?;
        Ok(((b1, a1), (first, second)))
    }

    fn advance(&self, x: &A::Input, (b, a): &mut Self::Hidden, gap: Gap<'_>) -> Result<()> {
        self.0.advance(x, a, gap)?;
        self.1.advance(a.output(), b, gap)
    }

    fn backward(
        &self,
        (first, second): Self::Record,
        (bbar, mut abar): Self::Hidden,
        (first_bar, second_bar): &mut Self::Params,
    ) -> Result<(A::Input, Self::Hidden)> {
        let (xbar, b) = self.1.backward(second, bbar, second_bar)?;
        abar.output_mut().add_scaled(1.0, &xbar);
        check_gradient("h", &abar)?;
        let (xbar, a) = self.0.backward(first, abar, first_bar)?;
        Ok((xbar, (b, a)))
    }
}

/// The input of an encoder with its trace.
#[derive(Debug, Clone)]
pub struct EncodedRecord<E: Layer, R> {
    input: E::Input,
    trace: E::Trace,
    block: R,
}

impl<E: Layer, B: Block<Input = E::Output>> Block for Encoded<E, B> {
    type Input = E::Input;
    type Hidden = B::Hidden;
    type Record = EncodedRecord<E, B::Record>;

    fn forward(&self, x: &E::Input, h: &B::Hidden, gap: Gap<'_>) -> Result<(B::Hidden, Self::Record)> {
        check_argument("x", x)?;
        let mut trace = E::Trace::default();
        let encoded = self.0.try_forward_traced(x, &mut trace)?;
        let (h1, block) = self.1.forward(&encoded, h, gap)?;
        Ok((h1, EncodedRecord { input: x.clone(), trace, block }))
    }

    fn advance(&self, x: &E::Input, h: &mut B::Hidden, gap: Gap<'_>) -> Result<()> {
        check_argument("x", x)?;
        self.1.advance(&self.0.try_forward(x)?, h, gap)
    }

    fn backward(
        &self,
        EncodedRecord { input, mut trace, block }: Self::Record,
        hbar: B::Hidden,
        (encoder_bar, block_bar): &mut Self::Params,
    ) -> Result<(E::Input, B::Hidden)> {
        let (w, hbar) = self.1.backward(block, hbar, block_bar)?;
        check_params(&self.0, encoder_bar)?;
        let mut xbar = input.zeros_like();
        self.0.backward(&mut trace, &input, &w, &mut xbar, encoder_bar);
        check_gradient("x", &xbar)?;
        check_gradient("params", encoder_bar)?;
        Ok((xbar, hbar))
    }
}

impl<B, C> OnOutput<B, C> {
    /// The block on the output of a hidden state `(output, rest)`.
    pub const fn new(block: B) -> Self {
        Self { block, rest: PhantomData }
    }
}

impl<B: Parametric, C> Parametric for OnOutput<B, C> {
    type Params = B::Params;
    fn params(&self) -> B::Params {
        self.block.params()
    }
    fn set_params(&mut self, params: &B::Params) {
        self.block.set_params(params);
    }
}

impl<B: Block, C: Samples<Weights = <B::Hidden as Samples>::Weights>> Block for OnOutput<B, C> {
    type Input = B::Input;
    type Hidden = (B::Hidden, C);
    type Record = B::Record;

    fn forward(&self, x: &B::Input, (h, rest): &Self::Hidden, gap: Gap<'_>) -> Result<(Self::Hidden, B::Record)> {
        let (h1, record) = self.block.forward(x, h, gap)?;
        Ok(((h1, rest.clone()), record))
    }

    fn advance(&self, x: &B::Input, (h, _): &mut Self::Hidden, gap: Gap<'_>) -> Result<()> {
        self.block.advance(x, h, gap)
    }

    fn advance_with(
        &self,
        x: &B::Input,
        (h, _): &mut Self::Hidden,
        gap: Gap<'_>,
        memory: &mut Option<B::Record>,
    ) -> Result<()> {
        self.block.advance_with(x, h, gap, memory)
    }

    fn backward(
        &self,
        record: B::Record,
        (hbar, rest): Self::Hidden,
        pbar: &mut B::Params,
    ) -> Result<(B::Input, Self::Hidden)> {
        let (xbar, hbar) = self.block.backward(record, hbar, pbar)?;
        Ok((xbar, (hbar, rest)))
    }
}
