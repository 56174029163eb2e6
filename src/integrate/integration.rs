//! The integration loop.

use super::pieces::Landing;
use super::{Leg, Observer, Piece, Pieces, Stats, Step, StepAction, Termination, observer};
use crate::solver::StepStart;

use crate::control::{Controller, Plan, Trial, Verdict};
use crate::dynamics::{Dynamics, check_shape};
use crate::error::{Error, Result};
use crate::solver::{Solver, Stiffness};
use crate::state::{Span, State};

/// A solve: its field, method, controller and times.
#[derive(Debug, Clone, Copy)]
pub struct Integration<'a, F, S, C> {
    /// The field.
    pub field: &'a F,
    /// The method.
    pub solver: &'a S,
    /// The step size controller.
    pub control: &'a C,
    /// The interval of integration; an empty one is a valid solve of no steps.
    pub span: Span,
    /// Times to land on exactly, in the order of integration and inside the span. The end is always one of them.
    pub stops: &'a [f64],
    /// Times at which the field or a derivative of it jumps, in any order, beside [its own](Dynamics::jumps). Times
    /// outside the span are ignored, unless the method [reaches](Solver::STAYS_INSIDE) them. No step evaluates the field at a
    /// jump or on both sides of it. After a jump, the method and the controller restart.
    pub jumps: &'a [f64],
}

/// The end state and the outcome of a solve.
#[derive(Debug, Clone)]
pub struct Reached<Y, W> {
    /// The time of the state: the end of the span, unless an observer stopped the solve or it failed.
    pub t: f64,
    /// The last good state.
    pub y: Y,
    /// The workspace, for another solve.
    pub workspace: W,
    /// Whether an observer ended the solve.
    pub stopped: bool,
    /// Whether the problem looks stiff for the method.
    pub stiffness: Option<Stiffness>,
    /// The cost, or the reason why neither the end of the span nor a stop was reached.
    pub outcome: Result<Stats, Termination>,
}

impl<Y, W> Reached<Y, W> {
    /// Drops the workspace.
    pub(crate) fn without_workspace(self) -> Reached<Y, ()> {
        let Self { t, y, stopped, stiffness, outcome, .. } = self;
        Reached { t, y, workspace: (), stopped, stiffness, outcome }
    }
}

impl<Y> Reached<Y, ()> {
    /// A solve with an invalid argument.
    pub(crate) fn refused(t: f64, y: Y, error: Error) -> Self {
        let outcome = Err(Termination { error, t, stats: Stats::default() });
        Self { t, y, workspace: (), stopped: false, stiffness: None, outcome }
    }
}

/// The variables of a solve, apart from the memory of the controller. They move through the solve by value: so the
/// compiler can keep a small state and its stages in registers from one step to the next, which it cannot do behind
/// references.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Progress<Y, W> {
    /// The time of the state, as observers see it.
    pub(crate) t: f64,
    pub(crate) y: Y,
    pub(crate) workspace: W,
    pub(crate) stats: Stats,
}

impl<Y: State, W> Progress<Y, W> {
    /// Moves to the time and the state that an observer returned, within the step that ends at `end`.
    pub(super) fn move_to(&mut self, end: f64, t: f64, y: Y) -> Result<()> {
        observer::check_time(Span { t0: self.t, t1: end }, t)?;
        check_after(&self.y, &y, (t, t - self.t))?;
        (self.t, self.y) = (t, y);
        Ok(())
    }
}

/// Checks the state from which a solve continues at the time `t`, after a step of length `h`.
pub(crate) fn check_after<Y: State>(before: &Y, after: &Y, (t, h): (f64, f64)) -> Result<()> {
    if !before.fits(after) {
        let (found, expected) = (after.coordinates().len(), before.coordinates().len());
        return Err(Error::LengthMismatch { name: "after", found, expected });
    }
    if after.all_finite() { Ok(()) } else { Err(Error::NonFinite { t, h }) }
}

/// The reason why the steps ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Course {
    /// The end is reached.
    Done,
    /// An observer stopped the solve.
    Stopped,
    /// An observer asked for a pause; the rest of the leg comes first.
    Paused(Leg),
}

/// The end of a piece.
struct Crossed<Y, W> {
    at: Progress<Y, W>,
    stiffness: Option<Stiffness>,
    result: Result<Course>,
}

impl<F, S, C> Integration<'_, F, S, C>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    /// Integrates from the state `y`. The workspace may come from an earlier solve; it is reset.
    ///
    /// The outcome is an error if an argument is invalid, or if neither the end nor a stop is reached. A pause counts
    /// as a stop here.
    pub fn run<O: Observer<F, S>>(
        &self,
        y: F::State,
        workspace: S::Workspace,
        observer: &mut O,
    ) -> Reached<F::State, S::Workspace> {
        let before = self.solver.evaluations(&workspace);
        let matrices_before = self.solver.matrices(&workspace);
        let mut at = Progress { t: self.span.t0, y, workspace, stats: Stats::default() };
        let mut stiffness = None;
        let mut result = Ok(Course::Done);
        match self.pieces(&at.y) {
            Ok(pieces) => {
                for piece in (0..).map_while(|index| pieces.get(index)) {
                    let crossed = self.cross(at, piece, observer);
                    at = crossed.at;
                    stiffness = stiffness.or(crossed.stiffness);
                    result = crossed.result;
                    if result == Ok(Course::Done) && self.span.is_after(piece.outer.t1, at.t) {
                        result = self.stand_still(&mut at, piece.outer.t1, observer);
                    }
                    if result != Ok(Course::Done) {
                        break;
                    }
                }
            }
            Err(error) => result = Err(error),
        }
        if result == Ok(Course::Done) {
            result = self.check_end(at.t).map(|()| Course::Done);
        }
        let Progress { t, y, workspace, mut stats } = at;
        stats.evaluations = self.solver.evaluations(&workspace) - before;
        let matrices = self.solver.matrices(&workspace);
        stats.jacobians = matrices.jacobians - matrices_before.jacobians;
        stats.factorisations = matrices.factorisations - matrices_before.factorisations;
        let (stopped, outcome) = match result {
            Ok(course) => (course != Course::Done, Ok(stats)),
            // A field without a value may know the reason.
            Err(error) => (false, Err(Termination { error: self.field.failure(t, &y).unwrap_or(error), t, stats })),
        };
        Reached { t, y, workspace, stopped, stiffness, outcome }
    }

    /// Checks the arguments and divides the span at the jumps.
    pub(crate) fn pieces(&self, y: &F::State) -> Result<Pieces> {
        self.span.validate()?;
        self.span.validate_times(self.stops)?;
        if !y.all_finite() {
            return Err(Error::NonFiniteInitialState);
        }
        // The libraries below do not support a state without coordinates.
        if y.count() == 0 && y.coordinates().is_empty() {
            return Err(Error::EmptyState);
        }
        check_shape(self.field, self.span.t0, y)?;
        self.check_jumps()?;
        Pieces::new(self.field, self.span, self.jumps)
    }

    /// Refuses jumps in the span and at its ends if the method evaluates the field beyond its steps.
    fn check_jumps(&self) -> Result<()> {
        let Span { t0, t1 } = self.span;
        if t0 == t1 {
            return Ok(());
        }
        self.check_jumps_from((t0, t1), "absent, since the method evaluates the field beyond its steps")
    }

    /// Refuses jumps within a step of a leg if the method evaluates the field beyond its steps.
    fn check_surroundings(&self, leg: Leg) -> Result<()> {
        let [from, to] = leg.reach();
        let expected = "more than a step away from the span, since the method evaluates the field beyond its steps";
        self.check_jumps_from((from, to), expected)
    }

    fn check_jumps_from(&self, (from, to): (f64, f64), expected: &'static str) -> Result<()> {
        if S::STAYS_INSIDE {
            return Ok(());
        }
        let inside = |&time: &f64| !self.span.is_after(from, time) && !self.span.is_after(time, to);
        for (name, times) in [("jumps_at", self.jumps), ("field.jumps", self.field.jumps())] {
            if let Some(index) = times.iter().position(inside) {
                return Err(Error::InvalidEntry { name, index, value: times[index], expected });
            }
        }
        Ok(())
    }

    /// Begins a piece: the method and the controller forget all earlier steps.
    pub(crate) fn begin(&self, piece: Piece, y: &F::State, workspace: &mut S::Workspace) -> Result<C::Memory> {
        const {
            assert!(
                !F::HAS_MASS || S::TAKES_MASS,
                "this method does not solve systems with a mass matrix; use RadauIIA5, Rodas5P, Bdf or Esdirk547 with Lu, \
                 Banded or Sparse"
            );
        }
        self.solver.reset(workspace);
        self.control.tolerate(self.solver, workspace, y)?;
        self.solver.begin(self.field, workspace, piece.inner, y)?;
        self.control.begin(self.field, self.solver, workspace, piece.inner, y)
    }

    /// Checks that a finished solve reached the end of the span.
    pub(crate) fn check_end(&self, t: f64) -> Result<()> {
        if t == self.span.t1 { Ok(()) } else { Err(Error::EndNotReached { t, end: self.span.t1 }) }
    }

    /// Takes the steps of a piece. State and workspace move through by value, so that nothing else refers to them.
    #[inline(never)]
    fn cross<O: Observer<F, S>>(
        &self,
        at: Progress<F::State, S::Workspace>,
        piece: Piece,
        observer: &mut O,
    ) -> Crossed<F::State, S::Workspace> {
        let Progress { t, y, mut workspace, stats } = at;
        let memory = self.begin(piece, &y, &mut workspace);
        // A local value; an argument of this size is passed by reference.
        let mut at = Progress { t, y, workspace, stats };
        let (result, stiffness) = match memory {
            Ok(mut memory) => {
                let result = self.advance(&mut at, &mut memory, piece, piece.outer.t1, observer);
                (result, self.control.stiffness(&memory))
            }
            Err(error) => (Err(error), None),
        };
        Crossed { at, stiffness, result }
    }

    /// Steps through a piece to the time `to`, or as far as there is room for steps.
    #[inline(always)]
    pub(crate) fn advance<O: Observer<F, S>>(
        &self,
        at: &mut Progress<F::State, S::Workspace>,
        memory: &mut C::Memory,
        piece: Piece,
        to: f64,
        observer: &mut O,
    ) -> Result<Course> {
        let mut y1 = at.y.clone();
        let mut start = piece.enter(self.span, at.t);
        for Landing { computed: end, time } in self.landings(piece, (at.t, to)) {
            while self.span.is_after(end, start) {
                let plan = self.control.plan(memory, start, end);
                let before = self.span.is_after(end, plan.end);
                let plan = if self.span.is_after(plan.end, end) { Plan::step_to(end) } else { plan };
                let time = if before { plan.end } else { time };
                let leg = Leg::new(start, plan, time)?;
                self.check_surroundings(leg)?;
                match self.walk(at, &mut start, memory, (piece, leg), &mut y1, observer)? {
                    Course::Done => {}
                    course => return Ok(course),
                }
            }
        }
        Ok(Course::Done)
    }

    /// Takes the remaining steps of a leg, until one is rejected or an observer interrupts. The next step would start
    /// from `start`.
    #[inline(always)]
    pub(crate) fn walk<O: Observer<F, S>>(
        &self,
        at: &mut Progress<F::State, S::Workspace>,
        start: &mut f64,
        memory: &mut C::Memory,
        (piece, leg): (Piece, Leg),
        y1: &mut F::State,
        observer: &mut O,
    ) -> Result<Course> {
        let Self { field, solver, control, .. } = *self;
        let allowed = control.max_steps().saturating_sub(at.stats.accepted + at.stats.rejected);
        let last = leg.last_allowed(allowed);
        let mut i = leg.done;
        while i < last {
            i += 1;
            let (t, h) = (*start, leg.h);
            let t1 = leg.end_of(i);
            let verdict = match solver.step(field, &mut at.workspace, StepStart { t, h, y0: &at.y }, y1) {
                Ok(()) => {
                    let trial = Trial { t, h, y0: &at.y, y1 };
                    control.judge(memory, solver, &mut at.workspace, trial)
                }
                Err(error) if error.holds_for_any_step() => return Err(error),
                Err(error) => control.failed(memory, t, h, error),
            };
            let forced = matches!(verdict, Verdict::Force);
            match verdict {
                Verdict::Accept | Verdict::Force => {}
                Verdict::Reject => {
                    at.stats.rejected += 1;
                    return Ok(Course::Done);
                }
                Verdict::Fail(error) => {
                    at.stats.rejected += 1;
                    return Err(error);
                }
            }
            let time = if i == leg.steps { leg.time } else { t1 };
            let workspace = &mut at.workspace;
            let computed = Span { t0: t, t1 };
            let step = Step { field, solver, workspace, t0: at.t, t1: time, h, computed, y0: &at.y, y1, next: y1 };
            let flow = observer.observe(step)?;
            at.stats.accepted += 1;
            at.stats.forced += u64::from(forced);
            match flow {
                StepAction::Stop { t, after, .. } => {
                    at.move_to(time, t, after)?;
                    return Ok(Course::Stopped);
                }
                StepAction::Jump { t, after, .. } => {
                    at.move_to(time, t, after)?;
                    *start = piece.enter(self.span, t);
                    self.restart(at, memory, Span { t0: *start, t1: piece.inner.t1 })?;
                    return Ok(Course::Done);
                }
                StepAction::On | StepAction::Pause => {}
            }
            solver.accept(&mut at.workspace);
            at.y.replace_by(y1);
            at.t = time;
            *start = t1;
            if let StepAction::Pause = flow {
                return Ok(Course::Paused(Leg { done: i, ..leg }));
            }
        }
        if i < leg.steps { Err(Error::MaxSteps { t: at.t, steps: control.max_steps() }) } else { Ok(Course::Done) }
    }

    /// Continues over `rest` of a piece from a state that does not continue the last step.
    pub(crate) fn restart(
        &self,
        at: &mut Progress<F::State, S::Workspace>,
        memory: &mut C::Memory,
        rest: Span,
    ) -> Result<()> {
        self.solver.reset(&mut at.workspace);
        if !self.span.is_after(rest.t1, rest.t0) {
            return Ok(());
        }
        self.control.tolerate(self.solver, &mut at.workspace, &at.y)?;
        self.solver.begin(self.field, &mut at.workspace, rest, &at.y)?;
        self.control.restart(memory, self.field, self.solver, &mut at.workspace, rest, &at.y)
    }
}
