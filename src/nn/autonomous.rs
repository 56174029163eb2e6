//! Layers without input, used as cells.

use super::Layer;
use super::wrappers::parametric_wrappers;
use crate::error::Result;
use crate::state::State;

/// A cell without input: a layer from `h` to `h` as a layer from `(h, ())` to `h`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Autonomous<L>(pub L);

parametric_wrappers!(Autonomous);

impl<H: State, L: Layer<Input = H, Output = H>> Layer for Autonomous<L> {
    type Input = (H, ());
    type Output = H;
    type Trace = L::Trace;

    #[inline]
    fn forward(&self, (h, ()): &Self::Input) -> H {
        self.0.forward(h)
    }

    #[inline]
    fn forward_traced(&self, (h, ()): &Self::Input, trace: &mut L::Trace) -> H {
        self.0.forward_traced(h, trace)
    }

    fn try_forward(&self, (h, ()): &Self::Input) -> Result<H> {
        self.0.try_forward(h)
    }

    fn try_forward_traced(&self, (h, ()): &Self::Input, trace: &mut L::Trace) -> Result<H> {
        self.0.try_forward_traced(h, trace)
    }

    #[inline]
    fn backward(
        &self,
        trace: &mut L::Trace,
        (h, ()): &Self::Input,
        w: &H,
        (hbar, ()): &mut Self::Input,
        pbar: &mut L::Params,
    ) {
        self.0.backward(trace, h, w, hbar, pbar);
    }
}
