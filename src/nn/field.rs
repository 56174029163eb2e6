//! Layers as vector fields.

use super::pair_trace::PairTrace;
use super::spoil::spoil;
use super::wrappers::parametric_wrappers;
use super::{Layer, Samples};
use crate::dynamics::{Differentiable, Dynamics, Jacobian, Neighbourhood, rows_by_pullback};
use crate::error::Error;
use crate::state::{MatrixOf, MatrixSpace, Passive, State};

/// The autonomous field `dz/dt = g(z)` of a layer, made by [`field`](AutonomousField::field).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerField<L>(pub(super) L);

/// The field `dh/dt = g(h, x)` with constant input `x`, on the state `(h, Passive(x))`.
///
/// The input is excluded from the error norm. The adjoint returns its cotangent together with the cotangent of `h`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Driven<L>(pub L);

/// The field `dh/dt = g(h, x) − h` on the state `(h, Passive(x))`: a recurrent cell as a leaky flow.
///
/// One Euler step of length 1 gives `h₁ = g(h₀, x)`, the cell itself (up to rounding). For a constant input, the fixed
/// points of the flow are the fixed points of the cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeakyField<L>(pub L);

/// The field `dy/ds = Δ f(y)` with one time gap `Δ` for every sample, on the state `(y, Passive(Δ))`.
///
/// Over `0 ≤ s ≤ 1` each sample moves by its own time `Δ`: one solve for a batch with irregular gaps. All samples share
/// the steps. The field is [`TimeInvariant`], since the samples are at different times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeRescaled<F>(pub F);

parametric_wrappers!(LayerField, Driven, LeakyField, TimeRescaled);

/// A field that does not depend on time, such as the field of a layer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may depend on time, but the samples of a batch with gaps of their own are at different times",
    label = "this field does not implement `TimeInvariant`",
    note = "fields of layers are time-invariant, except `TimeField`; for a field of your own that does not use the time, implement \
            `rheos::nn::TimeInvariant`"
)]
pub trait TimeInvariant: Dynamics {}

impl<L> TimeInvariant for LayerField<L> where Self: Dynamics {}
impl<L> TimeInvariant for Driven<L> where Self: Dynamics {}
impl<L> TimeInvariant for LeakyField<L> where Self: Dynamics {}
impl<F: TimeInvariant> TimeInvariant for &F {}

/// Type equality of two spaces.
#[diagnostic::on_unimplemented(
    message = "a layer from `{B}` to `{Self}` is not an autonomous field `dz/dt = g(z)`",
    label = "this layer's value and argument have different types",
    note = "for a layer of two arguments, use `rheos::nn::Driven` if the second is an input, or \
            `rheos::nn::TimeField` if it is the time"
)]
pub trait SameAs<B> {
    /// A point of the other space.
    fn of(b: &B) -> &Self;
    /// A point of the other space, mutable.
    fn of_mut(b: &mut B) -> &mut Self;
}

impl<A> SameAs<A> for A {
    #[inline]
    fn of(a: &A) -> &A {
        a
    }
    #[inline]
    fn of_mut(a: &mut A) -> &mut A {
        a
    }
}

/// Layers that are autonomous vector fields, since they map a space to itself.
pub trait AutonomousField: Layer + Sized {
    /// The field `dz/dt = g(z)`.
    fn field(self) -> LayerField<Self>;
}

impl<L: Layer> AutonomousField for L
where
    L::Output: SameAs<L::Input>,
{
    fn field(self) -> LayerField<L> {
        LayerField(self)
    }
}

impl<L> LayerField<L> {
    /// The layer.
    pub const fn layer(&self) -> &L {
        &self.0
    }
}

impl<L: Layer> Dynamics for LayerField<L>
where
    L::Output: SameAs<L::Input>,
{
    type State = L::Input;
    #[inline]
    fn eval(&self, _t: f64, y: &L::Input, dy: &mut L::Input) {
        self.0.forward_into(y, L::Output::of_mut(dy));
    }
    fn keeps_shape(&self) -> bool {
        self.0.keeps_shape()
    }
    fn failure(&self, _t: f64, y: &L::Input) -> Option<Error> {
        self.0.try_forward(y).err()
    }
}

/// By pullbacks, one for each row: for a batch of one sample, whose state is a vector.
impl<L: Layer<Input: MatrixSpace>> Jacobian for LayerField<L>
where
    L::Output: SameAs<L::Input>,
{
    fn jacobian(&self, t: f64, y: &L::Input, _: Neighbourhood<'_, L::Input>) -> MatrixOf<L::Input> {
        rows_by_pullback(self, t, y)
    }

    fn time_derivative(&self, _: f64, _: &L::Input, _: Neighbourhood<'_, L::Input>, out: &mut L::Input) {
        out.set_zeros();
    }
}

impl<L: Layer> Differentiable for LayerField<L>
where
    L::Output: SameAs<L::Input>,
{
    type Trace = L::Trace;

    #[inline]
    fn vjp(&self, t: f64, y: &L::Input, w: &L::Input, ybar: &mut L::Input, pbar: &mut L::Params) -> f64 {
        let mut trace = L::Trace::default();
        self.0.forward_traced(y, &mut trace);
        self.vjp_traced(&mut trace, t, y, w, ybar, pbar)
    }

    #[inline]
    fn eval_traced(&self, _t: f64, y: &L::Input, dy: &mut L::Input, trace: &mut L::Trace) {
        self.0.forward_traced_into(y, L::Output::of_mut(dy), trace);
    }

    #[inline]
    fn vjp_traced(
        &self,
        trace: &mut L::Trace,
        _t: f64,
        y: &L::Input,
        w: &L::Input,
        ybar: &mut L::Input,
        pbar: &mut L::Params,
    ) -> f64 {
        self.0.backward(trace, y, L::Output::of(w), ybar, pbar);
        0.0
    }
}

/// The input does not move. A failure of the layer makes it NaN if the hidden state has no entries.
#[inline]
fn hold<H: State, X: State, L: Layer<Input = (H, X), Output = H>>(
    layer: &L,
    (h, x): (&H, &Passive<X>),
    dx: &mut Passive<X>,
) {
    dx.set_zeros();
    if h.count() == 0 && layer.try_forward(&(h.clone(), x.0.clone())).is_err() {
        spoil(dx);
    }
}

/// The common code of [`Driven`] and [`LeakyField`]: `dh/dt = g(h, x) + decay · h`.
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
                hold(&self.0, (h, x), dx);
            }
            fn keeps_shape(&self) -> bool {
                self.0.keeps_shape()
            }
            fn failure(&self, _t: f64, (h, x): &Self::State) -> Option<Error> {
                self.0.try_forward(&(h.clone(), x.0.clone())).err()
            }
        }

        impl<H: State, X: State, L: Layer<Input = (H, X), Output = H>> Differentiable for $field<L> {
            type Trace = PairTrace<L>;

            #[inline]
            fn vjp(
                &self,
                t: f64,
                y: &Self::State,
                w: &Self::State,
                ybar: &mut Self::State,
                pbar: &mut L::Params,
            ) -> f64 {
                let mut trace = PairTrace::default();
                let (layer_trace, [pair, _]) = trace.at(&y.0, &&y.1.0);
                self.0.forward_traced(pair, layer_trace);
                self.vjp_traced(&mut trace, t, y, w, ybar, pbar)
            }

            #[inline]
            fn eval_traced(&self, _t: f64, (h, x): &Self::State, (dh, dx): &mut Self::State, trace: &mut Self::Trace) {
                let (trace, [pair, _]) = trace.at(h, &&x.0);
                self.0.forward_traced_into(pair, dh, trace);
                if $decay != 0.0 {
                    dh.add_scaled($decay, h);
                }
                hold(&self.0, (h, x), dx);
            }

            #[inline]
            fn vjp_traced(
                &self,
                trace: &mut Self::Trace,
                _t: f64,
                (h, x): &Self::State,
                (w, _): &Self::State,
                (hbar, xbar): &mut Self::State,
                pbar: &mut L::Params,
            ) -> f64 {
                let (trace, [pair, bar]) = trace.at(h, &&x.0);
                bar.0.assign(hbar);
                bar.1.assign(&xbar.0);
                self.0.backward(trace, pair, w, bar, pbar);
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
driven!(LeakyField, -1.0);

impl<F: TimeInvariant<State: Samples>> Dynamics for TimeRescaled<F> {
    type State = (F::State, Passive<<F::State as Samples>::Weights>);
    const HAS_MASS: bool = F::HAS_MASS;
    #[inline]
    fn eval(&self, _s: f64, (y, gaps): &Self::State, (dy, zero): &mut Self::State) {
        self.0.eval(0.0, y, dy);
        scale(dy, gaps);
        zero.set_zeros();
    }
    fn keeps_shape(&self) -> bool {
        self.0.keeps_shape()
    }
    fn failure(&self, _s: f64, (y, gaps): &Self::State) -> Option<Error> {
        if y.fits_weights(&gaps.0) {
            return self.0.failure(0.0, y);
        }
        let [found, expected] = [&gaps.0, &y.weights(0.0)].map(|weights| weights.coordinates().len());
        Some(Error::SampleMismatch { input: "gaps", found, expected })
    }
}

/// Multiplies every sample by its gap. The result is NaN if the number of gaps is wrong.
#[inline]
fn scale<Y: Samples>(y: &mut Y, gaps: &Passive<Y::Weights>) {
    if y.fits_weights(&gaps.0) {
        y.scale_samples(&gaps.0);
    } else {
        spoil(y);
    }
}

impl<F: Differentiable<State: Samples> + TimeInvariant> Differentiable for TimeRescaled<F> {
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
        scale(dy, gaps);
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
        scale(&mut scaled, gaps);
        self.0.vjp_traced(&mut trace.0, 0.0, y, &scaled, ybar, pbar);
        0.0
    }
}
