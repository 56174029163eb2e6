//! A gradient in two steps: the recorded solve and the backward pass.

use std::fmt;

use super::cotangents::{Cotangents, CotangentsRef};
use super::problem::Problem;
use super::{Adjoint, Forward, Pullback};
use crate::control::Controller;
use crate::dynamics::{Differentiable, Dynamics, Parametric};
use crate::error::{Error, Result};
use crate::integrate::Stats;
use crate::solution::{DifferentiableEvent, Ending, EventRecord, Failure, Outputs};
use crate::solver::{Solver, Stiffness};
use crate::state::{Span, State};

/// A recorded solve that can be differentiated, made by [`Ivp::forward`](crate::solution::Ivp::forward).
///
/// [`backward`](Self::backward) turns the cotangents `∂L/∂y(tᵢ)` of a loss of the outputs and hits into its gradient.
/// It may be called again, with the cotangents of another loss. A run borrows the field: drop it before the parameters of
/// the field change, as the loop in [`train`](crate::train) does.
///
/// ```
/// use rheos::train::mean_squared_error;
/// use rheos::{DiscreteAdjoint, Ivp, Pid, Tsit5, ode};
///
/// // y' = −y: the derivative of y(t) with respect to y0 is e^{−t}.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let (times, tolerance) = ([0.5, 2.0], Pid::tolerance(1e-10));
/// let run = Ivp::new(&decay, 1.0, 0.0..2.0).save_at(&times).forward(Tsit5, tolerance, DiscreteAdjoint::new())?;
/// let (loss, cotangents) = mean_squared_error(&run.y, &[0.6, 0.1])?;
/// let found = run.backward(&cotangents)?;
/// let expected = (run.y[0] - 0.6) * (-0.5_f64).exp() + (run.y[1] - 0.1) * (-2.0_f64).exp();
/// assert!((found.y0 - expected).abs() < 1e-8);
///
/// // The value and the gradient at once.
/// assert_eq!(run.gradient_of(|y| mean_squared_error(y, &[0.6, 0.1]))?, (loss, found));
///
/// // With known cotangents, one line: dy(2)/dy0.
/// let found = Ivp::new(&decay, 1.0, 0.0..2.0).forward(Tsit5, tolerance, DiscreteAdjoint::new())?.backward(&[1.0])?;
/// assert!((found.y0 - (-2.0_f64).exp()).abs() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// A loss may depend on the times and states of events. An output at a time before the event sees the state before it;
/// an output at the time of the event or later sees the state after it. The derivative is taken on that side. If events
/// happen at the same time, their resets are applied one after another, each to the state left by the one before.
///
/// ```
/// use rheos::{DifferentiableEvent, DiscreteAdjoint, Dopri5, Ivp, Pid, ode};
///
/// // y' = −y is doubled when it has fallen to 1/2: at t = ln 2y0, so that y(1) = e^{ln 2y0 − 1} = 2y0/e.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let add = |w: f64, ybar: &mut f64| { *ybar += w; 0.0 };
/// let refill = DifferentiableEvent::falling(|_, _t, y: &f64| y - 0.5, move |_, _t, _y, w, ybar, _| add(w, ybar))
///     .reset(|_, _t, y| *y *= 2.0, move |_, _t, _y, w: &f64, ybar, _| add(2.0 * w, ybar));
/// let run = Ivp::new(&decay, 1.0, 0.0..1.0).event(refill).forward(Dopri5, Pid::tolerance(1e-10), DiscreteAdjoint::new())?;
/// assert!((run.backward(&[1.0])?.y0 - 2.0 / 1.0_f64.exp()).abs() < 1e-8);
///
/// // dt/dy0 = 1/y0.
/// let mut time = run.cotangents();
/// time.hits[0].t = 1.0;
/// assert!((run.backward(&time)?.y0 - 1.0).abs() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
#[must_use = "a recorded solve is for `backward`"]
pub struct Run<'a, F, S, C, A>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    /// The times of the outputs that were reached: all of them, unless a terminal event ended the solve.
    pub t: Vec<f64>,
    /// The states there.
    pub y: Vec<F::State>,
    /// The events that happened, in the order of integration.
    pub hits: Vec<EventRecord<F::State>>,
    /// The cost of the solve.
    pub stats: Stats,
    /// The reason why the solve ended.
    pub ending: Ending,
    /// A diagnosis of stiffness, if the problem looks stiff for the method.
    pub stiffness: Option<Stiffness>,
    asked: Asked<'a, F>,
    solver: S,
    control: C,
    adjoint: A,
    record: A::Record,
}

/// A recorded solve, or the solution up to the failure.
pub type RunResult<'a, F, S, C, A> = Result<Run<'a, F, S, C, A>, Box<Failure<<F as Dynamics>::State>>>;

/// The gradient of a solve of `F`.
pub type GradientOf<F> = Gradient<<F as Dynamics>::State, <F as Parametric>::Params>;

/// The settings of an [`Ivp`](crate::solution::Ivp) for a recorded solve.
pub(crate) struct Asked<'a, F: Differentiable> {
    pub(crate) field: &'a F,
    pub(crate) y0: F::State,
    pub(crate) span: Span,
    pub(crate) outputs: Outputs<'a>,
    pub(crate) jumps: &'a [f64],
    pub(crate) events: Vec<DifferentiableEvent<'a, F>>,
}

impl<'a, F: Differentiable> Asked<'a, F> {
    fn problem<'p, S, C>(&'p self, solver: &'p S, control: &'p C) -> Problem<'p, F, S, C> {
        let Self { field, span, outputs, jumps, ref events, .. } = *self;
        Problem { field, solver, control, span, outputs, jumps, events }
    }
}

impl<'a, F, S, C, A> Run<'a, F, S, C, A>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    /// Solves and records.
    pub(crate) fn new(asked: Asked<'a, F>, solver: S, control: C, adjoint: A) -> RunResult<'a, F, S, C, A> {
        let forward = adjoint.forward(&asked.problem(&solver, &control), &asked.y0)?;
        let Forward { y, hits, end, ending, record, stats, stiffness } = forward;
        let t = match asked.outputs {
            Outputs::End => vec![end],
            // The adjoint may be a user's own.
            Outputs::At(times) | Outputs::LandingOn(times) => times.iter().copied().take(y.len()).collect(),
        };
        Ok(Self { t, y, hits, stats, ending, stiffness, asked, solver, control, adjoint, record })
    }

    /// The gradient of the loss with these cotangents: one for each output in `y`, or [`Cotangents`] of the outputs and
    /// hits.
    ///
    /// # Errors
    /// The errors of [`Adjoint::backward`].
    pub fn backward<'c>(&self, cotangents: impl Into<CotangentsRef<'c, F::State>>) -> Result<GradientOf<F>>
    where
        F::State: 'c,
    {
        let Self { asked, solver, control, adjoint, record, .. } = self;
        let mut params = asked.field.params().zeros_like();
        let back = adjoint.backward(&asked.problem(solver, control), record, cotangents.into(), &mut params)?;
        // The adjoint may be a user's own.
        let Pullback { y0, times, t0, t1, jumps, stats, drift } = back.checked(&asked.y0, &params)?;
        Ok(Gradient { y0, params, times, t0, t1, jumps, stats, drift })
    }

    /// The value and the gradient of a loss of the outputs. The closure returns the value and one cotangent for each
    /// output, or an error.
    ///
    /// # Errors
    /// The error of the loss, and the errors of [`backward`](Self::backward).
    pub fn gradient_of<L, E: From<Error>>(
        &self,
        loss: impl FnOnce(&[F::State]) -> Result<(L, Vec<F::State>), E>,
    ) -> Result<(L, GradientOf<F>), E> {
        let (value, cotangents) = loss(&self.y)?;
        Ok((value, self.backward(&cotangents)?))
    }

    /// Zero cotangents of the right number and shapes, to be filled in.
    #[must_use]
    pub fn cotangents(&self) -> Cotangents<F::State> {
        Cotangents::zeros(&self.y, &self.hits)
    }

    /// The record of the adjoint.
    pub fn record(&self) -> &A::Record {
        &self.record
    }
}

impl<F, S, C, A> fmt::Debug for Run<'_, F, S, C, A>
where
    F: Differentiable<State: fmt::Debug>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { t, y, hits, stats, ending, .. } = self;
        f.debug_struct("Run")
            .field("t", t)
            .field("y", y)
            .field("hits", hits)
            .field("stats", stats)
            .field("ending", ending)
            .finish_non_exhaustive()
    }
}

/// The gradient of a loss of a solve.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient<Y, P> {
    /// With respect to the initial state.
    pub y0: Y,
    /// With respect to the parameters.
    pub params: P,
    /// With respect to every output time. An output at an end of the span moves with that end, and its entry is the
    /// derivative with respect to that end (`t1` if the span is empty). The entry is zero for a time that a terminal
    /// event left unreached, unless it is an end of the span.
    pub times: Vec<f64>,
    /// With respect to the start of the span.
    pub t0: f64,
    /// With respect to the end of the span.
    pub t1: f64,
    /// With respect to the times of the declared [jumps](crate::solution::Ivp::jumps_at), not those that the field
    /// [declares itself](crate::dynamics::Dynamics::jumps). The field before a jump stays
    /// the field before it, and likewise after it, as the jump moves. The entry is zero for a jump outside the span.
    /// Equal jumps each get the derivative with respect to all of them together.
    pub jumps: Vec<f64>,
    /// The cost of the backward pass; an evaluation there includes its pullback.
    pub stats: Stats,
    /// The largest error of a reconstructed coordinate against the forward pass, relative to its largest value there. The
    /// relative error of the gradient is of this order. [`BacksolveAdjoint`](crate::adjoint::BacksolveAdjoint) measures it at the output times,
    /// [`ReversibleAdjoint`](crate::adjoint::ReversibleAdjoint) at the start and at a few steps. It is zero for the others.
    pub drift: f64,
}
