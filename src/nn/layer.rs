//! The trait of a layer.

use crate::dynamics::Parametric;
use crate::error::Result;
use crate::state::State;

/// A differentiable map with parameters.
pub trait Layer: Parametric {
    /// The argument.
    type Input: State;
    /// The value.
    type Output: State;
    /// The memory of an evaluation, which its pullback reads.
    type Trace: Default;

    /// The value at `x`.
    fn forward(&self, x: &Self::Input) -> Self::Output;

    /// [`forward`](Self::forward), keeping in `trace` what [`backward`](Self::backward) needs.
    fn forward_traced(&self, x: &Self::Input, trace: &mut Self::Trace) -> Self::Output;

    /// [`forward`](Self::forward) into an output there is already. Matrices on the stack are slow to move about, so a
    /// layer of them writes to the place.
    fn forward_into(&self, x: &Self::Input, y: &mut Self::Output) {
        *y = self.forward(x);
    }

    /// [`forward_traced`](Self::forward_traced) into an output there is already. A trace used before is used again.
    fn forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) {
        *y = self.forward_traced(x, trace);
    }

    /// [`forward`](Self::forward), or why there is no value. Override it where the evaluation can fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    fn try_forward(&self, x: &Self::Input) -> Result<Self::Output> {
        Ok(self.forward(x))
    }

    /// [`forward_traced`](Self::forward_traced), or why there is no value. Override it where the evaluation can fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    fn try_forward_traced(&self, x: &Self::Input, trace: &mut Self::Trace) -> Result<Self::Output> {
        Ok(self.forward_traced(x, trace))
    }

    /// The pullback at `x`, where `trace` was filled: adds `(∂y/∂x)ᵀ w` to `xbar` and `(∂y/∂θ)ᵀ w` to `pbar`.
    fn backward(
        &self,
        trace: &mut Self::Trace,
        x: &Self::Input,
        w: &Self::Output,
        xbar: &mut Self::Input,
        pbar: &mut Self::Params,
    );
}
