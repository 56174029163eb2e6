//! Layers of two coupled halves as separable fields.

use super::Layer;
use super::wrappers::parametric_wrappers;
use crate::dynamics::{Differentiable, Dynamics, Separable, SeparableVjp};
use crate::error::Error;
use crate::state::{Passive, State};

/// The field `q′ = v(p)`, `p′ = a(q, x)` of a layer from `((q, p), x)` to `(v, a)`, with constant input `x`, on the state
/// `((q, Passive(x)), p)`.
///
/// Symplectic methods solve it. [`Net::separable_flow`](super::Net::separable_flow) makes it, and checks that the
/// velocity does not depend on `q` and `x`, nor the force on `p`.
///
/// A kick evaluates the whole layer, and so does a drift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeparableField<L>(pub(super) L);

parametric_wrappers!(SeparableField);

/// The arguments of the layer for one half; `q` or `p` is a zero that has no influence.
fn arguments<Q: State, P: State, X: State>(q: &Q, p: &P, x: &X) -> ((Q, P), X) {
    ((q.clone(), p.clone()), x.clone())
}

impl<Q: State, P: State, X: State, L> Dynamics for SeparableField<L>
where
    L: Layer<Input = ((Q, P), X), Output = (Q, P)>,
{
    type State = ((Q, Passive<X>), P);

    fn eval(&self, _t: f64, ((q, x), p): &Self::State, ((dq, dx), dp): &mut Self::State) {
        let (v, a) = self.0.forward(&arguments(q, p, &x.0));
        (*dq, *dp) = (v, a);
        dx.set_zeros();
    }
    fn failure(&self, _t: f64, ((q, x), p): &Self::State) -> Option<Error> {
        self.0.try_forward(&arguments(q, p, &x.0)).err()
    }
}

impl<Q: State, P: State, X: State, L> Separable for SeparableField<L>
where
    L: Layer<Input = ((Q, P), X), Output = (Q, P)>,
{
    type Position = (Q, Passive<X>);
    type Momentum = P;

    fn velocity(&self, _t: f64, p: &P, (dq, dx): &mut Self::Position) {
        let (v, _) = self.0.forward(&arguments(&dq.zeros_like(), p, &dx.0.zeros_like()));
        *dq = v;
        dx.set_zeros();
    }

    fn force(&self, _t: f64, (q, x): &Self::Position, dp: &mut P) {
        let (_, a) = self.0.forward(&arguments(q, &dp.zeros_like(), &x.0));
        *dp = a;
    }
}

impl<Q: State, P: State, X: State, L> Differentiable for SeparableField<L>
where
    L: Layer<Input = ((Q, P), X), Output = (Q, P)>,
{
    type Trace = ();

    fn vjp(&self, t: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut L::Params) -> f64 {
        self.vjp_halves(t, y, w, ybar, pbar)
    }
}

impl<Q: State, P: State, X: State, L> SeparableVjp for SeparableField<L>
where
    L: Layer<Input = ((Q, P), X), Output = (Q, P)>,
{
    fn velocity_vjp(
        &self,
        _t: f64,
        p: &P,
        (w, wx): &Self::Position,
        momentum_bar: &mut P,
        params_bar: &mut L::Params,
    ) -> f64 {
        let at = arguments(&w.zeros_like(), p, &wx.0.zeros_like());
        let bar = self.pull_back(&at, &(w.clone(), p.zeros_like()), params_bar);
        momentum_bar.add_scaled(1.0, &bar.0.1);
        0.0
    }

    fn force_vjp(
        &self,
        _t: f64,
        (q, x): &Self::Position,
        w: &P,
        (qbar, xbar): &mut Self::Position,
        params_bar: &mut L::Params,
    ) -> f64 {
        let at = arguments(q, &w.zeros_like(), &x.0);
        let bar = self.pull_back(&at, &(q.zeros_like(), w.clone()), params_bar);
        qbar.add_scaled(1.0, &bar.0.0);
        xbar.0.add_scaled(1.0, &bar.1);
        0.0
    }
}

impl<L: Layer> SeparableField<L> {
    /// The cotangent of the arguments.
    fn pull_back(&self, at: &L::Input, w: &L::Output, params_bar: &mut L::Params) -> L::Input {
        let (mut trace, mut bar) = (L::Trace::default(), at.zeros_like());
        self.0.forward_traced(at, &mut trace);
        self.0.backward(&mut trace, at, w, &mut bar, params_bar);
        bar
    }
}
