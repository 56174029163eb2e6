//! Separable fields: `q' = v(t, p)`, `p' = a(t, q)`.

use super::{Differentiable, Dynamics};
use crate::state::State;

/// A separable field on pairs `(q, p)`: `q' = v(t, p)`, `p' = a(t, q)`.
///
/// Examples are Hamilton's equations of `H = T(t, p) + U(t, q)`, with `v = ∂T/∂p` and `a = −∂U/∂q`, and the equation of
/// second order `q'' = a(t, q)`, with `v = p`. The names follow Hairer, Lubich & Wanner, *Geometric Numerical
/// Integration*, sections I.1.3 and VI.1. Positions and momenta may have different types.
///
/// [`separable`](crate::dynamics::separable) makes one from two closures. A model of your own implements the two
/// halves, and its [`Dynamics`] in one line:
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::{Dynamics, Fixed, solve};
/// use rheos::solver::symplectic::Leapfrog;
/// use rheos::dynamics::Separable;
///
/// /// A planet around a sun in the origin.
/// struct Kepler;
///
/// impl Separable for Kepler {
///     type Position = Vector2<f64>;
///     type Momentum = Vector2<f64>;
///     fn velocity(&self, _t: f64, p: &Vector2<f64>, dq: &mut Vector2<f64>) { *dq = *p; }
///     fn force(&self, _t: f64, q: &Vector2<f64>, dp: &mut Vector2<f64>) { *dp = -q / q.norm().powi(3); }
/// }
/// impl Dynamics for Kepler {
///     type State = (Vector2<f64>, Vector2<f64>);
///     fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) { self.eval_halves(t, y, dy); }
/// }
///
/// let start = (Vector2::new(1.0, 0.0), Vector2::new(0.0, 1.0)); // a circle
/// let solution = solve(&Kepler, start, 0.0..std::f64::consts::TAU, Leapfrog, Fixed::steps(1000))?;
/// assert!((solution.last().0 - start.0).norm() < 1e-4);
/// # Ok::<(), rheos::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a separable field `q' = v(t, p)`, `p' = a(t, q)`, which a symplectic method needs",
    label = "this field does not implement `Separable`",
    note = "make it of two closures, `separable(|t, p, dq| .., |t, q, dp| ..)`, implement `rheos::dynamics::Separable`, or use a \
            method for fields of any form"
)]
pub trait Separable: Dynamics<State = (<Self as Separable>::Position, <Self as Separable>::Momentum)> {
    /// The space of `q`.
    type Position: State;
    /// The space of `p`.
    type Momentum: State;

    /// Writes `v(t, p)` into `dq`, which has arbitrary contents.
    fn velocity(&self, t: f64, p: &Self::Momentum, dq: &mut Self::Position);

    /// Writes `a(t, q)` into `dp`, which has arbitrary contents.
    fn force(&self, t: f64, q: &Self::Position, dp: &mut Self::Momentum);

    /// Both halves: the body of [`Dynamics::eval`].
    #[inline]
    fn eval_halves(&self, t: f64, (q, p): &Self::State, (dq, dp): &mut Self::State) {
        self.velocity(t, p, dq);
        self.force(t, q, dp);
    }
}

/// A separable field with the pullbacks of its halves.
///
/// The body of [`Differentiable::vjp`] is then `self.vjp_halves(t, y, w, ybar, pbar)`, with `type Trace = ()`.
#[diagnostic::on_unimplemented(
    message = "the halves of `{Self}` have no pullbacks, which the adjoint of a symplectic method needs",
    label = "this has no `velocity_vjp` and `force_vjp`",
    note = "add the pullbacks to closures with `separable(..).with_vjp(..)`, or implement `rheos::dynamics::SeparableVjp`"
)]
pub trait SeparableVjp: Separable + Differentiable {
    /// Adds `(∂v/∂p)ᵀ w` to `momentum_bar` and `(∂v/∂θ)ᵀ w` to `params_bar`, and returns `wᵀ ∂v/∂t`.
    fn velocity_vjp(
        &self,
        t: f64,
        p: &Self::Momentum,
        w: &Self::Position,
        momentum_bar: &mut Self::Momentum,
        params_bar: &mut Self::Params,
    ) -> f64;

    /// Adds `(∂a/∂q)ᵀ w` to `position_bar` and `(∂a/∂θ)ᵀ w` to `params_bar`, and returns `wᵀ ∂a/∂t`.
    fn force_vjp(
        &self,
        t: f64,
        q: &Self::Position,
        w: &Self::Momentum,
        position_bar: &mut Self::Position,
        params_bar: &mut Self::Params,
    ) -> f64;

    /// Both pullbacks: the body of [`Differentiable::vjp`].
    #[inline]
    fn vjp_halves(
        &self,
        t: f64,
        (q, p): &Self::State,
        (wq, wp): &Self::State,
        (qbar, pbar): &mut Self::State,
        params_bar: &mut Self::Params,
    ) -> f64 {
        self.velocity_vjp(t, p, wq, pbar, params_bar) + self.force_vjp(t, q, wp, qbar, params_bar)
    }
}

impl<F: Separable + ?Sized> Separable for &F {
    type Position = F::Position;
    type Momentum = F::Momentum;
    #[inline]
    fn velocity(&self, t: f64, p: &F::Momentum, dq: &mut F::Position) {
        (**self).velocity(t, p, dq);
    }
    #[inline]
    fn force(&self, t: f64, q: &F::Position, dp: &mut F::Momentum) {
        (**self).force(t, q, dp);
    }
}
