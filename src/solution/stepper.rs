//! A solve that is driven from outside, step by step.

use super::ivp::Solved;
use super::{Ending, Failure, Ivp, Solution};
use crate::control::Controller;
use crate::integrate::{Course, Flow, Integration, Leg, Observer, Progress, Step};
use crate::{Dynamics, Error, Matrices, Result, Solver, Span, Stats};

/// A solve in progress, as a value: time, state, workspace of the method, memory of the controller, and the cost so far.
///
/// It can be cloned and, with the feature `serde`, written down and read back. A solve [resumed](Stepper::resume) from it
/// takes the same steps as one that was never paused, bit for bit; a text format must keep all digits of a number for that
/// (in `serde_json`, the feature `float_roundtrip`).
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Paused<Y, W, M> {
    span: Span,
    progress: Progress<Y, W>,
    memory: M,
    /// What is left of the last plan of the controller.
    leg: Option<Leg>,
    stopped: bool,
}

/// A solve that is driven from outside; [`Ivp::start`] makes one.
///
/// ```
/// use rheos::{Dopri5, Ivp, Pid, ode};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let mut stepper = Ivp::new(&decay, 1.0, 0.0..4.0).start(Dopri5, Pid::new(1e-9, 1e-9))?;
/// stepper.advance_to(1.0)?;
/// assert!((stepper.state() - (-1.0_f64).exp()).abs() < 1e-8);
/// while stepper.step()? && *stepper.state() > 0.1 {}
/// assert!(stepper.time() < 4.0);
/// let solution = stepper.finish()?;
/// assert!((solution.last() - (-4.0_f64).exp()).abs() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
pub struct Stepper<'a, F: Dynamics, S: Solver<F>, C: Controller<F, S>> {
    field: &'a F,
    solver: S,
    control: C,
    at: PausedSolve<F, S, C>,
}

/// What a [`Stepper`] of these pauses to.
type PausedSolve<F, S, C> =
    Paused<<F as Dynamics>::State, <S as Solver<F>>::Workspace, <C as Controller<F, S>>::Memory>;

impl<'a, F: Dynamics> Ivp<'a, F> {
    /// Prepares a solve that is driven step by step. See [`Stepper`] for an example.
    ///
    /// # Errors
    /// An argument outside its domain.
    pub fn start<S, C>(self, solver: S, control: C) -> Result<Stepper<'a, F, S, C>>
    where
        S: Solver<F>,
        C: Controller<F, S>,
    {
        let Self { f: field, y0: y, span, .. } = self;
        let mut workspace = solver.workspace(field, &y);
        let integration = Integration { field, solver: &solver, control: &control, span, stops: &[] };
        let memory = integration.prepare(&y, &mut workspace)?;
        let progress = Progress { t: span.t0, y, workspace, stats: Stats::default() };
        let at = Paused { span, progress, memory, leg: None, stopped: false };
        Ok(Stepper { field, solver, control, at })
    }
}

impl<'a, F: Dynamics, S: Solver<F>, C: Controller<F, S>> Stepper<'a, F, S, C> {
    /// Takes up a paused solve, of the same field and with the same method and controller as before.
    ///
    /// ```
    /// use rheos::{Dopri5, Ivp, Pid, Stepper, ode, solve};
    ///
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let control = Pid::new(1e-9, 1e-9);
    /// let mut stepper = Ivp::new(&decay, 1.0, 0.0..4.0).start(Dopri5, control)?;
    /// stepper.step()?;
    /// let paused = stepper.pause();
    ///
    /// let resumed = Stepper::resume(&decay, Dopri5, control, paused).finish()?;
    /// assert_eq!(resumed, solve(&decay, 1.0, 0.0..4.0, Dopri5, control)?);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn resume(field: &'a F, solver: S, control: C, paused: Paused<F::State, S::Workspace, C::Memory>) -> Self {
        Self { field, solver, control, at: paused }
    }

    /// The solve as a value, to be resumed later. Clone it for several continuations. See [`resume`](Self::resume).
    #[must_use]
    pub fn pause(self) -> Paused<F::State, S::Workspace, C::Memory> {
        self.at
    }

    /// The solve as it stands now, as a value.
    ///
    /// ```
    /// use rheos::{Fixed, Ivp, Rk4, Stepper, ode};
    ///
    /// let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = *y);
    /// let mut stepper = Ivp::new(&growth, 1.0, 0.0..1.0).start(Rk4, Fixed::steps(4))?;
    /// let start = stepper.paused().clone();
    /// stepper.advance_to(0.5)?;
    /// assert_eq!(Stepper::resume(&growth, Rk4, Fixed::steps(4), start).time(), 0.0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    #[must_use]
    pub fn paused(&self) -> &Paused<F::State, S::Workspace, C::Memory> {
        &self.at
    }

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

    /// Whether the end of the span is reached, or an observer stopped the solve.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.at.stopped || !self.at.span.is_after(self.at.span.t1, self.time())
    }

    /// Goes on until one more step is accepted, and says whether there was one left to take.
    ///
    /// # Errors
    /// What ends a solve. The state is the last good one.
    pub fn step(&mut self) -> Result<bool> {
        self.step_with(&mut ())
    }

    /// The same, with an observer.
    ///
    /// ```
    /// use rheos::{Event, Events, Fixed, Ivp, Rk4, ode};
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
    /// What ends a solve, and what the observer returns.
    pub fn step_with<O: Observer<F, S>>(&mut self, observer: &mut O) -> Result<bool> {
        if self.is_done() {
            return Ok(false);
        }
        let mut one = OneStep { observer, jumped: false };
        let (before, end) = (self.at.progress.stats.accepted, self.at.span.t1);
        self.go(end, &mut one)?;
        if one.jumped {
            self.at.stopped = false;
            let (integration, at) = self.split();
            integration.restart(&mut at.progress, &mut at.memory)?;
        }
        Ok(self.at.progress.stats.accepted > before)
    }

    /// Goes on to `t` and lands on it.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `t` is not between the present time and the end of the span; what ends a solve.
    pub fn advance_to(&mut self, t: f64) -> Result<()> {
        self.advance_to_with(t, &mut ())
    }

    /// The same, with an observer.
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
    /// As [`advance_to`](Self::advance_to), and what the observer returns.
    pub fn advance_to_with<O: Observer<F, S>>(&mut self, t: f64, observer: &mut O) -> Result<()> {
        let span = Span { t0: self.time(), ..self.at.span };
        if span.validate_times(&[t]).is_err() {
            let expected = "between the present time and the end of the span";
            return Err(Error::InvalidArgument { name: "t", value: t, expected });
        }
        if self.at.stopped { Ok(()) } else { self.go(t, observer) }
    }

    /// Goes on to the end.
    ///
    /// # Errors
    /// A [`Failure`] with the reason and the last good state.
    pub fn finish(mut self) -> Solved<F::State, Vec<F::State>> {
        let end = self.at.span.t1;
        let result = if self.is_done() { Ok(()) } else { self.go(end, &mut ()) };
        let (stats, stiffness) = (self.stats(), self.control.stiffness(&self.at.memory));
        let Paused { progress: Progress { t, y, .. }, stopped, .. } = self.at;
        let ending = match &result {
            Ok(()) if stopped => Ending::Observer,
            Ok(()) => Ending::Span,
            Err(_) => Ending::Failure,
        };
        let kept = if result.is_ok() { (vec![t], vec![y.clone()]) } else { (Vec::new(), Vec::new()) };
        let solution = Solution { t: kept.0, y: kept.1, hits: Vec::new(), ending, stats, stiffness, end: (t, y) };
        match result {
            Ok(()) => Ok(solution),
            Err(error) => Err(Box::new(Failure { error, partial: solution })),
        }
    }

    fn split(&mut self) -> (Integration<'_, F, S, C>, &mut PausedSolve<F, S, C>) {
        let Self { field, solver, control, at } = self;
        (Integration { field: *field, solver, control, span: at.span, stops: &[] }, at)
    }

    /// Goes on to `end`, unless the observer objects.
    fn go<O: Observer<F, S>>(&mut self, end: f64, observer: &mut O) -> Result<()> {
        let (integration, at) = self.split();
        let Paused { span, progress, memory, leg, stopped } = at;
        let mut course = Course::Done;
        if let Some(left) = leg.take() {
            if span.is_after(left.end, end) {
                let rest = Span { t0: progress.t, t1: span.t1 };
                let Integration { field, solver, control, .. } = integration;
                control.restart(memory, field, solver, &mut progress.workspace, rest, &progress.y)?;
            } else {
                let mut y1 = progress.y.clone();
                course = integration.walk(progress, memory, left, &mut y1, observer)?;
            }
        }
        if course == Course::Done {
            course = integration.advance(progress, memory, [end].into_iter(), observer)?;
        }
        *stopped = course == Course::Stopped;
        if let Course::Paused(left) = course {
            *leg = left.unfinished();
        }
        Ok(())
    }
}

/// Pauses after every step. A jump is to be completed by the caller.
struct OneStep<'o, O> {
    observer: &'o mut O,
    jumped: bool,
}

impl<F: Dynamics, S: Solver<F>, O: Observer<F, S>> Observer<F, S> for OneStep<'_, O> {
    #[inline]
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<Flow<F::State>> {
        Ok(match self.observer.observe(step)? {
            Flow::On => Flow::Pause,
            Flow::Jump { t, before, after } => {
                self.jumped = true;
                Flow::Stop { t, before, after }
            }
            flow => flow,
        })
    }
}
