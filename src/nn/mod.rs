//! Networks as dynamical systems.
//!
//! A [`Layer`] is a map with parameters. A layer from `(h, x)` to `h`, such as the [`Net`] of the formula [`Elman`], can be
//! read in three ways, with the same parameters:
//!
//! | reading | update over one observation | type |
//! |---|---|---|
//! | recurrent network | `h₁ = g(h₀, x)` | [`Recurrence`] |
//! | residual network | `h₁ = h₀ + g(h₀, x)` | [`Residual`] |
//! | neural ODE | `h₁ = h(t₁)` where `dh/dt = g(h, x)` | [`OdeBlock`] of the field [`Driven`] |
//!
//! All of them are a [`Block`], so a [`Sequence`] model is trained by the same code whichever it holds. An ODE block
//! with `Euler` and one step of length 1 is the residual block, bit for bit.
//!
//! A network is written once with [`formula!`](crate::formula!), and is a layer on matrices as a [`Net`], one sample per
//! column. Layers of dfdx tensors are in `tensor`.

/// Wrappers whose parameters are those of the one thing inside.
macro_rules! parametric_wrappers {
    ($($wrapper:ident),*) => {
        $(impl<P: $crate::Parametric> $crate::Parametric for $wrapper<P> {
            type Params = P::Params;
            fn params(&self) -> P::Params {
                self.0.params()
            }
            fn set_params(&mut self, params: &P::Params) {
                self.0.set_params(params);
            }
        })*
    };
}

mod autonomous;
mod block;
mod elman;
mod field;
mod linear;
mod mlp;
mod net;
#[doc = include_str!("networks.md")]
pub mod networks {}
mod ode_block;
mod pair_trace;
mod pool;
mod samples;
mod sequence;
mod spoil;
#[cfg(feature = "dfdx")]
pub mod tensor;
mod time_field;

pub use autonomous::Autonomous;
pub use block::{Block, Recurrence, Residual};
pub use elman::Elman;
pub use field::{AutonomousField, Driven, LayerField, Relaxed, Rescaled, SameAs};
pub use linear::Linear;
pub use mlp::Mlp;
pub use net::Net;
pub use ode_block::{OdeBlock, Phase};
pub use pair_trace::PairTrace;
pub use pool::{Pooled, Reuse};
pub use samples::Samples;
pub use sequence::{Sequence, SequenceRecord, Unrolled};
pub use time_field::TimeField;

use crate::{Parametric, Result, State};

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
    /// [`Error::Device`](crate::Error::Device).
    fn try_forward(&self, x: &Self::Input) -> Result<Self::Output> {
        Ok(self.forward(x))
    }

    /// [`forward_traced`](Self::forward_traced), or why there is no value. Override it where the evaluation can fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device).
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
