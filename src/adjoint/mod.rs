//! Differentiating a solve in reverse.
//!
//! Given a loss `L(y(t₀), …, y(t_n))` of the states at output times, an adjoint turns the cotangents `∂L/∂y(tᵢ)` into
//! the gradient with respect to the initial state, the parameters and every time. [`Discrete`] differentiates the
//! steps that were computed (discretise, then differentiate), and so does [`ReversibleAdjoint`] in constant memory for
//! methods whose steps can be undone; [`Backsolve`] solves the adjoint equation backwards (differentiate, then
//! discretise).
//!
//! [`choosing`] says which adjoint suits what, and what each costs.

mod along;
mod augmented;
mod backsolve;
mod checkpoints;
#[doc = include_str!("choosing.md")]
pub mod choosing {}
mod discrete;
mod event;
mod finite;
mod interpolating;
mod quadrature;
mod reversible;
mod revolve;
mod rule;
mod segments;
mod sensitivity;
mod stack;
mod steady_state;
mod sweep;

pub use along::{AdjointEquation, Costate, CurveRecord};
pub use augmented::Augmented;
pub use backsolve::{Backsolve, BacksolveRecord};
pub use checkpoints::Checkpoints;
pub use discrete::{Discrete, DiscreteRecord};
pub use event::{
    ContinuousAdjoint, DiscreteEventRecord, EventAdjoint, EventCotangents, EventForward, EventForwardResult,
    EventGradient, HitCotangent, PiecewiseRecord, gradient_with_events,
};
pub use interpolating::Interpolating;
pub use quadrature::Quadrature;
pub use reversible::{ReversibleAdjoint, ReversibleRecord};
pub use sensitivity::{HessianVector, Sensitivities, hessian_vector, sensitivities};
pub use steady_state::SteadyState;

use crate::control::Controller;
use crate::integrate::{Integration, Observer, Reached};
use crate::solution::{Interpolated, Landed, check_outputs, check_times};
use crate::{Dense, Differentiable, Dynamics, Error, Failure, Halt, Result, Solver, Span, State, Stats};
pub(crate) use finite::{
    check_argument, check_cotangents, check_fits, check_gradient, check_gradients, check_member, check_params,
};

/// A way to differentiate the solve of `F` by the method `S` with steps from `C`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot differentiate solves of `{F}` by `{S}`",
    note = "`Discrete` needs a method that can be transposed (`Reverse`), `Backsolve` a solver for the augmented system; \
            both need a field that implements `rheos::Differentiable`"
)]
pub trait Adjoint<F: Differentiable, S: Solver<F>, C: Controller<F, S>> {
    /// What the forward pass keeps for the backward pass.
    type Record;

    /// Solves from `y0` at `times[0]` and returns the states at all `times`, the first one included.
    ///
    /// # Errors
    /// Unsorted or non-finite times, and whatever ends the solve; what was computed until then is kept.
    fn forward(
        &self,
        f: &F,
        solver: &S,
        control: &C,
        times: &[f64],
        y0: &F::State,
    ) -> ForwardResult<F::State, Self::Record>;

    /// Pulls one cotangent per output time back to the start. The gradient of the parameters is added to `pbar`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if there is not one cotangent per time or `pbar` has not the shape of the parameters,
    /// [`Error::ShapeMismatch`] if a cotangent has another shape than the state, [`Error::InvalidEntry`] if one is not finite,
    /// [`Error::NonFiniteDerivative`] and [`Error::NonFiniteGradient`] where a derivative is not, and whatever ends a solve
    /// of the adjoint equation. `pbar` is then of no use.
    fn backward(
        &self,
        f: &F,
        solver: &S,
        control: &C,
        record: Self::Record,
        cotangents: &[F::State],
        pbar: &mut F::Params,
    ) -> Result<Pullback<F::State>>;
}

/// An adjoint whose gradient is that of the computed solution up to rounding, at any tolerance: the derivative of the steps
/// that were taken. A trainer can ask for it as a bound.
#[diagnostic::on_unimplemented(
    message = "the gradient of `{Self}` is not exact",
    label = "this adjoint solves an equation of its own, and is as exact as its tolerance",
    note = "use `Discrete`, or `ReversibleAdjoint` with a reversible method"
)]
pub trait ExactGradient {}

impl ExactGradient for Discrete {}
impl ExactGradient for ReversibleAdjoint {}

/// A forward pass, or the solution up to where it failed.
pub type ForwardResult<Y, R> = Result<Forward<Y, R>, Box<Failure<Y>>>;

/// A forward pass.
#[derive(Debug, Clone)]
pub struct Forward<Y, R> {
    /// The state at every output time.
    pub y: Vec<Y>,
    /// What the backward pass will need.
    pub record: R,
    /// The cost.
    pub stats: Stats,
}

/// A backward pass, up to the gradient of the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Pullback<Y> {
    /// Gradient with respect to the initial state.
    pub y0: Y,
    /// Gradient with respect to every output time, all of them independent; the first is `t0`, the last `t1`.
    pub times: Vec<f64>,
    /// The cost; an evaluation here includes its pullback.
    pub stats: Stats,
    /// How far a state that was reconstructed backwards came from that of the forward pass, relative to it, at the worst of
    /// the output times; 0 where nothing is reconstructed. The gradient is wrong by about as much.
    pub drift: f64,
}

/// A solve with its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient<Y, P> {
    /// The states at the output times.
    pub y: Vec<Y>,
    /// Gradient with respect to the initial state.
    pub y0: Y,
    /// Gradient with respect to the parameters.
    pub params: P,
    /// Gradient with respect to every output time, all of them independent; the first is `t0`, the last `t1`.
    pub times: Vec<f64>,
    /// The cost of the forward and of the backward pass.
    pub stats: [Stats; 2],
    /// See [`Pullback::drift`].
    pub drift: f64,
}

/// The gradient of `loss`, which maps the states at `times` to their cotangents `∂L/∂y(tᵢ)`.
///
/// ```
/// use rheos::{Backsolve, Discrete, Dopri5, Pid, gradient, ode};
///
/// // L = y(2)² for y' = −y: dL/dy0 = 2 y0 e⁻⁴ and dL/dt1 = −2 y0² e⁻⁴.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| { *ybar -= w; 0.0 });
/// let loss = |y: &[f64]| vec![0.0, 2.0 * y[1]];
/// let tight = Pid::new(1e-10, 1e-10);
/// let expected = 2.0 * (-4.0_f64).exp();
///
/// let exact = gradient(&decay, Dopri5, tight, &Discrete::new(), &[0.0, 2.0], &1.0, loss)?;
/// assert!((exact.y0 - expected).abs() < 1e-9);
/// assert!((exact.times[1] + expected).abs() < 1e-7);
///
/// let continuous = gradient(&decay, Dopri5, tight, &Backsolve::new(Dopri5, tight), &[0.0, 2.0], &1.0, loss)?;
/// assert!((continuous.y0 - expected).abs() < 1e-9);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// Those of [`Adjoint::forward`] and [`Adjoint::backward`].
pub fn gradient<F, S, C, A>(
    f: &F,
    solver: S,
    control: C,
    adjoint: &A,
    times: &[f64],
    y0: &F::State,
    loss: impl FnOnce(&[F::State]) -> Vec<F::State>,
) -> Result<Gradient<F::State, F::Params>>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let forward = adjoint.forward(f, &solver, &control, times, y0)?;
    let cotangents = loss(&forward.y);
    let mut params = f.params().zeros_like();
    let back = adjoint.backward(f, &solver, &control, forward.record, &cotangents, &mut params)?;
    // The adjoint may be somebody else's.
    let back = back.checked(y0, &params)?;
    let Pullback { y0, times, stats, drift } = back;
    Ok(Gradient { y: forward.y, y0, params, times, stats: [forward.stats, stats], drift })
}

/// Whether outputs between steps are interpolated or landed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Output {
    #[default]
    Interpolate,
    Land,
}

impl Output {
    /// With the method `S`, whose interpolant may be too rough for outputs.
    fn for_method<F: Dynamics, S: Dense<F>>(self) -> Self {
        if S::LANDS { Self::Land } else { self }
    }
}

/// The forward pass of every adjoint: the states at `times`, with `observer`, which is the record, watching the steps.
fn solve_forward<F, S, C, O>(
    problem: (&F, &S, &C),
    output: Output,
    times: &[f64],
    y0: &F::State,
    observer: O,
) -> ForwardResult<F::State, O>
where
    F: Dynamics,
    S: Dense<F>,
    C: Controller<F, S>,
    O: Observer<F, S>,
{
    let Forward { y, record: (record, _, _), stats } = solve_to_the_end(problem, output, times, y0, observer)?;
    Ok(Forward { y, record, stats })
}

/// The same, with the state at the end and the workspace as it was left there.
fn solve_to_the_end<F, S, C, O>(
    problem: (&F, &S, &C),
    output: Output,
    times: &[f64],
    y0: &F::State,
    observer: O,
) -> ForwardResult<F::State, (O, F::State, S::Workspace)>
where
    F: Dynamics,
    S: Dense<F>,
    C: Controller<F, S>,
    O: Observer<F, S>,
{
    let span = check_times(times).map_err(|error| refuse(error, times, y0))?;
    let (reached, y, record) = integrate(problem, (span, output, times), y0, observer);
    match reached.outcome {
        Ok(stats) => Ok(Forward { y, record: (record, reached.y, reached.workspace), stats }),
        Err(halt) => Err(Failure::new(halt, times, y, reached.y)),
    }
}

/// The failure of a solve whose arguments are wrong.
fn refuse<Y: State>(error: Error, times: &[f64], y0: &Y) -> Box<Failure<Y>> {
    let t = times.first().copied().unwrap_or(0.0);
    Failure::new(Halt { error, t, stats: Stats::default() }, times, Vec::new(), y0.clone())
}

/// Where a solve led, the states at its output times, and what watched it.
type Integrated<F, S, O> =
    (Reached<<F as Dynamics>::State, <S as Solver<F>>::Workspace>, Vec<<F as Dynamics>::State>, O);

/// Solves over `span`, and returns where that led, the states at `times` and the observer, which sees every step before the
/// outputs are taken from what it leaves of it.
fn integrate<F, S, C, O>(
    (field, solver, control): (&F, &S, &C),
    (span, output, times): (Span, Output, &[f64]),
    y0: &F::State,
    observer: O,
) -> Integrated<F, S, O>
where
    F: Dynamics,
    S: Dense<F>,
    C: Controller<F, S>,
    O: Observer<F, S>,
{
    let output = output.for_method::<F, S>();
    let stops = if output == Output::Land { times } else { &[] };
    let integration = Integration { field, solver, control, span, stops, jumps: &[] };
    let (start, workspace) = (y0.clone(), solver.workspace(field, y0));
    let (mut reached, y, observer) = match output {
        Output::Interpolate => {
            let mut both = (observer, Interpolated::new(times, span.t0, y0));
            (integration.run(start, workspace, &mut both), both.1.y, both.0)
        }
        Output::Land => {
            let mut both = (observer, Landed::new(times, span.t0, y0));
            (integration.run(start, workspace, &mut both), both.1.y, both.0)
        }
    };
    if let Ok(stats) = reached.outcome
        && let Err(error) = check_outputs(span, times, y.len(), reached.t)
    {
        reached.outcome = Err(Halt { error, t: reached.t, stats });
    }
    (reached, y, observer)
}
