//! The one loop: step, judge, observe, accept.
//!
//! It knows nothing of methods, output or gradients. What wants to see the steps implements [`Observer`].

mod pieces;

pub use pieces::{Bridge, Jump};

use crate::control::{Controller, Plan, Trial, Verdict};
use crate::solver::Stiffness;
use crate::{Dynamics, Error, Result, Solver, Span, State};

/// What a solve cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

/// An accepted step, seen before the solver moves on: the workspace still holds its stages.
pub struct Step<'a, F: Dynamics, S: Solver<F>> {
    /// The field.
    pub field: &'a F,
    /// The method.
    pub solver: &'a S,
    /// Its workspace after the step.
    pub workspace: &'a mut S::Workspace,
    /// Start of the step.
    pub t0: f64,
    /// End of the step.
    pub t1: f64,
    /// State at the start.
    pub y0: &'a F::State,
    /// State at the end.
    pub y1: &'a F::State,
}

/// Sees every accepted step of a solve.
pub trait Observer<F: Dynamics, S: Solver<F>> {
    /// Called once for every accepted step, in order.
    ///
    /// # Errors
    /// Whatever it returns ends the solve.
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<()>;
}

/// Looks away.
impl<F: Dynamics, S: Solver<F>> Observer<F, S> for () {
    #[inline]
    fn observe(&mut self, _: Step<'_, F, S>) -> Result<()> {
        Ok(())
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
    /// The last good state: the solution at the end of the span, or at [`Halt::t`].
    pub y: Y,
    /// The workspace, for another solve.
    pub workspace: W,
    /// Whether the problem looks stiff for the method.
    pub stiffness: Option<Stiffness>,
    /// The cost, or why the end was not reached.
    pub outcome: Result<Stats, Halt>,
}

impl<Y, W> Reached<Y, W> {
    /// What is left for the user.
    pub(crate) fn without_workspace(self) -> Reached<Y, ()> {
        let Self { y, stiffness, outcome, .. } = self;
        Reached { y, workspace: (), stiffness, outcome }
    }
}

impl<Y> Reached<Y, ()> {
    /// A solve that could not begin.
    pub(crate) fn refused(t: f64, y: Y, error: Error) -> Self {
        let outcome = Err(Halt { error, t, stats: Stats::default() });
        Self { y, workspace: (), stiffness: None, outcome }
    }
}

/// What a solve changes. It moves through the solve by value: then the compiler can keep a small state and its stages in
/// registers from one step to the next, which behind references it does not.
struct Progress<Y, W> {
    t: f64,
    y: Y,
    workspace: W,
    stats: Stats,
}

impl<F, S, C> Integration<'_, F, S, C>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    /// Integrates from the state `y`. The workspace may come from an earlier solve; it is reset.
    ///
    /// The outcome is an error if an argument is invalid or the end is not reached.
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
        let (result, stiffness) = match memory {
            Ok(mut memory) => (self.advance(&mut at, &mut memory, observer), self.control.stiffness(&memory)),
            Err(error) => (Err(error), None),
        };
        let Progress { t, y, workspace, mut stats } = at;
        stats.evaluations = self.solver.evaluations(&workspace) - before;
        let matrices = self.solver.matrices(&workspace);
        stats.jacobians = matrices.jacobians - matrices_before.jacobians;
        stats.factorisations = matrices.factorisations - matrices_before.factorisations;
        let outcome = match result {
            Ok(()) => Ok(stats),
            Err(error) => Err(Halt { error, t, stats }),
        };
        Reached { y, workspace, stiffness, outcome }
    }

    /// Checks the arguments and asks for the first step.
    fn prepare(&self, y: &F::State, workspace: &mut S::Workspace) -> Result<C::Memory> {
        self.span.validate()?;
        self.span.validate_times(self.stops)?;
        if !y.all_finite() {
            return Err(Error::NonFiniteInitialState);
        }
        self.solver.reset(workspace);
        self.control.begin(self.field, self.solver, workspace, self.span, y)
    }

    #[inline(always)]
    fn advance<O: Observer<F, S>>(
        &self,
        at: &mut Progress<F::State, S::Workspace>,
        memory: &mut C::Memory,
        observer: &mut O,
    ) -> Result<()> {
        let Self { field, solver, control, span, stops } = *self;
        let budget = control.max_steps();
        let mut y1 = at.y.clone();

        for end in stops.iter().copied().chain([span.t1]) {
            while span.is_after(end, at.t) {
                let plan = control.plan(memory, at.t, end);
                let plan = if span.is_after(plan.end, end) { Plan::step_to(end) } else { plan };
                let start = at.t;
                let h = (plan.end - start) / f64::from(plan.steps);
                if start + h == start {
                    return Err(Error::StepSizeUnderflow { t: start, h, min: start.abs() * f64::EPSILON });
                }
                let mut i = 0;
                while i < plan.steps {
                    i += 1;
                    if at.stats.accepted + at.stats.rejected == budget {
                        return Err(Error::MaxSteps { t: at.t, steps: budget });
                    }
                    let t = at.t;
                    let t1 = if i == plan.steps { plan.end } else { start + f64::from(i) * h };
                    let verdict = match solver.step(field, &mut at.workspace, t, h, &at.y, &mut y1) {
                        Ok(()) => {
                            let trial = Trial { t, h, y0: &at.y, y1: &y1 };
                            control.judge(memory, solver, &mut at.workspace, trial)
                        }
                        Err(error) => control.failed(memory, t, h, error),
                    };
                    let forced = matches!(verdict, Verdict::Force);
                    match verdict {
                        Verdict::Accept | Verdict::Force => {
                            let workspace = &mut at.workspace;
                            observer.observe(Step { field, solver, workspace, t0: t, t1, y0: &at.y, y1: &y1 })?;
                            solver.accept(&mut at.workspace);
                            at.y.replace_by(&mut y1);
                            at.t = t1;
                            at.stats.accepted += 1;
                            at.stats.forced += u64::from(forced);
                        }
                        Verdict::Reject => {
                            at.stats.rejected += 1;
                            break;
                        }
                        Verdict::Fail(error) => {
                            at.stats.rejected += 1;
                            return Err(error);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
