//! Differentiating a solve with events in reverse: the times of the events, and the solution across their resets.
//!
//! Where an event happens, at the time `t` with `g(t, y) = 0`, the state `y` on the solution becomes `r(t, y)`. Let `μ` be
//! the cotangent of the state after, `λ₀ = (∂r/∂y)ᵀ μ` plus that of the state before, `T` the derivative of the loss with
//! respect to `t` with the states held (by `r`, by the start of the solution behind, by the loss itself), and `ẏ` the
//! velocity before. As `g(t, y(t)) = 0` says how `t` moves with the solution, the cotangent behind which nothing knows of
//! the event is
//!
//! `λ = λ₀ + α ∂g/∂y`, with `α = −(T + λ₀ᵀ ẏ) / (∂g/∂t + (∂g/∂y)ᵀ ẏ)`,
//!
//! and the parameters get `(∂r/∂θ)ᵀ μ + α ∂g/∂θ`. This is the transpose of the saltation matrix, or jump condition of the
//! sensitivities, of I. A. Hiskens & M. A. Pai, *Trajectory sensitivity analysis of hybrid systems*, IEEE Trans. Circuits
//! Syst. I 47 (2000), doi:10.1109/81.828574; R. T. Q. Chen, B. Amos & M. Nickel, *Learning neural event functions for ordinary
//! differential equations*, ICLR 2021 (arXiv:2011.03902), train with it.
//!
//! Between two resets the solve is a piece, and each piece is differentiated as a solve without events is.

mod approach;
mod continuous;
mod discrete;
mod pull_back;
mod saltation;
mod timeline;

pub use continuous::{ContinuousAdjoint, PiecewiseRecord};
pub use discrete::DiscreteEventRecord;

use super::Pullback;
use crate::control::Controller;
use crate::{Differentiable, Failure, Hit, Hybrid, Parametric, Result, Solver, State, Stats};

/// A way to differentiate the solve of a [`Hybrid`] system by the method `S` with steps from `C`.
///
/// [`Discrete`](crate::Discrete) is exact here too: the computed state before an event is the interpolant of a step, and
/// both are differentiated, with the inner points of the grid held. The others solve the adjoint equation from event to
/// event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot differentiate solves of `{F}` by `{S}` across events",
    note = "`Discrete` needs a method that can be transposed (`Reverse`); `Backsolve`, `Interpolating` and `Quadrature` need \
            a solver for the adjoint equation"
)]
pub trait EventAdjoint<F: Differentiable, S: Solver<F>, C: Controller<F, S>> {
    /// What the forward pass keeps for the backward pass.
    type Record;

    /// Solves from `y0` at `times[0]` to the last of `times`, or to a terminal event.
    ///
    /// # Errors
    /// Unsorted or non-finite times, and whatever ends the solve; what was computed until then is kept.
    fn forward(
        &self,
        problem: &Hybrid<'_, F>,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> EventForwardResult<F::State, Self::Record>;

    /// Pulls the cotangents of the states and of the hits back to the start. The gradient of the parameters is added to
    /// `pbar`.
    ///
    /// # Errors
    /// Those of [`Adjoint::backward`](crate::Adjoint::backward), and [`Error::Grazing`](crate::Error::Grazing) where an event
    /// that matters has no derivative.
    fn backward(
        &self,
        problem: &Hybrid<'_, F>,
        solver: &S,
        control: &C,
        record: Self::Record,
        cotangents: &EventCotangents<F::State>,
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>>;
}

/// A forward pass with events, or the solution up to where it failed.
pub type EventForwardResult<Y, R> = Result<EventForward<Y, R>, Box<Failure<Y>>>;

/// A forward pass with events.
#[derive(Debug, Clone)]
pub struct EventForward<Y, R> {
    /// The states at the output times that were reached: all of them, unless a terminal event came before.
    pub y: Vec<Y>,
    /// The events that happened, in the order of integration.
    pub hits: Vec<Hit<Y>>,
    /// What the backward pass will need.
    pub record: R,
    /// The cost.
    pub stats: Stats,
}

/// The derivatives of a loss with respect to the states at the output times and to the hits.
#[derive(Debug, Clone, PartialEq)]
pub struct EventCotangents<Y> {
    /// With respect to every state at an output time that was reached.
    pub y: Vec<Y>,
    /// With respect to every hit.
    pub hits: Vec<HitCotangent<Y>>,
}

/// The derivatives of a loss with respect to what a [`Hit`] holds.
#[derive(Debug, Clone, PartialEq)]
pub struct HitCotangent<Y> {
    /// With respect to the time.
    pub t: f64,
    /// With respect to the state before.
    pub before: Y,
    /// With respect to the state after, which is the same where the event has no reset: [`Hit::state`].
    pub after: Y,
}

impl<Y: State> EventCotangents<Y> {
    /// Those of a loss that does not depend on these states and hits.
    #[must_use]
    pub fn zeros(y: &[Y], hits: &[Hit<Y>]) -> Self {
        let zeros = |hit: &Hit<Y>| {
            let zero = hit.before.zeros_like();
            HitCotangent { t: 0.0, before: zero.clone(), after: zero }
        };
        Self { y: y.iter().map(Y::zeros_like).collect(), hits: hits.iter().map(zeros).collect() }
    }
}

/// A solve with events, and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct EventGradient<Y, P> {
    /// The states at the output times that were reached.
    pub y: Vec<Y>,
    /// The events that happened, in the order of integration.
    pub hits: Vec<Hit<Y>>,
    /// Gradient with respect to the initial state.
    pub y0: Y,
    /// Gradient with respect to the parameters.
    pub params: P,
    /// Gradient with respect to every output time, all of them independent; the first is `t0`, the last `t1`. It is zero
    /// for times behind a terminal event.
    pub times: Vec<f64>,
    /// The cost of the forward and of the backward pass.
    pub stats: [Stats; 2],
    /// See [`Pullback::drift`].
    pub drift: f64,
}

/// The gradient of a loss of the states at `times` and of the events on the way.
///
/// `loss` is called with the states at the `times` reached, the hits, and their cotangents, which it finds zero and fills in.
/// An output before an event sees the state before, one at its time or later the state after, and the derivative is that of
/// the side it is on. Where events happen together, their resets follow one another: a later one is taken to happen on the
/// solution from the state after the earlier one, in no time.
///
/// ```
/// use rheos::{DifferentiableEvent, Discrete, Dopri5, Hybrid, Interpolating, Pid, gradient_with_events, ode};
///
/// // y' = −y is doubled when it has fallen to 1/2: at t = ln 2y0, so that y(1) = e^{ln 2y0 − 1} = 2y0/e.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let refill = DifferentiableEvent::falling(|_, _t, y: &f64| y - 0.5, |_, _t, _y, w, ybar, _| { *ybar += w; 0.0 })
///     .reset(|_, _t, y| *y *= 2.0, |_, _t, _y, w, ybar, _| { *ybar += 2.0 * w; 0.0 });
/// let problem = Hybrid::new(decay).event(refill);
/// let loss = |_: &[f64], _: &[_], bar: &mut rheos::EventCotangents<f64>| bar.y[1] = 1.0;
///
/// let (tight, times) = (Pid::new(1e-10, 1e-10), [0.0, 1.0]);
/// let exact = gradient_with_events(&problem, Dopri5, tight, &Discrete::new(), &times, &1.0, loss)?;
/// assert!((exact.y[1] - 2.0 / 1.0_f64.exp()).abs() < 1e-9);
/// assert!((exact.y0 - 2.0 / 1.0_f64.exp()).abs() < 1e-8);
///
/// let continuous = Interpolating::new(Dopri5, tight);
/// let found = gradient_with_events(&problem, Dopri5, tight, &continuous, &times, &1.0, loss)?;
/// assert!((found.y0 - 2.0 / 1.0_f64.exp()).abs() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// Those of [`EventAdjoint::forward`] and [`EventAdjoint::backward`].
pub fn gradient_with_events<F, S, C, A>(
    problem: &Hybrid<'_, F>,
    solver: S,
    control: C,
    adjoint: &A,
    times: &[f64],
    y0: &F::State,
    loss: impl FnOnce(&[F::State], &[Hit<F::State>], &mut EventCotangents<F::State>),
) -> Result<EventGradient<F::State, F::Params>>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: EventAdjoint<F, S, C>,
{
    let EventForward { y, hits, record, stats } = adjoint.forward(problem, &solver, &control, times, y0)?;
    let mut cotangents = EventCotangents::zeros(&y, &hits);
    loss(&y, &hits, &mut cotangents);
    let mut params = problem.params().zeros_like();
    let start = y0;
    let back = adjoint.backward(problem, &solver, &control, record, &cotangents, &mut params)?;
    let Pullback { y0, times, stats: backward, drift } = back.checked(start, &params)?;
    Ok(EventGradient { y, hits, y0, params, times, stats: [stats, backward], drift })
}
