//! The common interface of recurrent cells and ODE blocks.

use super::wrappers::parametric_wrappers;
use super::{Gap, Hidden, Layer};
use crate::adjoint::{check_argument, check_fits, check_gradient, check_params};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::state::State;

/// One step of a sequence model: `(x, h, gap) ↦ h₁` carries a hidden state over one observation.
///
/// The [`Gap`] is the time since the last observation; a block without time ignores it. A pair of blocks takes inputs `(x₀,
/// x₁)` and runs one block after the other. So `(OdeBlock, Recurrence)` flows between observations and jumps at them:
/// the ODE-RNN of Rubanova, Chen & Duvenaud, *Latent ODEs for irregularly-sampled time series* (2019), algorithm 1.
pub trait Block: Parametric {
    /// The observation; `()` for a block without input.
    type Input: State;
    /// The hidden state.
    type Hidden: Hidden;
    /// The record of a forward pass, for the backward pass.
    type Record;

    /// Returns the hidden state after the observation, and the record.
    ///
    /// # Errors
    /// An observation or a hidden state that is not finite, any error of a solve inside the block, and a layer that
    /// fails.
    fn forward(&self, x: &Self::Input, h: &Self::Hidden, gap: Gap<'_>) -> Result<(Self::Hidden, Self::Record)>;

    /// [`forward`](Self::forward) without a record, in place. Override it if the record costs time.
    ///
    /// # Errors
    /// The errors of [`forward`](Self::forward); `h` is then unspecified.
    fn advance(&self, x: &Self::Input, h: &mut Self::Hidden, gap: Gap<'_>) -> Result<()> {
        let (h1, _) = self.forward(x, h, gap)?;
        *h = h1;
        Ok(())
    }

    /// [`advance`](Self::advance), reusing the buffers of a record of this block on batches of the same shape. `memory`
    /// is empty before the first step; a block may leave its record there for the next step.
    ///
    /// # Errors
    /// The errors of [`advance`](Self::advance).
    fn advance_with(
        &self,
        x: &Self::Input,
        h: &mut Self::Hidden,
        gap: Gap<'_>,
        _memory: &mut Option<Self::Record>,
    ) -> Result<()> {
        self.advance(x, h, gap)
    }

    /// Pulls the cotangent of the new hidden state back to the input and the old hidden state. Adds the gradient of the
    /// parameters to `pbar`. The parameters must not change between the two passes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::error::Error::LengthMismatch) if `hbar` does not have the shape of the hidden
    /// state, [`Error::InvalidEntry`](crate::error::Error::InvalidEntry) if it is not finite,
    /// [`Error::NonFiniteGradient`](crate::error::Error::NonFiniteGradient) if a derivative is not finite, and any
    /// error of a solve inside the block.
    fn backward(
        &self,
        record: Self::Record,
        hbar: Self::Hidden,
        pbar: &mut Self::Params,
    ) -> Result<(Self::Input, Self::Hidden)>;
}

/// A recurrent cell: `h₁ = g(h₀, x)` for a layer `g`. With the formula [`Elman`](super::Elman) it is the Elman network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recurrence<L>(pub L);

/// A residual block: `h₁ = h₀ + g(h₀, x)` for a layer `g`, eq. (1) of Chen et al. 2018.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual<L>(pub L);

/// The arguments of a layer with its trace.
#[derive(Debug, Clone)]
pub struct LayerRecord<L: Layer> {
    input: L::Input,
    trace: L::Trace,
}

parametric_wrappers!(Recurrence, Residual);

/// Evaluates `g(h, x)` with a record.
pub(super) fn apply<H: State, X: State, L: Layer<Input = (H, X)>>(
    layer: &L,
    h: &H,
    x: &X,
) -> Result<(L::Output, LayerRecord<L>)> {
    check_argument("h", h)?;
    check_argument("x", x)?;
    let input = (h.clone(), x.clone());
    let mut trace = L::Trace::default();
    let y = layer.try_forward_traced(&input, &mut trace)?;
    Ok((y, LayerRecord { input, trace }))
}

/// `h = g(h, x)`, with the buffers of `memory`.
fn replace<H: State, X: State, L: Layer<Input = (H, X), Output = H>>(
    layer: &L,
    (h, x): (&mut H, &X),
    memory: &mut Option<LayerRecord<L>>,
) -> Result<()> {
    check_argument("h", h)?;
    check_argument("x", x)?;
    match memory {
        Some(LayerRecord { input, trace }) if input.0.fits(h) && input.1.fits(x) => {
            input.0.assign(h);
            input.1.assign(x);
            layer.try_forward_traced_into(input, h, trace)
        }
        _ => {
            let record = memory.insert(LayerRecord { input: (h.clone(), x.clone()), trace: L::Trace::default() });
            layer.try_forward_traced_into(&record.input, h, &mut record.trace)
        }
    }
}

/// The pullback of `g` to `(h, x)`.
pub(super) fn pull_back<H: State, X: State, L: Layer<Input = (H, X), Output = H>>(
    layer: &L,
    record: LayerRecord<L>,
    w: &H,
    pbar: &mut L::Params,
) -> Result<(H, X)> {
    check_fits("hbar", w, &record.input.0)?;
    check_argument("hbar", w)?;
    check_params(layer, pbar)?;
    let LayerRecord { input, mut trace } = record;
    let mut bar = input.zeros_like();
    layer.backward(&mut trace, &input, w, &mut bar, pbar);
    check_gradient("h", &bar.0)?;
    check_gradient("x", &bar.1)?;
    check_gradient("params", pbar)?;
    Ok(bar)
}

impl<H: Hidden, X: State, L: Layer<Input = (H, X), Output = H>> Block for Recurrence<L> {
    type Input = X;
    type Hidden = H;
    type Record = LayerRecord<L>;

    fn forward(&self, x: &X, h: &H, _: Gap<'_>) -> Result<(H, Self::Record)> {
        apply(&self.0, h, x)
    }

    fn advance(&self, x: &X, h: &mut H, _: Gap<'_>) -> Result<()> {
        replace(&self.0, (h, x), &mut None)
    }

    fn advance_with(&self, x: &X, h: &mut H, _: Gap<'_>, memory: &mut Option<Self::Record>) -> Result<()> {
        replace(&self.0, (h, x), memory)
    }

    fn backward(&self, record: Self::Record, hbar: H, pbar: &mut L::Params) -> Result<(X, H)> {
        let (hbar, xbar) = pull_back(&self.0, record, &hbar, pbar)?;
        Ok((xbar, hbar))
    }
}

impl<H: Hidden, X: State, L: Layer<Input = (H, X), Output = H>> Block for Residual<L> {
    type Input = X;
    type Hidden = H;
    type Record = LayerRecord<L>;

    fn forward(&self, x: &X, h: &H, _: Gap<'_>) -> Result<(H, Self::Record)> {
        let (slope, record) = apply(&self.0, h, x)?;
        let mut h1 = h.clone();
        h1.add_scaled(1.0, &slope);
        Ok((h1, record))
    }

    fn backward(&self, record: Self::Record, mut hbar: H, pbar: &mut L::Params) -> Result<(X, H)> {
        let (through, xbar) = pull_back(&self.0, record, &hbar, pbar)?;
        hbar.add_scaled(1.0, &through);
        check_gradient("h", &hbar)?;
        Ok((xbar, hbar))
    }
}

impl<A: Parametric, B: Parametric> Parametric for (A, B) {
    type Params = (A::Params, B::Params);
    fn params(&self) -> Self::Params {
        (self.0.params(), self.1.params())
    }
    fn set_params(&mut self, (first, second): &Self::Params) {
        self.0.set_params(first);
        self.1.set_params(second);
    }
}

/// First `A`, then `B`, over the same gap and on the same hidden state.
impl<A: Block, B: Block<Hidden = A::Hidden>> Block for (A, B) {
    type Input = (A::Input, B::Input);
    type Hidden = A::Hidden;
    type Record = (A::Record, B::Record);

    fn forward(&self, (xa, xb): &Self::Input, h: &Self::Hidden, gap: Gap<'_>) -> Result<(Self::Hidden, Self::Record)> {
        let (between, a) = self.0.forward(xa, h, gap)?;
        let (h1, b) = self.1.forward(xb, &between, gap)?;
        Ok((h1, (a, b)))
    }

    fn backward(
        &self,
        (a, b): Self::Record,
        hbar: Self::Hidden,
        pbar: &mut Self::Params,
    ) -> Result<(Self::Input, Self::Hidden)> {
        let (xb, between) = self.1.backward(b, hbar, &mut pbar.1)?;
        let (xa, h) = self.0.backward(a, between, &mut pbar.0)?;
        Ok(((xa, xb), h))
    }
}
