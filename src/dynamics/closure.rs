//! Closures as dynamics.

use std::marker::PhantomData;

use super::{Differentiable, Dynamics, Parametric};
use crate::state::State;

/// The dynamics of a closure, made by [`ode`].
#[derive(Clone, Copy)]
pub struct Ode<Y, G> {
    rhs: G,
    state: PhantomData<fn(&Y)>,
}

/// Dynamics from a closure `(t, y, dy)` that writes `f(t, y)` into `dy`.
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::{Dopri5, Pid, ode, solve};
///
/// let oscillator = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
///     dy[0] = y[1];
///     dy[1] = -y[0];
/// });
/// let solution = solve(&oscillator, Vector2::new(1.0, 0.0), 0.0..1.0, Dopri5, Pid::tolerance(1e-10))?;
/// assert!((solution.last()[0] - 1.0_f64.cos()).abs() < 1e-9);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// Name the types of `y` and `dy` in the closure. Without them the compiler guesses from the body: for
/// `ode(|_t, y, dy| *dy = -y)` it searches the types that have a negative and reports an overflow (E0275).
pub fn ode<Y, G>(rhs: G) -> Ode<Y, G>
where
    Y: State,
    G: Fn(f64, &Y, &mut Y),
{
    Ode { rhs, state: PhantomData }
}

impl<Y: State, G: Fn(f64, &Y, &mut Y)> Dynamics for Ode<Y, G> {
    type State = Y;
    #[inline]
    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        (self.rhs)(t, y, dy);
    }
}

/// A closure has no parameters visible to an optimiser.
impl<Y, G> Parametric for Ode<Y, G> {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

/// The dynamics of a closure and of its pullback, made by [`Ode::with_vjp`].
#[derive(Clone, Copy)]
pub struct OdeWithVjp<Y, G, V> {
    ode: Ode<Y, G>,
    vjp: V,
}

impl<Y: State, G: Fn(f64, &Y, &mut Y)> Ode<Y, G> {
    /// Adds the pullback `(t, y, w, ybar)`, which adds `(∂f/∂y)ᵀ w` to `ybar` and returns `wᵀ ∂f/∂t`.
    ///
    /// ```
    /// use rheos::{ode, verify};
    ///
    /// let mut logistic = ode(|_t, y: &f64, dy: &mut f64| *dy = y * (1.0 - y))
    ///     .with_vjp(|_t, y, w, ybar| { *ybar += w * (1.0 - 2.0 * y); 0.0 });
    /// assert!(verify::vjp(&mut logistic, 0.0, &0.3).passed());
    /// ```
    pub fn with_vjp<V>(self, vjp: V) -> OdeWithVjp<Y, G, V>
    where
        V: Fn(f64, &Y, &Y, &mut Y) -> f64,
    {
        OdeWithVjp { ode: self, vjp }
    }
}

impl<Y: State, G: Fn(f64, &Y, &mut Y), V> Dynamics for OdeWithVjp<Y, G, V> {
    type State = Y;
    #[inline]
    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        self.ode.eval(t, y, dy);
    }
}

impl<Y, G, V> Parametric for OdeWithVjp<Y, G, V> {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

impl<Y, G, V> Differentiable for OdeWithVjp<Y, G, V>
where
    Y: State,
    G: Fn(f64, &Y, &mut Y),
    V: Fn(f64, &Y, &Y, &mut Y) -> f64,
{
    type Trace = ();
    #[inline]
    fn vjp(&self, t: f64, y: &Y, w: &Y, ybar: &mut Y, (): &mut ()) -> f64 {
        (self.vjp)(t, y, w, ybar)
    }
}
