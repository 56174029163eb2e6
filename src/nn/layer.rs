//! The trait of a layer.

use crate::dynamics::Parametric;
use crate::error::Result;
use crate::state::State;

/// A differentiable map with parameters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    note = "a formula becomes one as a network: `Net::dynamic(..)`, or `Net::<_, Static<B>>::new(..)`"
)]
pub trait Layer: Parametric {
    /// The argument.
    type Input: State;
    /// The value.
    type Output: State;
    /// The intermediate results of an evaluation, for its pullback.
    type Trace: Default;

    /// The value at `x`.
    fn forward(&self, x: &Self::Input) -> Self::Output;

    /// [`forward`](Self::forward), with intermediate results for [`backward`](Self::backward) stored in `trace`.
    fn forward_traced(&self, x: &Self::Input, trace: &mut Self::Trace) -> Self::Output;

    /// [`forward`](Self::forward) into an existing output, which avoids moves of large matrices on the stack.
    fn forward_into(&self, x: &Self::Input, y: &mut Self::Output) {
        *y = self.forward(x);
    }

    /// [`forward_traced`](Self::forward_traced) into an existing output. A used trace is reused.
    fn forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) {
        *y = self.forward_traced(x, trace);
    }

    /// Whether [`forward_into`](Self::forward_into) and [`forward_traced_into`](Self::forward_traced_into) are known to keep
    /// the shape of `y`. If not, a field of the layer on batches of any size is evaluated once more in each solve, see
    /// [`Dynamics::keeps_shape`](crate::dynamics::Dynamics::keeps_shape).
    fn keeps_shape(&self) -> bool {
        false
    }

    /// [`forward`](Self::forward), or an error if there is no value. Override it if the evaluation can fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    fn try_forward(&self, x: &Self::Input) -> Result<Self::Output> {
        Ok(self.forward(x))
    }

    /// [`forward_traced`](Self::forward_traced), or an error if there is no value. Override it if the evaluation can
    /// fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    fn try_forward_traced(&self, x: &Self::Input, trace: &mut Self::Trace) -> Result<Self::Output> {
        Ok(self.forward_traced(x, trace))
    }

    /// [`forward_traced_into`](Self::forward_traced_into), or an error if there is no value. Override it if the
    /// evaluation can fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    fn try_forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) -> Result<()> {
        *y = self.try_forward_traced(x, trace)?;
        Ok(())
    }

    /// The pullback at `x`, with the `trace` of that point: adds `(∂y/∂x)ᵀ w` to `xbar` and `(∂y/∂θ)ᵀ w` to `pbar`.
    fn backward(
        &self,
        trace: &mut Self::Trace,
        x: &Self::Input,
        w: &Self::Output,
        xbar: &mut Self::Input,
        pbar: &mut Self::Params,
    );

    /// [`backward`](Self::backward) without the cotangent of `x`, which a training does not need at its first layer.
    /// Override it if that saves time.
    fn backward_params(&self, trace: &mut Self::Trace, x: &Self::Input, w: &Self::Output, pbar: &mut Self::Params) {
        self.backward(trace, x, w, &mut x.zeros_like(), pbar);
    }
}
