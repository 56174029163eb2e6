//! Systems whose tangent vectors can be pulled back.

use nalgebra::DMatrix;

use crate::analysis::Spectrum;
use crate::analysis::system::System;
use crate::error::Result;
use crate::state::State;

/// A point with tangent vectors, or their cotangents.
#[derive(Debug)]
pub struct TangentsAt<'a, Y> {
    /// The point.
    pub x: &'a Y,
    /// The vectors, column by column.
    pub vectors: &'a DMatrix<f64>,
}

/// A map `F` with a pullback of `(x, V, θ) ↦ (F(x), ∂F/∂x V)`, for gradients of Lyapunov exponents. It contains second
/// derivatives.
///
/// | system | second derivatives |
/// |---|---|
/// | [`Map`](crate::analysis::Map) of a field | of its [`SecondOrderVjp`](crate::dynamics::SecondOrderVjp): exact for `Autodiff` |
/// | [`Held`](crate::analysis::Held) of a [`Recurrence`](crate::nn::Recurrence) or [`Residual`](crate::nn::Residual) of a network with one hidden state | exact, by [`TangentOf`](crate::formula::TangentOf) |
#[diagnostic::on_unimplemented(
    message = "the tangents of `{Self}` have no pullback",
    note = "gradients of Lyapunov exponents are there for `Map` of a field with `SecondOrderVjp`, and for `Held` of a `Recurrence` or \
            `Residual` of a `Net` with one hidden state"
)]
pub trait TangentVjp: System {
    /// The space of the parameters.
    type Params: State;
    /// What many pullbacks share.
    type Prepared;

    /// Prepares pullbacks.
    fn prepare(&self) -> Self::Prepared;

    /// A gradient of zero.
    fn zero_gradient(&self) -> Self::Params;

    /// Pulls the cotangents `w` of the value and `wₖ` of the products back, apart from `(∂F/∂x)ᵀ wₖ`: adds
    /// `(∂F/∂x)ᵀ w + ∂/∂x Σₖ wₖᵀ (∂F/∂x) vₖ` to `xbar`, and `(∂F/∂θ)ᵀ w + ∂/∂θ Σₖ wₖᵀ (∂F/∂x) vₖ` to `pbar`.
    ///
    /// # Errors
    /// The error of the model.
    fn pull_back(
        &self,
        prepared: &mut Self::Prepared,
        at: TangentsAt<'_, Self::State>,
        w: TangentsAt<'_, Self::State>,
        xbar: &mut Self::State,
        pbar: &mut Self::Params,
    ) -> Result<()>;
}

/// The gradient of a sum of Lyapunov exponents.
#[derive(Debug, Clone, PartialEq)]
pub struct LyapunovGradient<Y, P> {
    /// The spectrum.
    pub spectrum: Spectrum,
    /// The derivative with respect to the initial state.
    pub x0: Y,
    /// The derivative with respect to the parameters.
    pub params: P,
}
