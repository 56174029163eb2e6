//! Events with derivatives.

use std::rc::Rc;

use super::settings::{Settings, event_settings};
use super::{Direction, Event, plain};
use crate::dynamics::{Differentiable, Dynamics};

type StateOf<F> = <F as Dynamics>::State;
type ParamsOf<F> = <F as crate::dynamics::Parametric>::Params;
type Condition<'a, F> = Rc<dyn Fn(&F, f64, &StateOf<F>) -> f64 + 'a>;
type ConditionVjp<'a, F> = Rc<dyn Fn(&F, f64, &StateOf<F>, f64, &mut StateOf<F>, &mut ParamsOf<F>) -> f64 + 'a>;
type Reset<'a, F> = Rc<dyn Fn(&F, f64, &mut StateOf<F>) + 'a>;
type ResetVjp<'a, F> = Rc<dyn Fn(&F, f64, &StateOf<F>, &StateOf<F>, &mut StateOf<F>, &mut ParamsOf<F>) -> f64 + 'a>;

/// An [`Event`] of the solutions of `F` with derivatives.
///
/// The condition `g(t, y, θ)` and the reset `r(t, y, θ)` have pullbacks, and may depend on the parameters of the field.
/// An [`Ivp`](crate::solution::Ivp) with such events can be [differentiated](crate::solution::Ivp::forward).
///
/// Every function gets the field, and may read its parameters. For an [`Autodiff`](crate::dynamics::Autodiff) field,
/// [`on`](Self::on) and [`reset_by`](Self::reset_by) derive the pullbacks.
///
/// ```
/// use rheos::{DifferentiableEvent, DiscreteAdjoint, Dopri5, Ivp, Pid, ode};
///
/// // y' = −y falls to 1/2 at t = ln 2y0, and dt/dy0 = 1/y0.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let half =
///     DifferentiableEvent::falling(|_, _t, y: &f64| y - 0.5, |_, _t, _y, w, ybar: &mut f64, _| { *ybar += w; 0.0 });
/// let problem = Ivp::new(&decay, 1.0, 0.0..10.0).event(half.terminal());
/// let run = problem.forward(Dopri5, Pid::tolerance(1e-10), DiscreteAdjoint::new())?;
/// assert!((run.hits[0].t - std::f64::consts::LN_2).abs() < 1e-9);
/// let mut time = run.cotangents();
/// time.hits[0].t = 1.0;
/// assert!((run.backward(&time)?.y0 - 1.0).abs() < 1e-7);
/// # Ok::<(), rheos::Error>(())
/// ```
#[must_use = "an event is looked for only where it is given to an `Ivp`"]
pub struct DifferentiableEvent<'a, F: Differentiable> {
    condition: (Condition<'a, F>, ConditionVjp<'a, F>),
    reset: Option<(Reset<'a, F>, ResetVjp<'a, F>)>,
    settings: Settings,
}

impl<'a, F: Differentiable> DifferentiableEvent<'a, F> {
    /// Happens where `g(f, t, y)` changes sign in `direction`.
    ///
    /// The pullback `(f, t, y, w, ybar, pbar)` adds `w ∂g/∂y` to `ybar` and `w ∂g/∂θ` to `pbar`, and returns `w ∂g/∂t`.
    pub fn new<G, V>(direction: Direction, g: G, vjp: V) -> Self
    where
        G: Fn(&F, f64, &F::State) -> f64 + 'a,
        V: Fn(&F, f64, &F::State, f64, &mut F::State, &mut F::Params) -> f64 + 'a,
    {
        Self { condition: (Rc::new(g), Rc::new(vjp)), reset: None, settings: Settings::new(direction) }
    }

    /// Happens where `g` rises from below zero; see [`new`](Self::new).
    pub fn rising<G, V>(g: G, vjp: V) -> Self
    where
        G: Fn(&F, f64, &F::State) -> f64 + 'a,
        V: Fn(&F, f64, &F::State, f64, &mut F::State, &mut F::Params) -> f64 + 'a,
    {
        Self::new(Direction::Rising, g, vjp)
    }

    /// Happens where `g` falls from above zero; see [`new`](Self::new).
    pub fn falling<G, V>(g: G, vjp: V) -> Self
    where
        G: Fn(&F, f64, &F::State) -> f64 + 'a,
        V: Fn(&F, f64, &F::State, f64, &mut F::State, &mut F::Params) -> f64 + 'a,
    {
        Self::new(Direction::Falling, g, vjp)
    }

    /// Happens where `g` changes sign; see [`new`](Self::new).
    pub fn crossing<G, V>(g: G, vjp: V) -> Self
    where
        G: Fn(&F, f64, &F::State) -> f64 + 'a,
        V: Fn(&F, f64, &F::State, f64, &mut F::State, &mut F::Params) -> f64 + 'a,
    {
        Self::new(Direction::Both, g, vjp)
    }

    /// Replaces the state by `r(f, t, y)` when the event happens.
    ///
    /// The pullback `(f, t, y, w, ybar, pbar)`, with `y` the state before, adds `(∂r/∂y)ᵀ w` to `ybar` and `(∂r/∂θ)ᵀ w`
    /// to `pbar`, and returns `wᵀ ∂r/∂t`.
    pub fn reset<R, V>(mut self, r: R, vjp: V) -> Self
    where
        R: Fn(&F, f64, &mut F::State) + 'a,
        V: Fn(&F, f64, &F::State, &F::State, &mut F::State, &mut F::Params) -> f64 + 'a,
    {
        self.reset = Some((Rc::new(r), Rc::new(vjp)));
        self
    }

    event_settings!();

    /// The event of the solutions of `f`, without derivatives.
    pub fn of<'e>(&self, f: &'e F) -> Event<'e, F::State>
    where
        'a: 'e,
    {
        let g = Rc::clone(&self.condition.0);
        let reset = self.reset.as_ref().map(|(r, _)| {
            let r = Rc::clone(r);
            Rc::new(move |t: f64, y: &mut F::State| r(f, t, y)) as plain::Reset<'e, F::State>
        });
        Event { condition: Rc::new(move |t, y| g(f, t, y)), reset, settings: self.settings }
    }

    /// The pullback of the condition.
    pub(crate) fn condition_vjp(
        &self,
        f: &F,
        (t, y): (f64, &F::State),
        w: f64,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.condition.1(f, t, y, w, ybar, pbar)
    }

    /// The pullback of the reset; does nothing without a reset.
    pub(crate) fn reset_vjp(
        &self,
        f: &F,
        (t, y): (f64, &F::State),
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.reset.as_ref().map_or(0.0, |(_, vjp)| vjp(f, t, y, w, ybar, pbar))
    }
}

impl<F: Differentiable> Clone for DifferentiableEvent<'_, F> {
    fn clone(&self) -> Self {
        let Self { condition: (g, vjp), reset, settings } = self;
        Self { condition: (Rc::clone(g), Rc::clone(vjp)), reset: reset.clone(), settings: *settings }
    }
}

impl<F: Differentiable> std::fmt::Debug for DifferentiableEvent<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DifferentiableEvent")
            .field("resets", &self.reset.is_some())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
