//! Running costs: integrals along the solution.

use super::{Differentiable, Dynamics, Parametric};
use crate::error::Error;

/// A field with the running cost `∫ g(t, y, θ) dt` as a further coordinate, made by [`running_cost`].
#[derive(Debug, Clone, Copy)]
pub struct RunningCost<F, G> {
    field: F,
    cost: G,
}

/// Adds a coordinate `c` to the field, with `dc/dt = g(t, y, θ)`. Started at 0, it is the running cost.
///
/// The closure `cost` gets the field, and may read its parameters. The cost is part of the error norm, so the integral
/// is as accurate as the state. To train with it, add its pullback by [`with_vjp`](RunningCost::with_vjp).
///
/// ```
/// use rheos::{DiscreteAdjoint, Dopri5, Ivp, Pid, ode};
/// use rheos::dynamics::running_cost;
///
/// // The energy ∫ y² dt of y' = −y over [0, 1] is y0² (1 − e⁻²) / 2.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let model = running_cost(decay, |_, _t, y: &f64| y * y).with_vjp(|_, _t, y: &f64, w, ybar: &mut f64, ()| {
///     *ybar += 2.0 * w * y;
///     0.0
/// });
/// let tight = Pid::tolerance(1e-11);
/// let run = Ivp::new(&model, (3.0, 0.0), 0.0..1.0).forward(Dopri5, tight, DiscreteAdjoint::new())?;
/// let found = run.backward(&[(0.0, 1.0)])?;
/// let energy = 0.5 * (1.0 - (-2.0_f64).exp());
/// assert!((run.y[0].1 - 9.0 * energy).abs() < 1e-9);
/// assert!((found.y0.0 - 6.0 * energy).abs() < 1e-9);
/// # Ok::<(), rheos::Error>(())
/// ```
pub fn running_cost<F, G>(field: F, cost: G) -> RunningCost<F, G>
where
    F: Dynamics,
    G: Fn(&F, f64, &F::State) -> f64,
{
    RunningCost { field, cost }
}

/// A cost with its pullback.
#[derive(Debug, Clone, Copy)]
pub struct CostWithVjp<G, V> {
    cost: G,
    vjp: V,
}

impl<F, G> RunningCost<F, G> {
    /// Adds the pullback `(field, t, y, w, ybar, pbar)` of the cost, which adds `w ∂g/∂y` to `ybar` and `w ∂g/∂θ` to `pbar`,
    /// and returns `w ∂g/∂t`.
    pub fn with_vjp<V>(self, vjp: V) -> RunningCost<F, CostWithVjp<G, V>>
    where
        F: Differentiable,
        V: Fn(&F, f64, &F::State, f64, &mut F::State, &mut F::Params) -> f64,
    {
        RunningCost { field: self.field, cost: CostWithVjp { cost: self.cost, vjp } }
    }

    /// The field without the cost.
    pub fn field(&self) -> &F {
        &self.field
    }
}

/// The integrand of a running cost.
pub trait Cost<F: Dynamics> {
    /// `g(t, y, θ)`.
    fn at(&self, f: &F, t: f64, y: &F::State) -> f64;
}

impl<F: Dynamics, G: Fn(&F, f64, &F::State) -> f64> Cost<F> for G {
    fn at(&self, f: &F, t: f64, y: &F::State) -> f64 {
        self(f, t, y)
    }
}

impl<F: Dynamics, G: Fn(&F, f64, &F::State) -> f64, V> Cost<F> for CostWithVjp<G, V> {
    fn at(&self, f: &F, t: f64, y: &F::State) -> f64 {
        (self.cost)(f, t, y)
    }
}

impl<F: Dynamics, G: Cost<F>> Dynamics for RunningCost<F, G> {
    type State = (F::State, f64);
    const HAS_MASS: bool = F::HAS_MASS;

    fn eval(&self, t: f64, (y, _): &Self::State, (dy, dc): &mut Self::State) {
        self.field.eval(t, y, dy);
        *dc = self.cost.at(&self.field, t, y);
    }

    fn keeps_shape(&self) -> bool {
        self.field.keeps_shape()
    }

    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }

    fn failure(&self, t: f64, (y, _): &Self::State) -> Option<Error> {
        self.field.failure(t, y)
    }
}

impl<F: Parametric, G> Parametric for RunningCost<F, G> {
    type Params = F::Params;
    fn params(&self) -> F::Params {
        self.field.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.field.set_params(params);
    }
}

impl<F, G, V> Differentiable for RunningCost<F, CostWithVjp<G, V>>
where
    F: Differentiable,
    G: Fn(&F, f64, &F::State) -> f64,
    V: Fn(&F, f64, &F::State, f64, &mut F::State, &mut F::Params) -> f64,
{
    type Trace = F::Trace;

    fn vjp(
        &self,
        t: f64,
        (y, _): &Self::State,
        (w, v): &Self::State,
        (ybar, _): &mut Self::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.field.vjp(t, y, w, ybar, pbar) + (self.cost.vjp)(&self.field, t, y, *v, ybar, pbar)
    }

    fn eval_traced(&self, t: f64, (y, _): &Self::State, (dy, dc): &mut Self::State, trace: &mut F::Trace) {
        self.field.eval_traced(t, y, dy, trace);
        *dc = self.cost.at(&self.field, t, y);
    }

    fn vjp_traced(
        &self,
        trace: &mut F::Trace,
        t: f64,
        (y, _): &Self::State,
        (w, v): &Self::State,
        (ybar, _): &mut Self::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.field.vjp_traced(trace, t, y, w, ybar, pbar) + (self.cost.vjp)(&self.field, t, y, *v, ybar, pbar)
    }
}
