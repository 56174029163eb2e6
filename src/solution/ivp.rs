//! Initial value problems.

use super::event::AddTo;
use super::record::check_outputs;
use super::{Ending, Failure, Solution, keep};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::integrate::{Integration, Observer, Reached, Termination};
use crate::solver::Solver;
use crate::state::Span;

/// Solves `dy/dt = f(t, y)` from `y(t0) = y0` to `t1`, and saves the end state only.
///
/// ```
/// use rheos::{Fixed, Rk4, ode, solve};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = solve(&decay, 1.0, 0.0..1.0, Rk4, Fixed::steps(20))?;
/// assert!((solution.last() - (-1.0_f64).exp()).abs() < 3e-8);
/// assert_eq!(solution.stats.evaluations, 80);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// A [`Failure`] with the reason and the solution up to the failure.
pub fn solve<F, S, C>(
    f: &F,
    y0: F::State,
    span: impl Into<Span>,
    solver: S,
    control: C,
) -> Result<Solution<F::State>, Box<Failure<F::State>>>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    Ivp::new(f, y0, span).solve(solver, control)
}

/// An initial value problem and its outputs.
///
/// The default output is the end state. The alternatives are the states at given times ([`save_at`](Self::save_at),
/// [`land_on`](Self::land_on)), a function of them ([`save_map`](Self::save_map)), every `n`-th step
/// ([`save_every`](Self::save_every)), and the solution as a function of time ([`dense`](Self::dense)). Any number of
/// [events](Self::event) and [observers](Self::observe) can be added.
///
/// ```
/// use rheos::{Dopri5, Ivp, Pid, ode};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = Ivp::new(&decay, 1.0, 0.0..4.0)
///     .save_at(&[0.0, 0.1, 3.9])
///     .solve(Dopri5, Pid::tolerance(1e-9))?;
/// assert!((solution.y[2] - (-3.9_f64).exp()).abs() < 1e-8);
/// assert_eq!(solution.last_time(), 4.0);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "an `Ivp` does nothing until `solve` or `forward` is called"]
pub struct Ivp<'a, F: Dynamics, K = keep::End, E = (), O = ()> {
    pub(crate) f: &'a F,
    pub(crate) y0: F::State,
    pub(crate) span: Span,
    pub(crate) jumps: &'a [f64],
    pub(crate) keep: K,
    pub(crate) events: E,
    pub(super) observers: O,
}

impl<'a, F: Dynamics> Ivp<'a, F> {
    /// The problem `dy/dt = f(t, y)`, `y(t0) = y0` over `t0..t1`; only the end state is saved.
    pub fn new(f: &'a F, y0: F::State, span: impl Into<Span>) -> Self {
        Self { f, y0, span: span.into(), jumps: &[], keep: keep::End, events: (), observers: () }
    }
}

impl<'a, F: Dynamics, E, O> Ivp<'a, F, keep::End, E, O> {
    /// Saves the states at `times`, in the order of integration and within the span.
    ///
    /// Between two steps the method's interpolant gives the state, so `times` do not change the steps. A method whose
    /// interpolant is much less accurate than its steps [lands](crate::solver::Dense::LANDS) on them instead.
    pub fn save_at(self, times: &'a [f64]) -> Ivp<'a, F, keep::At<'a>, E, O> {
        self.keep(keep::At(times))
    }

    /// Saves the values of `map(t, y)` at `times`, of any type, instead of the states: `solution.y[i]` is the value at
    /// `solution.t[i]`.
    ///
    /// ```
    /// use nalgebra::Vector2;
    /// use rheos::{Dopri5, Ivp, Pid, ode};
    ///
    /// let oscillator = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = Vector2::new(y[1], -y[0]));
    /// let solution = Ivp::new(&oscillator, Vector2::new(1.0, 0.0), 0.0..10.0)
    ///     .save_map(&[0.0, 5.0, 10.0], |_t, y| 0.5 * y.norm_squared())
    ///     .solve(Dopri5, Pid::tolerance(1e-9))?;
    /// assert!(solution.y.iter().all(|energy| (energy - 0.5).abs() < 1e-7));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn save_map<G, R>(self, times: &'a [f64], map: G) -> Ivp<'a, F, keep::Values<'a, G>, E, O>
    where
        G: FnMut(f64, &F::State) -> R,
    {
        self.keep(keep::Values(times, map))
    }

    /// Saves the states at `times` and makes the solver land on each of them, at the price of more steps.
    pub fn land_on(self, times: &'a [f64]) -> Ivp<'a, F, keep::Landing<'a>, E, O> {
        self.keep(keep::Landing(times))
    }

    /// Saves the start and every `n`-th accepted step.
    pub fn save_every(self, n: usize) -> Ivp<'a, F, keep::Every, E, O> {
        self.keep(keep::Every(n))
    }

    /// Saves the solution as a function of time: `solution.y` is a [`Curve`](super::Curve).
    ///
    /// ```
    /// use rheos::{Dopri5, Ivp, Pid, ode};
    ///
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let solution = Ivp::new(&decay, 1.0, 0.0..4.0).dense().solve(Dopri5, Pid::tolerance(1e-9))?;
    /// assert!((solution.y.at(1.234)? - (-1.234_f64).exp()).abs() < 1e-8);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn dense(self) -> Ivp<'a, F, keep::Continuous, E, O> {
        self.keep(keep::Continuous)
    }

    fn keep<K>(self, keep: K) -> Ivp<'a, F, K, E, O> {
        let Self { f, y0, span, jumps, events, observers, .. } = self;
        Ivp { f, y0, span, jumps, keep, events, observers }
    }
}

impl<'a, F: Dynamics, K, E, O> Ivp<'a, F, K, E, O> {
    /// Adds an [`Event`](super::Event) or a [`DifferentiableEvent`](super::DifferentiableEvent).
    ///
    /// Any number can be added; a [hit](super::EventRecord) has the index of its event in the order of addition. To
    /// [differentiate](Self::forward) the solve, all events must have derivatives.
    ///
    /// ```
    /// use rheos::{DifferentiableEvent, Dopri5, Event, Fixed, Ivp, ode};
    ///
    /// // A clock that is set back by one at every full hour.
    /// let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0).with_vjp(|_t, _y, _w, _ybar| 0.0);
    /// let hour = DifferentiableEvent::rising(|_, _t, y: &f64| y - 1.0, |_, _t, _y, w, ybar: &mut f64, _| { *ybar += w; 0.0 })
    ///     .reset(|_, _t, y| *y -= 1.0, |_, _t, _y, w: &f64, ybar: &mut f64, _| { *ybar += w; 0.0 });
    /// let half = Event::rising(|_t, y: &f64| y - 0.5);
    /// let solution = Ivp::new(&clock, 0.0, 0.0..3.75).event(hour).event(half).solve(Dopri5, Fixed::steps(7))?;
    /// let events: Vec<usize> = solution.hits.iter().map(|hit| hit.event).collect();
    /// assert_eq!(events, [1, 0, 1, 0, 1, 0, 1]);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn event<V: AddTo<'a, F, E>>(self, event: V) -> Ivp<'a, F, K, V::Events, O> {
        let Self { f, y0, span, jumps, keep, events, observers } = self;
        Ivp { f, y0, span, jumps, keep, events: event.add_to(events, f), observers }
    }

    /// Adds an observer of the steps, after the events and the earlier observers. If it ends a step early, the outputs
    /// end there as well.
    ///
    /// ```
    /// use rheos::solution::Trajectory;
    /// use rheos::{Event, Fixed, Ivp, Rk4, ode};
    ///
    /// // Save times, every second step and events of one solve.
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let mut every_second = Trajectory::new(2, 0.0, &1.0);
    /// let solution = Ivp::new(&decay, 1.0, 0.0..1.0)
    ///     .save_at(&[0.33, 0.66])
    ///     .event(Event::falling(|_t, y: &f64| y - 0.5))
    ///     .observe(&mut every_second)
    ///     .solve(Rk4, Fixed::steps(10))?;
    /// assert_eq!((solution.y.len(), every_second.y.len(), solution.hits.len()), (2, 6, 1));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn observe<P>(self, observer: &'a mut P) -> Ivp<'a, F, K, E, (O, &'a mut P)> {
        let Self { f, y0, span, jumps, keep, events, observers } = self;
        Ivp { f, y0, span, jumps, keep, events, observers: (observers, observer) }
    }

    /// Declares jumps of the field, or of its derivatives, at `times`, in any order. A field may declare
    /// [jumps of its own](crate::dynamics::Dynamics::jumps); both count. Times outside the span are
    /// ignored, unless the method [evaluates the field beyond its steps](crate::solver::Solver::STAYS_INSIDE): it refuses jumps in
    /// the span, at its ends, and up to one step away.
    ///
    /// The method steps to a rounding error before each jump and restarts a rounding error after it. So no step
    /// contains the field of both sides, whatever the field is at the jump itself. An undeclared jump costs many
    /// rejected steps and leaves an error of low order. The controller restarts as well: it chooses a new first step,
    /// and [`Fixed`](crate::control::Fixed) lays its grid over each piece. Its budget of steps is for the whole solve.
    ///
    /// For outputs, events and observers the steps end and start at the jump itself. A solve with jumps can be
    /// [differentiated](Self::forward), also with respect to the [times of the jumps](crate::adjoint::Gradient::jumps).
    ///
    /// ```
    /// use rheos::{Dopri5, Ivp, Pid, ode};
    ///
    /// // A dose at t = 1.
    /// let field = ode(|t, y: &f64, dy: &mut f64| *dy = if t < 1.0 { -y } else { 1.0 - y });
    /// let solution = Ivp::new(&field, 1.0, 0.0..2.0).jumps_at(&[1.0]).solve(Dopri5, Pid::tolerance(1e-9))?;
    /// let exact = 1.0 + ((-1.0_f64).exp() - 1.0) * (-1.0_f64).exp();
    /// assert!((solution.last() - exact).abs() < 1e-8);
    /// assert_eq!(solution.stats.rejected, 0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn jumps_at(mut self, times: &'a [f64]) -> Self {
        self.jumps = times;
        self
    }

    /// Solves the problem.
    ///
    /// # Errors
    /// A [`Failure`] with the reason and the solution up to the failure.
    pub fn solve<S, C>(self, solver: S, control: C) -> Solved<F::State, K::Kept>
    where
        S: Solver<F>,
        C: Controller<F, S>,
        K: keep::Keep<'a, F, S>,
        E: keep::Watch<F, S>,
        O: Observer<F, S>,
    {
        let checked = self.check::<S>();
        let Self { f, y0, span, jumps, keep, events, observers } = self;
        let (times, stops) = (keep.times(), keep.stops());
        let mut watching = ((events, observers), keep.observer(span, &y0));
        let reached = match checked {
            Ok(()) => {
                let integration = Integration { field: f, solver: &solver, control: &control, span, stops, jumps };
                let workspace = solver.workspace(f, &y0);
                integration.run(y0, workspace, &mut watching).without_workspace()
            }
            Err(error) => Reached::refused(span.t0, y0, error),
        };
        let ((events, _), keeper) = watching;
        conclude::<F, S, K, E>((span, times), keeper, events, reached)
    }

    /// Checks the times and the events of a solve by the method `S`.
    pub(super) fn check<S>(&self) -> Result<()>
    where
        S: Solver<F>,
        K: keep::Keep<'a, F, S>,
        E: keep::Watch<F, S>,
    {
        self.span.validate()?;
        self.span.validate_times(self.keep.times())?;
        self.events.check()
    }
}

/// The solution, or the failure, at the current time of a solve.
pub(super) fn conclude<'t, F, S, K, E>(
    (span, times): (Span, &[f64]),
    keeper: K::Observer,
    mut events: E,
    reached: Reached<F::State, ()>,
) -> Solved<F::State, K::Kept>
where
    F: Dynamics,
    S: Solver<F>,
    K: keep::Keep<'t, F, S>,
    E: keep::Watch<F, S>,
{
    let Reached { t: t_end, y: end, stopped, stiffness, outcome, .. } = reached;
    if stopped {
        events.retreat(span, t_end);
    }
    let (stopped_by, hits) = events.finish();
    let (t, y) = K::finish(keeper, times, t_end, &end);
    let outcome = match (outcome, check_outputs(span, times, t.len(), t_end)) {
        (Ok(stats), Err(error)) => Err(Termination { error, t: t_end, stats }),
        (outcome, _) => outcome,
    };
    let solution = |ending, stats| Solution { t, y, hits, ending, stats, stiffness, end: (t_end, end) };
    match outcome {
        Ok(stats) if !stopped => Ok(solution(Ending::Span, stats)),
        Ok(stats) => Ok(solution(stopped_by.map_or(Ending::Observer, Ending::Event), stats)),
        Err(Termination { error, stats, .. }) => {
            Err(Box::new(Failure { error, partial: solution(Ending::Failure, stats) }))
        }
    }
}

/// The outputs of a solve, or of the part of it before it failed.
pub type Solved<Y, K> = Result<Solution<Y, K>, Box<Failure<Y, K>>>;
