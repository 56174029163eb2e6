//! The one loop: step, judge, observe, accept.
//!
//! It knows nothing of methods, output, events or gradients. What wants to see the steps implements [`Observer`], and may
//! answer that the solve shall pause, stop, or go on from another state.

mod observer;
mod pieces;

pub use observer::{Flow, Observer, Step};
pub use pieces::{Bridge, Jump};

use crate::control::{Controller, Plan, Trial, Verdict};
use crate::dynamics::check_shape;
use crate::solver::Stiffness;
use crate::{Dynamics, Error, Result, Solver, Span, State};

/// What a solve cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stats {
    /// Evaluations of the field.
    pub evaluations: u64,
    /// Accepted steps.
    pub accepted: u64,
    /// Rejected steps.
    pub rejected: u64,
    /// Accepted steps whose error was too large, at the smallest step allowed.
    pub forced: u64,
    /// Jacobians of an implicit method. The evaluations of one by differences are not counted.
    pub jacobians: u64,
    /// Factorisations of its matrices.
    pub factorisations: u64,
    /// Steps that a backward pass computed again from a checkpoint.
    pub recomputed: u64,
}

impl std::ops::Add for Stats {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl std::ops::AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.evaluations += other.evaluations;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.forced += other.forced;
        self.jacobians += other.jacobians;
        self.factorisations += other.factorisations;
        self.recomputed += other.recomputed;
    }
}

/// Where and why a solve ended early.
#[derive(Debug, Clone, PartialEq)]
pub struct Halt {
    /// The reason.
    pub error: Error,
    /// Time of the last good state.
    pub t: f64,
    /// The cost so far.
    pub stats: Stats,
}

/// A solve that is about to happen: what is integrated, how, and from when to when.
#[derive(Debug, Clone, Copy)]
pub struct Integration<'a, F, S, C> {
    /// The field.
    pub field: &'a F,
    /// The method.
    pub solver: &'a S,
    /// The choice of steps.
    pub control: &'a C,
    /// The interval of integration; an empty one is a valid solve of no steps.
    pub span: Span,
    /// Times to land on exactly, in the order of integration and inside the span; the end is always one.
    pub stops: &'a [f64],
}

/// Where a solve came to.
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
    /// The cost, or why neither the end of the span nor a stop was reached.
    pub outcome: Result<Stats, Halt>,
}

impl<Y, W> Reached<Y, W> {
    /// What is left for the user.
    pub(crate) fn without_workspace(self) -> Reached<Y, ()> {
        let Self { t, y, stopped, stiffness, outcome, .. } = self;
        Reached { t, y, workspace: (), stopped, stiffness, outcome }
    }
}

impl<Y> Reached<Y, ()> {
    /// A solve that could not begin.
    pub(crate) fn refused(t: f64, y: Y, error: Error) -> Self {
        let outcome = Err(Halt { error, t, stats: Stats::default() });
        Self { t, y, workspace: (), stopped: false, stiffness: None, outcome }
    }
}

/// What a solve changes, apart from the memory of the controller. It moves through the solve by value: then the compiler
/// can keep a small state and its stages in registers from one step to the next, which behind references it does not.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Progress<Y, W> {
    pub(crate) t: f64,
    pub(crate) y: Y,
    pub(crate) workspace: W,
    pub(crate) stats: Stats,
}

impl<Y: State, W> Progress<Y, W> {
    /// Takes an observer's word for where the solve is.
    fn move_to(&mut self, t: f64, y: Y) -> Result<()> {
        if !y.all_finite() {
            return Err(Error::NonFinite { t, h: t - self.t });
        }
        (self.t, self.y) = (t, y);
        Ok(())
    }
}

/// A plan of the controller as it is carried out: equal steps, some of them done.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Leg {
    start: f64,
    pub(crate) end: f64,
    h: f64,
    steps: u32,
    done: u32,
}

impl Leg {
    /// The leg, if there is a step of it left.
    pub(crate) fn unfinished(self) -> Option<Self> {
        (self.done < self.steps).then_some(self)
    }
}

/// Why the steps ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Course {
    /// There is nothing left to do.
    Done,
    /// An observer stopped the solve.
    Stopped,
    /// An observer asked for a pause; the rest of the leg is to be walked first.
    Paused(Leg),
}

impl<F, S, C> Integration<'_, F, S, C>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    /// Integrates from the state `y`. The workspace may come from an earlier solve; it is reset.
    ///
    /// The outcome is an error if an argument is invalid or the end is not reached. A pause counts as a stop here.
    pub fn run<O: Observer<F, S>>(
        &self,
        y: F::State,
        mut workspace: S::Workspace,
        observer: &mut O,
    ) -> Reached<F::State, S::Workspace> {
        let before = self.solver.evaluations(&workspace);
        let matrices_before = self.solver.matrices(&workspace);
        let memory = self.prepare(&y, &mut workspace);
        let mut at = Progress { t: self.span.t0, y, workspace, stats: Stats::default() };
        let ends = self.stops.iter().copied().chain([self.span.t1]);
        let (result, stiffness) = match memory {
            Ok(mut memory) => (self.advance(&mut at, &mut memory, ends, observer), self.control.stiffness(&memory)),
            Err(error) => (Err(error), None),
        };
        let Progress { t, y, workspace, mut stats } = at;
        stats.evaluations = self.solver.evaluations(&workspace) - before;
        let matrices = self.solver.matrices(&workspace);
        stats.jacobians = matrices.jacobians - matrices_before.jacobians;
        stats.factorisations = matrices.factorisations - matrices_before.factorisations;
        let (stopped, outcome) = match result {
            Ok(course) => (course != Course::Done, Ok(stats)),
            // A field that has no value may know why.
            Err(error) => (false, Err(Halt { error: self.field.failure(t, &y).unwrap_or(error), t, stats })),
        };
        Reached { t, y, workspace, stopped, stiffness, outcome }
    }

    /// Checks the arguments and asks for the first step.
    pub(crate) fn prepare(&self, y: &F::State, workspace: &mut S::Workspace) -> Result<C::Memory> {
        self.span.validate()?;
        self.span.validate_times(self.stops)?;
        if !y.all_finite() {
            return Err(Error::NonFiniteInitialState);
        }
        check_shape(self.field, self.span.t0, y)?;
        self.solver.reset(workspace);
        self.control.begin(self.field, self.solver, workspace, self.span, y)
    }

    /// Steps to each of `ends` in turn.
    #[inline(always)]
    pub(crate) fn advance<O: Observer<F, S>>(
        &self,
        at: &mut Progress<F::State, S::Workspace>,
        memory: &mut C::Memory,
        ends: impl Iterator<Item = f64>,
        observer: &mut O,
    ) -> Result<Course> {
        let mut y1 = at.y.clone();
        for end in ends {
            while self.span.is_after(end, at.t) {
                let plan = self.control.plan(memory, at.t, end);
                let plan = if self.span.is_after(plan.end, end) { Plan::step_to(end) } else { plan };
                let h = (plan.end - at.t) / f64::from(plan.steps);
                if at.t + h == at.t {
                    return Err(Error::StepSizeUnderflow { t: at.t, h, min: at.t.abs() * f64::EPSILON });
                }
                let leg = Leg { start: at.t, end: plan.end, h, steps: plan.steps, done: 0 };
                match self.walk(at, memory, leg, &mut y1, observer)? {
                    Course::Done => {}
                    course => return Ok(course),
                }
            }
        }
        Ok(Course::Done)
    }

    /// Takes the steps of a leg that are left, until one of them is rejected or an observer objects.
    #[inline(always)]
    pub(crate) fn walk<O: Observer<F, S>>(
        &self,
        at: &mut Progress<F::State, S::Workspace>,
        memory: &mut C::Memory,
        leg: Leg,
        y1: &mut F::State,
        observer: &mut O,
    ) -> Result<Course> {
        let Self { field, solver, control, .. } = *self;
        let budget = control.max_steps();
        let Leg { start, end, h, steps, done } = leg;
        let mut i = done;
        while i < steps {
            i += 1;
            if at.stats.accepted + at.stats.rejected == budget {
                return Err(Error::MaxSteps { t: at.t, steps: budget });
            }
            let t = at.t;
            let t1 = if i == steps { end } else { start + f64::from(i) * h };
            let verdict = match solver.step(field, &mut at.workspace, t, h, &at.y, y1) {
                Ok(()) => {
                    let trial = Trial { t, h, y0: &at.y, y1 };
                    control.judge(memory, solver, &mut at.workspace, trial)
                }
                Err(error) => control.failed(memory, t, h, error),
            };
            let forced = matches!(verdict, Verdict::Force);
            match verdict {
                Verdict::Accept | Verdict::Force => {}
                Verdict::Reject => {
                    at.stats.rejected += 1;
                    break;
                }
                Verdict::Fail(error) => {
                    at.stats.rejected += 1;
                    return Err(error);
                }
            }
            let workspace = &mut at.workspace;
            let step = Step { field, solver, workspace, t0: t, t1, h, y0: &at.y, y1, next: y1 };
            let flow = observer.observe(step)?;
            at.stats.accepted += 1;
            at.stats.forced += u64::from(forced);
            match flow {
                Flow::Stop { t, after, .. } => {
                    at.move_to(t, after)?;
                    return Ok(Course::Stopped);
                }
                Flow::Jump { t, after, .. } => {
                    at.move_to(t, after)?;
                    self.restart(at, memory)?;
                    break;
                }
                Flow::On | Flow::Pause => {}
            }
            solver.accept(&mut at.workspace);
            at.y.replace_by(y1);
            at.t = t1;
            if let Flow::Pause = flow {
                return Ok(Course::Paused(Leg { done: i, ..leg }));
            }
        }
        Ok(Course::Done)
    }

    /// Goes on from a state that does not continue the last step.
    pub(crate) fn restart(&self, at: &mut Progress<F::State, S::Workspace>, memory: &mut C::Memory) -> Result<()> {
        self.solver.reset(&mut at.workspace);
        let rest = Span { t0: at.t, t1: self.span.t1 };
        self.control.restart(memory, self.field, self.solver, &mut at.workspace, rest, &at.y)
    }
}
