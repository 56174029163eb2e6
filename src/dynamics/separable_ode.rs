//! Separable fields of closures.

use std::marker::PhantomData;

use super::{Differentiable, Dynamics, Parametric, Separable, SeparableVjp};
use crate::state::State;

/// The separable field of two closures, made by [`separable`].
#[derive(Clone, Copy)]
pub struct SeparableOde<Q, P, V, A> {
    velocity: V,
    force: A,
    state: PhantomData<fn(&Q, &P)>,
}

/// The separable field of `velocity(t, p, dq)`, which writes `v(t, p)` into `dq`, and `force(t, q, dp)`, which writes
/// `a(t, q)` into `dp`.
///
/// ```
/// use rheos::{Fixed, solve};
/// use rheos::solver::symplectic::Leapfrog;
/// use rheos::dynamics::separable;
///
/// // A pendulum swings for a thousand seconds and keeps its energy.
/// let pendulum = separable(|_t, p: &f64, dq: &mut f64| *dq = *p, |_t, q: &f64, dp: &mut f64| *dp = -q.sin());
/// let solution = solve(&pendulum, (1.0, 0.0), 0.0..1000.0, Leapfrog, Fixed::step(0.02))?;
/// let energy = |(q, p): &(f64, f64)| 0.5 * p * p - q.cos();
/// assert!((energy(solution.last()) - energy(&(1.0, 0.0))).abs() < 1e-4);
/// # Ok::<(), rheos::Error>(())
/// ```
pub fn separable<Q, P, V, A>(velocity: V, force: A) -> SeparableOde<Q, P, V, A>
where
    Q: State,
    P: State,
    V: Fn(f64, &P, &mut Q),
    A: Fn(f64, &Q, &mut P),
{
    SeparableOde { velocity, force, state: PhantomData }
}

impl<Q: State, P: State, V: Fn(f64, &P, &mut Q), A: Fn(f64, &Q, &mut P)> Dynamics for SeparableOde<Q, P, V, A> {
    type State = (Q, P);
    #[inline]
    fn eval(&self, t: f64, y: &(Q, P), dy: &mut (Q, P)) {
        self.eval_halves(t, y, dy);
    }
}

impl<Q: State, P: State, V: Fn(f64, &P, &mut Q), A: Fn(f64, &Q, &mut P)> Separable for SeparableOde<Q, P, V, A> {
    type Position = Q;
    type Momentum = P;
    #[inline]
    fn velocity(&self, t: f64, p: &P, dq: &mut Q) {
        (self.velocity)(t, p, dq);
    }
    #[inline]
    fn force(&self, t: f64, q: &Q, dp: &mut P) {
        (self.force)(t, q, dp);
    }
}

impl<Q: State, P: State, V: Fn(f64, &P, &mut Q), A: Fn(f64, &Q, &mut P)> SeparableOde<Q, P, V, A> {
    /// Adds the pullbacks: `velocity_vjp(t, p, w, momentum_bar)` adds `(∂v/∂p)ᵀ w` and returns `wᵀ ∂v/∂t`,
    /// `force_vjp(t, q, w, position_bar)` adds `(∂a/∂q)ᵀ w` and returns `wᵀ ∂a/∂t`.
    ///
    /// ```
    /// use rheos::dynamics::separable;
    /// use rheos::verify;
    ///
    /// let mut pendulum = separable(|_t, p: &f64, dq: &mut f64| *dq = *p, |_t, q: &f64, dp: &mut f64| *dp = -q.sin())
    ///     .with_vjp(|_t, _p, w, pbar| { *pbar += w; 0.0 }, |_t, q, w, qbar| { *qbar -= w * q.cos(); 0.0 });
    /// assert!(verify::vjp(&mut pendulum, 0.0, &(0.4, -0.3)).passed());
    /// ```
    pub fn with_vjp<W, B>(self, velocity_vjp: W, force_vjp: B) -> SeparableOdeWithVjp<Self, W, B>
    where
        W: Fn(f64, &P, &Q, &mut P) -> f64,
        B: Fn(f64, &Q, &P, &mut Q) -> f64,
    {
        SeparableOdeWithVjp { field: self, velocity_vjp, force_vjp }
    }
}

/// The separable field of two closures and of their pullbacks, made by [`SeparableOde::with_vjp`].
#[derive(Clone, Copy)]
pub struct SeparableOdeWithVjp<F, W, B> {
    field: F,
    velocity_vjp: W,
    force_vjp: B,
}

impl<F: Separable, W, B> Dynamics for SeparableOdeWithVjp<F, W, B> {
    type State = F::State;
    #[inline]
    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        self.field.eval(t, y, dy);
    }
    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }
}

impl<F: Separable, W, B> Separable for SeparableOdeWithVjp<F, W, B> {
    type Position = F::Position;
    type Momentum = F::Momentum;
    #[inline]
    fn velocity(&self, t: f64, p: &F::Momentum, dq: &mut F::Position) {
        self.field.velocity(t, p, dq);
    }
    #[inline]
    fn force(&self, t: f64, q: &F::Position, dp: &mut F::Momentum) {
        self.field.force(t, q, dp);
    }
}

/// Closures have no parameters visible to an optimiser.
impl<F, W, B> Parametric for SeparableOdeWithVjp<F, W, B> {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

impl<F, W, B> Differentiable for SeparableOdeWithVjp<F, W, B>
where
    F: Separable,
    W: Fn(f64, &F::Momentum, &F::Position, &mut F::Momentum) -> f64,
    B: Fn(f64, &F::Position, &F::Momentum, &mut F::Position) -> f64,
{
    type Trace = ();
    #[inline]
    fn vjp(&self, t: f64, y: &F::State, w: &F::State, ybar: &mut F::State, pbar: &mut ()) -> f64 {
        self.vjp_halves(t, y, w, ybar, pbar)
    }
}

impl<F, W, B> SeparableVjp for SeparableOdeWithVjp<F, W, B>
where
    F: Separable,
    W: Fn(f64, &F::Momentum, &F::Position, &mut F::Momentum) -> f64,
    B: Fn(f64, &F::Position, &F::Momentum, &mut F::Position) -> f64,
{
    #[inline]
    fn velocity_vjp(&self, t: f64, p: &F::Momentum, w: &F::Position, pbar: &mut F::Momentum, (): &mut ()) -> f64 {
        (self.velocity_vjp)(t, p, w, pbar)
    }
    #[inline]
    fn force_vjp(&self, t: f64, q: &F::Position, w: &F::Momentum, qbar: &mut F::Position, (): &mut ()) -> f64 {
        (self.force_vjp)(t, q, w, qbar)
    }
}
