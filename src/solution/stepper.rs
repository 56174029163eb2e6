//! A solve driven step by step by the caller.

use super::ivp::{Solved, conclude};
use super::keep::{Keep, Pausable, Watch};
use super::paused::{Paused, Position};
use super::{Ivp, keep};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::integrate::{
    Course, Integration, Observer, Piece, Pieces, Progress, Reached, Stats, Step, StepAction, Termination,
};
use crate::solver::Solver;
use crate::solver::implicit::Matrices;
use crate::state::Span;

/// A solve driven step by step by the caller; [`Ivp::start`] makes one.
///
/// It has the save rule, events, jumps and observers of the [`Ivp`]; [`finish`](Self::finish) returns the solution.
///
/// ```
/// use rheos::{Dopri5, Ivp, Pid, ode};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let mut stepper = Ivp::new(&decay, 1.0, 0.0..4.0).start(Dopri5, Pid::tolerance(1e-9))?;
/// stepper.advance_to(1.0)?;
/// assert!((stepper.state() - (-1.0_f64).exp()).abs() < 1e-8);
/// while stepper.step()? && *stepper.state() > 0.1 {}
/// assert!(stepper.time() < 4.0);
/// let solution = stepper.finish()?;
/// assert!((solution.last() - (-4.0_f64).exp()).abs() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
pub struct Stepper<'a, F, S, C, K = keep::End, E = (), O = ()>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
    K: Keep<'a, F, S>,
{
    field: &'a F,
    solver: S,
    control: C,
    lists: Lists<'a>,
    pieces: Pieces,
    watching: ((E, O), K::Observer),
    at: PositionOf<F, S, C>,
}

/// The lists of times of a solve.
#[derive(Debug, Clone, Copy)]
struct Lists<'a> {
    outputs: &'a [f64],
    stops: &'a [f64],
    jumps: &'a [f64],
}

type PositionOf<F, S, C> =
    Position<<F as Dynamics>::State, <S as Solver<F>>::Workspace, <C as Controller<F, S>>::Memory>;

/// The type of a paused [`Stepper`].
pub type PausedSolve<'a, F, S, C, K = keep::End, E = ()> = Paused<
    <F as Dynamics>::State,
    <S as Solver<F>>::Workspace,
    <C as Controller<F, S>>::Memory,
    <K as Pausable<'a, F, S>>::Record,
    <E as Watch<F, S>>::Record,
>;

impl<'a, F: Dynamics, K, E, O> Ivp<'a, F, K, E, O> {
    /// Starts a solve that is driven step by step. See [`Stepper`] for an example.
    ///
    /// # Errors
    /// Any argument outside its domain.
    pub fn start<S, C>(self, solver: S, control: C) -> Result<Stepper<'a, F, S, C, K, E, O>>
    where
        S: Solver<F>,
        C: Controller<F, S>,
        K: Keep<'a, F, S>,
        E: Watch<F, S>,
    {
        self.check::<S>()?;
        let Self { f: field, y0: y, span, jumps, keep, events, observers } = self;
        let lists = Lists { outputs: keep.times(), stops: keep.stops(), jumps };
        let mut workspace = solver.workspace(field, &y);
        let integration = Integration { field, solver: &solver, control: &control, span, stops: lists.stops, jumps };
        let pieces = integration.pieces(&y)?;
        let memory = integration.begin(pieces.first(), &y, &mut workspace)?;
        let watching = ((events, observers), keep.observer(span, &y));
        let progress = Progress { t: span.t0, y, workspace, stats: Stats::default() };
        let at = Position { span, piece: 0, progress, memory, leg: None, stopped: false, stiffness: None };
        Ok(Stepper { field, solver, control, lists, pieces, watching, at })
    }

    /// Resumes a paused solve of this problem, with its method and controller. Of the initial state only the shape
    /// matters.
    ///
    /// ```
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    ///
    /// // Two doses and an event; the solve is paused between the doses.
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let dose = |at: f64| Event::rising(move |t, _y: &f64| t - at).reset(|_t, y| *y += 1.0);
    /// let problem = || Ivp::new(&decay, 1.0, 0.0..4.0).save_at(&[0.5, 3.5]).event(dose(1.0)).event(dose(3.0));
    /// let control = Pid::tolerance(1e-9);
    /// let whole = problem().solve(Dopri5, control)?;
    ///
    /// let mut stepper = problem().start(Dopri5, control)?;
    /// while stepper.time() < 2.0 {
    ///     stepper.step()?;
    /// }
    /// let paused = stepper.pause();
    /// assert_eq!(problem().resume(Dopri5, control, paused)?.finish()?, whole);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidPaused`] if the value does not fit the problem, and the errors of [`start`](Self::start).
    pub fn resume<S, C>(
        self,
        solver: S,
        control: C,
        paused: PausedSolve<'a, F, S, C, K, E>,
    ) -> Result<Stepper<'a, F, S, C, K, E, O>>
    where
        S: Solver<F>,
        C: Controller<F, S>,
        K: Pausable<'a, F, S>,
        E: Watch<F, S>,
    {
        self.check::<S>()?;
        let Self { f: field, y0, span, jumps, keep, mut events, observers } = self;
        let lists = Lists { outputs: keep.times(), stops: keep.stops(), jumps };
        let Paused { mut at, kept, events: seen } = paused;
        let pieces = Pieces::new(field, span, jumps)?;
        at.validate(span, &pieces, &y0)?;
        at.restore(&solver)?;
        events.restore(seen, span, at.progress.t)?;
        let watching = ((events, observers), keep.restore(kept, span, at.progress.t)?);
        Ok(Stepper { field, solver, control, lists, pieces, watching, at })
    }
}

impl<'a, F, S, C, K, E, O> Stepper<'a, F, S, C, K, E, O>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
    K: Keep<'a, F, S>,
{
    /// The time of the state.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.at.progress.t
    }

    /// The solution at [`time`](Self::time).
    #[must_use]
    pub fn state(&self) -> &F::State {
        &self.at.progress.y
    }

    /// The interval of integration.
    #[must_use]
    pub fn span(&self) -> Span {
        self.at.span
    }

    /// The cost so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let Progress { workspace, stats, .. } = &self.at.progress;
        let Matrices { jacobians, factorisations } = self.solver.matrices(workspace);
        Stats { evaluations: self.solver.evaluations(workspace), jacobians, factorisations, ..*stats }
    }

    /// Whether the solve is over: the end of the span is reached, or an event or observer stopped it.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.at.stopped || !self.at.span.is_after(self.at.span.t1, self.time())
    }
}

impl<'a, F, S, C, K, E, O> Stepper<'a, F, S, C, K, E, O>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
    K: Keep<'a, F, S>,
    E: Watch<F, S>,
    O: Observer<F, S>,
{
    /// Pauses: returns the solve as a value, to be [resumed](Ivp::resume) later. Clone it for several continuations.
    #[must_use]
    pub fn pause(self) -> PausedSolve<'a, F, S, C, K, E>
    where
        K: Pausable<'a, F, S>,
    {
        let Self { solver, watching: ((events, _), keeper), mut at, .. } = self;
        at.settle(&solver);
        Paused { kept: K::record(&keeper), events: events.record(), at }
    }

    /// A copy of the solve as a value.
    ///
    /// ```
    /// use rheos::{Fixed, Ivp, Rk4, ode};
    ///
    /// let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = *y);
    /// let problem = || Ivp::new(&growth, 1.0, 0.0..1.0);
    /// let mut stepper = problem().start(Rk4, Fixed::steps(4))?;
    /// let start = stepper.paused();
    /// stepper.advance_to(0.5)?;
    /// assert_eq!(problem().resume(Rk4, Fixed::steps(4), start)?.time(), 0.0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    #[must_use]
    pub fn paused(&self) -> PausedSolve<'a, F, S, C, K, E>
    where
        K: Pausable<'a, F, S>,
        S::Workspace: Clone,
        C::Memory: Clone,
    {
        let ((events, _), keeper) = &self.watching;
        let mut at = self.at.clone();
        at.settle(&self.solver);
        Paused { kept: K::record(keeper), events: events.record(), at }
    }

    /// Takes one accepted step. Returns whether there was one left to take.
    ///
    /// # Errors
    /// Any error of a solve. The state is then the last good one.
    pub fn step(&mut self) -> Result<bool> {
        self.step_with(&mut ())
    }

    /// [`step`](Self::step) with an observer for this step.
    ///
    /// ```
    /// use rheos::{Event, Fixed, Ivp, Rk4, ode};
    /// use rheos::solution::Events;
    ///
    /// let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
    /// let mut hours = Events::new(vec![Event::rising(|_t, y: &f64| y - 1.0).reset(|_t, y| *y -= 1.0)]);
    /// let mut stepper = Ivp::new(&clock, 0.25, 0.0..2.0).start(Rk4, Fixed::steps(2))?;
    /// let mut seen = vec![];
    /// while stepper.step_with(&mut hours)? {
    ///     seen.push(stepper.time());
    /// }
    /// assert_eq!(seen, [0.75, 1.0, 1.75, 2.0]);
    /// assert!((stepper.state() - 0.25).abs() < 1e-14);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// Any error of a solve, and the errors of the observer.
    pub fn step_with<P: Observer<F, S>>(&mut self, observer: &mut P) -> Result<bool> {
        if self.is_done() {
            return Ok(false);
        }
        let (before, end) = (self.at.progress.stats.accepted, self.at.span.t1);
        self.go(end, observer, true)?;
        Ok(self.at.progress.stats.accepted > before)
    }

    /// Advances to `t` and lands on it.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `t` is not between the present time and the end of the span; any error of a solve.
    pub fn advance_to(&mut self, t: f64) -> Result<()> {
        self.advance_to_with(t, &mut ())
    }

    /// [`advance_to`](Self::advance_to) with an observer for these steps.
    ///
    /// ```
    /// use rheos::solution::Trajectory;
    /// use rheos::{Fixed, Ivp, Rk4, ode};
    ///
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let mut stepper = Ivp::new(&decay, 1.0, 0.0..1.0).start(Rk4, Fixed::steps(10))?;
    /// let mut kept = Trajectory::new(1, 0.0, stepper.state());
    /// stepper.advance_to_with(0.5, &mut kept)?;
    /// assert_eq!(kept.t.len(), 6);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`advance_to`](Self::advance_to), and the errors of the observer.
    pub fn advance_to_with<P: Observer<F, S>>(&mut self, t: f64, observer: &mut P) -> Result<()> {
        let span = Span { t0: self.time(), ..self.at.span };
        if span.validate_times(&[t]).is_err() {
            let expected = "between the present time and the end of the span";
            return Err(Error::InvalidArgument { name: "t", value: t, expected });
        }
        if self.at.stopped { Ok(()) } else { self.go(t, observer, false) }
    }

    /// Solves up to the end.
    ///
    /// # Errors
    /// A [`Failure`](super::Failure) with the reason and the solution up to the failure.
    pub fn finish(mut self) -> Solved<F::State, K::Kept> {
        let end = self.at.span.t1;
        let result = if self.is_done() { Ok(()) } else { self.go(end, &mut (), false) };
        let stats = self.stats();
        let Self { control, lists, watching: ((events, _), keeper), at, .. } = self;
        let Position { span, progress: Progress { t, y, .. }, memory, stopped, stiffness, .. } = at;
        let stiffness = stiffness.or(control.stiffness(&memory));
        let outcome = result.map(|()| stats).map_err(|error| Termination { error, t, stats });
        let reached = Reached { t, y, workspace: (), stopped, stiffness, outcome };
        conclude::<F, S, K, E>((span, lists.outputs), keeper, events, reached)
    }

    /// Advances to `to`, or by one step, unless an observer ends the solve.
    fn go<P: Observer<F, S>>(&mut self, to: f64, observer: &mut P, one_step: bool) -> Result<()> {
        let Self { field, solver, control, lists, pieces, watching: (others, keeper), at } = self;
        let Lists { stops, jumps, .. } = *lists;
        let integration =
            Integration { field: *field, solver: &*solver, control: &*control, span: at.span, stops, jumps };
        let mut watching = Interrupted { observer: ((others, observer), keeper), one_step, jumped: false };
        loop {
            let piece = at.enter_piece(&integration, pieces)?;
            let target = if at.span.is_after(to, piece.outer.t1) { piece.outer.t1 } else { to };
            let course = at.cross(&integration, (piece, target), &mut watching)?;
            if let Course::Paused(leg) = course {
                at.leg = leg.unfinished();
                return Ok(());
            }
            at.stopped = course == Course::Stopped && !watching.jumped;
            if course == Course::Stopped {
                if watching.jumped {
                    let rest = Span { t0: piece.enter(at.span, at.progress.t), t1: piece.inner.t1 };
                    integration.restart(&mut at.progress, &mut at.memory, rest)?;
                }
                return Ok(());
            }
            if !at.span.is_after(to, at.progress.t) {
                return Ok(());
            }
        }
    }
}

impl<Y: crate::state::State, W, M> Position<Y, W, M> {
    /// The piece to continue in; at the end of a piece it begins the next.
    fn enter_piece<F, S, C>(&mut self, integration: &Integration<'_, F, S, C>, pieces: &Pieces) -> Result<Piece>
    where
        F: Dynamics<State = Y>,
        S: Solver<F, Workspace = W>,
        C: Controller<F, S, Memory = M>,
    {
        let piece = pieces.get(self.piece).unwrap_or(pieces.first());
        let Some(next) = pieces.get(self.piece + 1) else { return Ok(piece) };
        if self.span.is_after(piece.outer.t1, self.progress.t) {
            return Ok(piece);
        }
        let Progress { y, workspace, .. } = &mut self.progress;
        self.stiffness = self.stiffness.or(integration.control.stiffness(&self.memory));
        self.memory = integration.begin(next, y, workspace)?;
        (self.piece, self.leg) = (self.piece + 1, None);
        Ok(next)
    }

    /// Advances in a piece to the time `to`.
    fn cross<F, S, C, P>(
        &mut self,
        integration: &Integration<'_, F, S, C>,
        (piece, to): (Piece, f64),
        observer: &mut P,
    ) -> Result<Course>
    where
        F: Dynamics<State = Y>,
        S: Solver<F, Workspace = W>,
        C: Controller<F, S, Memory = M>,
        P: Observer<F, S>,
    {
        let Self { span, progress, memory, leg, .. } = self;
        let mut course = Course::Done;
        if let Some(left) = leg.take() {
            let mut start = piece.enter(*span, progress.t);
            if span.is_after(left.end, piece.landing(*span, to).computed) {
                let Integration { field, solver, control, .. } = *integration;
                let rest = Span { t0: start, t1: piece.inner.t1 };
                control.restart(memory, field, solver, &mut progress.workspace, rest, &progress.y)?;
            } else {
                let mut y1 = progress.y.clone();
                course = integration.walk(progress, &mut start, memory, (piece, left), &mut y1, observer)?;
            }
        }
        if course == Course::Done {
            course = integration.advance(progress, memory, piece, to, observer)?;
        }
        if course == Course::Done && span.is_after(to, progress.t) {
            course = integration.stand_still(progress, to, observer)?;
        }
        Ok(course)
    }
}

/// Pauses after a step if asked to. The caller must then complete a jump.
struct Interrupted<P> {
    observer: P,
    one_step: bool,
    jumped: bool,
}

impl<F: Dynamics, S: Solver<F>, P: Observer<F, S>> Observer<F, S> for Interrupted<P> {
    #[inline]
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        let still = step.is_still();
        let flow = self.observer.observe(step)?;
        if !self.one_step || still {
            return Ok(flow);
        }
        Ok(match flow {
            StepAction::On => StepAction::Pause,
            StepAction::Jump { t, before, after } => {
                self.jumped = true;
                StepAction::Stop { t, before, after }
            }
            flow => flow,
        })
    }
}
