//! Layers as vector fields.

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix, U1};

use super::Layer;
use crate::state::Passive;
use crate::{Differentiable, Dynamics, Element, Error, State};

/// The autonomous field `dz/dt = g(z)` of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerField<L>(pub L);

/// The field `dh/dt = g(h, x)` with the input `x` held constant, for the state `(h, Passive(x))`.
///
/// The input takes no part in the error norm, and its cotangent comes out of the adjoint like that of `h`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Driven<L>(pub L);

/// The field `dh/dt = g(h, x) − h`, for the state `(h, Passive(x))`: a recurrent cell as a flow.
///
/// One Euler step of length 1 gives back `h₁ = g(h₀, x)`, the cell itself (up to rounding); the rest points for a
/// constant input are the fixed points of the cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relaxed<L>(pub L);

/// The field `dy/ds = Δ f(y)` with a gap `Δ` of its own for every sample, for the state `(y, Passive(Δ))`.
///
/// Over `0 ≤ s ≤ 1` each sample moves by its own time `Δ`: a batch with irregular gaps in one solve. The steps are
/// shared by the samples. Only for autonomous fields, since the samples are at different times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rescaled<F>(pub F);

parametric_wrappers!(LayerField, Driven, Relaxed, Rescaled);

impl<Y: State, L: Layer<Input = Y, Output = Y>> Dynamics for LayerField<L> {
    type State = Y;
    #[inline]
    fn eval(&self, _t: f64, y: &Y, dy: &mut Y) {
        self.0.forward_into(y, dy);
    }
    fn failure(&self, _t: f64, y: &Y) -> Option<Error> {
        self.0.try_forward(y).err()
    }
}

impl<Y: State, L: Layer<Input = Y, Output = Y>> Differentiable for LayerField<L> {
    type Trace = L::Trace;

    #[inline]
    fn vjp(&self, t: f64, y: &Y, w: &Y, ybar: &mut Y, pbar: &mut L::Params) -> f64 {
        let mut trace = L::Trace::default();
        self.0.forward_traced(y, &mut trace);
        self.vjp_traced(&mut trace, t, y, w, ybar, pbar)
    }

    #[inline]
    fn eval_traced(&self, _t: f64, y: &Y, dy: &mut Y, trace: &mut L::Trace) {
        self.0.forward_traced_into(y, dy, trace);
    }

    #[inline]
    fn vjp_traced(&self, trace: &mut L::Trace, _t: f64, y: &Y, w: &Y, ybar: &mut Y, pbar: &mut L::Params) -> f64 {
        self.0.backward(trace, y, w, ybar, pbar);
        0.0
    }
}

/// What [`Driven`] and [`Relaxed`] share: `dh/dt = g(h, x) + decay · h`.
macro_rules! driven {
    ($field:ident, $decay:expr) => {
        impl<H: State, X: State, L: Layer<Input = (H, X), Output = H>> Dynamics for $field<L> {
            type State = (H, Passive<X>);
            #[inline]
            fn eval(&self, _t: f64, (h, x): &Self::State, (dh, dx): &mut Self::State) {
                self.0.forward_into(&(h.clone(), x.0.clone()), dh);
                if $decay != 0.0 {
                    dh.add_scaled($decay, h);
                }
                dx.set_zeros();
            }
            fn failure(&self, _t: f64, (h, x): &Self::State) -> Option<Error> {
                self.0.try_forward(&(h.clone(), x.0.clone())).err()
            }
        }

        impl<H: State, X: State, L: Layer<Input = (H, X), Output = H>> Differentiable for $field<L> {
            type Trace = L::Trace;

            #[inline]
            fn vjp(
                &self,
                t: f64,
                y: &Self::State,
                w: &Self::State,
                ybar: &mut Self::State,
                pbar: &mut L::Params,
            ) -> f64 {
                let mut trace = L::Trace::default();
                self.0.forward_traced(&(y.0.clone(), y.1.0.clone()), &mut trace);
                self.vjp_traced(&mut trace, t, y, w, ybar, pbar)
            }

            #[inline]
            fn eval_traced(&self, _t: f64, (h, x): &Self::State, (dh, dx): &mut Self::State, trace: &mut L::Trace) {
                self.0.forward_traced_into(&(h.clone(), x.0.clone()), dh, trace);
                if $decay != 0.0 {
                    dh.add_scaled($decay, h);
                }
                dx.set_zeros();
            }

            #[inline]
            fn vjp_traced(
                &self,
                trace: &mut L::Trace,
                _t: f64,
                (h, x): &Self::State,
                (w, _): &Self::State,
                (hbar, xbar): &mut Self::State,
                pbar: &mut L::Params,
            ) -> f64 {
                let mut bar = (hbar.clone(), xbar.0.clone());
                self.0.backward(trace, &(h.clone(), x.0.clone()), w, &mut bar, pbar);
                hbar.assign(&bar.0);
                xbar.0.assign(&bar.1);
                if $decay != 0.0 {
                    hbar.add_scaled($decay, w);
                }
                0.0
            }
        }
    };
}

driven!(Driven, 0.0);
driven!(Relaxed, -1.0);

/// A state that is a batch of independent samples.
pub trait Samples: State {
    /// One number per sample.
    type Weights: State;

    /// Multiplies every sample by its weight.
    fn scale_samples(&mut self, weights: &Self::Weights);

    /// Adds the inner product of every sample of `self` with that of `x` to `out`.
    fn inner_samples(&self, x: &Self, out: &mut Self::Weights);
}

/// The samples of a matrix are its columns.
impl<T: Element, R: Dim, C: Dim> Samples for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C> + Allocator<U1, C>,
{
    type Weights = OMatrix<T, U1, C>;

    #[inline]
    fn scale_samples(&mut self, weights: &Self::Weights) {
        for (mut column, &weight) in self.column_iter_mut().zip(weights.iter()) {
            column *= weight;
        }
    }

    #[inline]
    fn inner_samples(&self, x: &Self, out: &mut Self::Weights) {
        for ((a, b), out) in self.column_iter().zip(x.column_iter()).zip(out.iter_mut()) {
            *out += a.dot(&b);
        }
    }
}

impl<F: Dynamics<State: Samples>> Dynamics for Rescaled<F> {
    type State = (F::State, Passive<<F::State as Samples>::Weights>);
    #[inline]
    fn eval(&self, _s: f64, (y, gaps): &Self::State, (dy, zero): &mut Self::State) {
        self.0.eval(0.0, y, dy);
        dy.scale_samples(&gaps.0);
        zero.set_zeros();
    }
    fn keeps_shape(&self) -> bool {
        self.0.keeps_shape()
    }
    fn failure(&self, _s: f64, (y, _): &Self::State) -> Option<Error> {
        self.0.failure(0.0, y)
    }
}

impl<F: Differentiable<State: Samples>> Differentiable for Rescaled<F> {
    /// The trace of the field, and its value.
    type Trace = (F::Trace, Option<F::State>);

    #[inline]
    fn vjp(&self, s: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut F::Params) -> f64 {
        let mut trace = Self::Trace::default();
        self.vjp_traced(&mut trace, s, y, w, ybar, pbar)
    }

    #[inline]
    fn eval_traced(&self, _s: f64, (y, gaps): &Self::State, (dy, zero): &mut Self::State, trace: &mut Self::Trace) {
        self.0.eval_traced(0.0, y, dy, &mut trace.0);
        trace.1 = Some(dy.clone());
        dy.scale_samples(&gaps.0);
        zero.set_zeros();
    }

    #[inline]
    fn vjp_traced(
        &self,
        trace: &mut Self::Trace,
        _s: f64,
        (y, gaps): &Self::State,
        (w, _): &Self::State,
        (ybar, gaps_bar): &mut Self::State,
        pbar: &mut F::Params,
    ) -> f64 {
        let slope = trace.1.take().unwrap_or_else(|| {
            let mut slope = y.zeros_like();
            self.0.eval_traced(0.0, y, &mut slope, &mut trace.0);
            slope
        });
        w.inner_samples(&slope, &mut gaps_bar.0);
        let mut scaled = w.clone();
        scaled.scale_samples(&gaps.0);
        self.0.vjp_traced(&mut trace.0, 0.0, y, &scaled, ybar, pbar);
        0.0
    }
}
