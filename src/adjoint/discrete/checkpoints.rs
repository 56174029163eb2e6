//! Checkpoints: the states of a forward pass that are stored, and the recomputation of the others.

use super::revolve::next_checkpoint;
use super::stack::{Recent, Stack, Unstacking};
use crate::dynamics::{Bars, Differentiable, Dynamics};
use crate::error::{Error, Result};
use crate::integrate::Step;
use crate::solver::{OutputCotangent, Past, StepCotangent, StepNote, StepStart, StepVjp};
use crate::state::State;

/// The states of a forward pass that are stored for the backward pass.
///
/// A step of a multistep method starts from several points. Each checkpoint then holds all of them: 12 states for
/// [`Adams`](crate::solver::multistep::Adams), `K` for the Adams methods of order `K`, 6 for
/// [`Bdf`](type@crate::solver::multistep::Bdf) and `K + 1` for [`FixedBdf`](crate::solver::multistep::FixedBdf). A note
/// of 16 bytes is stored for every step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checkpoints {
    /// The state at every step; only the stages of each step are recomputed.
    #[default]
    All,
    /// The state at every `n`-th step, `n ≥ 1`. The backward pass also holds the steps between two of them.
    Every(usize),
    /// A fixed number of states, at least 1, however many steps there are.
    ///
    /// If the number of steps is known in advance, as with [`Fixed`](crate::control::Fixed), the checkpoints follow the
    /// binomial schedule (Griewank & Walther, *Algorithm 799: Revolve*, ACM TOMS 26, 2000), which recomputes the fewest
    /// steps. Otherwise they are equally spaced, and the spacing doubles whenever the slots are full; the backward
    /// pass is binomial between them.
    Slots(usize),
}

impl Checkpoints {
    pub(crate) fn validate(self) -> Result<()> {
        match self {
            Self::Every(0) | Self::Slots(0) => {
                Err(Error::InvalidArgument { name: "checkpoints", value: 0.0, expected: "at least 1" })
            }
            _ => Ok(()),
        }
    }
}

/// The largest number of states that memory is reserved for in advance.
const MOST_AT_ONCE: usize = 1 << 20;

/// The observer of a forward pass: it stores the times of all steps, and some of the states.
#[derive(Debug, Clone)]
pub(super) struct Kept<Y> {
    rule: Checkpoints,
    /// The number of steps, if it is known.
    expected: Option<usize>,
    /// The step at which the next state is stored.
    next: usize,
    /// The distance of two checkpoints, if the number of steps is not known.
    spacing: usize,
    /// The times of the accepted steps, the start included.
    pub(super) grid: Vec<f64>,
    /// The lengths of the steps, equal to the differences of the times up to rounding. With them a step is repeated bit
    /// for bit.
    lengths: Vec<f64>,
    stack: Stack<Y>,
    /// The note on each step, for a method that takes notes.
    pub(super) notes: Vec<StepNote>,
    /// The last states, for a method that looks back.
    recent: Recent<Y>,
}

impl<Y: State> Kept<Y> {
    /// Starts with `y0` at `t0`, before a solve with this expected number of steps.
    pub(super) fn new(rule: Checkpoints, t0: f64, y0: &Y, expected: Option<usize>) -> Self {
        // A growing vector holds its old and its new buffer for a moment.
        let steps = expected.unwrap_or(0).min(MOST_AT_ONCE);
        let stack =
            if rule == Checkpoints::All { Stack::of_all(y0.clone(), steps) } else { Stack::of_some(y0.clone()) };
        let mut grid = Vec::with_capacity(steps + 1);
        grid.push(t0);
        let (lengths, notes, recent) = (Vec::with_capacity(steps), Vec::new(), Recent::new(1));
        let mut kept = Self { rule, expected, next: 0, spacing: 1, grid, lengths, stack, notes, recent };
        kept.plan();
        kept
    }

    /// Chooses the place of the next checkpoint, just after one was stored.
    fn plan(&mut self) {
        let (last, used) = (self.grid.len() - 1, self.stack.len());
        self.next = match (self.rule, self.expected) {
            (Checkpoints::All, _) => last + 1,
            (Checkpoints::Every(n), _) => last.saturating_add(n),
            // The last checkpoint occupies the first of the remaining slots.
            (Checkpoints::Slots(slots), Some(steps)) if used < slots && last + 2 <= steps => {
                last + next_checkpoint(steps - last, (slots - used).saturating_add(1))
            }
            (Checkpoints::Slots(_), Some(_)) => usize::MAX,
            (Checkpoints::Slots(_), None) => last + self.spacing,
        };
    }

    /// Stores the state `y` after all steps so far, unless making room makes it superfluous.
    fn keep(&mut self, y: &Y) {
        let n = self.grid.len() - 1;
        if let (Checkpoints::Slots(slots), None) = (self.rule, self.expected)
            && self.stack.len() >= slots
        {
            self.spacing = self.spacing.saturating_mul(2);
            self.stack.thin_out(self.spacing);
            if self.stack.len() >= slots || !n.is_multiple_of(self.spacing) {
                self.next = (n + 1).next_multiple_of(self.spacing);
                return;
            }
        }
        let before = self.recent.newest(usize::MAX).get(1..).unwrap_or_default().to_vec();
        self.stack.push(n, y.clone(), before);
        self.plan();
    }

    /// Observes a step of a method that looks back on this many points.
    fn look_back(&mut self, points: usize, (y0, y1): (&Y, &Y)) {
        // If every state is stored, no step is repeated.
        if points == 0 || self.rule == Checkpoints::All {
            return;
        }
        if self.recent.is_empty() {
            self.recent.hold(points + 1);
            self.recent.restart(self.grid.len() - 2, std::iter::once(y0));
        }
        self.recent.push_copy(y1);
    }

    /// Observes a step as the method computed it. Next to a jump of the field, its computed times lie a rounding error
    /// inside the nominal ones.
    #[inline]
    pub(super) fn step<F, S>(&mut self, step: &Step<'_, F, S>)
    where
        F: Differentiable + Dynamics<State = Y>,
        S: StepVjp<F>,
    {
        if self.lengths.is_empty() {
            self.grid[0] = step.computed.t0;
        }
        self.grid.push(step.computed.t1);
        self.lengths.push(step.h);
        if S::TAKES_NOTES {
            self.notes.push(step.solver.note(step.workspace));
        }
        self.look_back(S::LOOKS_BACK, (step.y0, step.y1));
        if self.grid.len() > self.next {
            self.keep(step.y1);
        }
    }

    /// The number of checkpoints that the backward pass may hold.
    fn slots(&self) -> usize {
        match self.rule {
            Checkpoints::All | Checkpoints::Every(_) => self.stack.len(),
            Checkpoints::Slots(slots) => slots,
        }
    }
}

/// Returns the states of a forward pass from the last to the first.
pub(super) struct Rewind<'a, F: Differentiable, S: StepVjp<F>> {
    problem: (&'a F, &'a S),
    grid: &'a [f64],
    lengths: &'a [f64],
    notes: &'a [StepNote],
    stack: Unstacking<'a, F::State>,
    slots: usize,
    workspace: S::Workspace,
    /// The states that were computed last.
    recent: Recent<F::State>,
    next: F::State,
    /// The states up to the end of the last requested step, newest first, for a method that takes notes.
    seen: Vec<F::State>,
    /// The number of recomputed steps.
    pub(super) recomputed: u64,
}

impl<'a, F: Differentiable, S: StepVjp<F>> Rewind<'a, F, S> {
    /// For the stored states of a forward pass of `solver` on `f`.
    pub(super) fn new(problem: (&'a F, &'a S), kept: &'a Kept<F::State>) -> Self {
        let next = kept.stack.start().zeros_like();
        let mut recent = kept.recent.clone();
        // All states between two checkpoints are recomputed together.
        recent.hold(if let Checkpoints::Every(n) = kept.rule { n.max(S::LOOKS_BACK + 1) } else { S::LOOKS_BACK + 1 });
        let workspace = problem.1.workspace(problem.0, kept.stack.start());
        let (grid, lengths, notes) = (&kept.grid[..], &kept.lengths[..], &kept.notes[..]);
        let (stack, slots) = (Unstacking::new(&kept.stack), kept.slots());
        Self { problem, grid, lengths, notes, stack, slots, workspace, recent, next, seen: Vec::new(), recomputed: 0 }
    }

    /// The state at the start.
    pub(super) fn start(&self) -> &'a F::State {
        self.stack.start()
    }

    /// The state after `n` steps. Call it for each `n` in turn, from the last but one to 0.
    ///
    /// # Errors
    /// The errors of a step. A step that succeeded in the forward pass can fail here by rounding only.
    fn state(&mut self, n: usize) -> Result<&F::State> {
        if let Some(y) = self.stack.kept(n) {
            return Ok(y);
        }
        if self.recent.holds(n) {
            return Ok(self.recent.at(n));
        }
        self.stack.drop_after(n);
        if self.stack.last_place() >= n {
            return Ok(self.stack.at(n));
        }
        self.compute(n)?;
        Ok(self.recent.at(n))
    }

    /// Pulls cotangents back through step `n`. Call it for each `n` in turn, from the last to 0.
    ///
    /// # Errors
    /// The errors of [`state`](Self::state) and of the transposed step.
    pub(super) fn step_vjp(
        &mut self,
        n: usize,
        tape: &mut S::Tape,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let (f, solver) = self.problem;
        if S::TAKES_NOTES {
            return solver.step_vjp_after(f, tape, self.past(n)?, outputs, Bars { y: ybar, params: pbar });
        }
        let (t, h) = (self.grid[n], self.lengths[n]);
        solver.step_vjp(f, tape, StepStart { t, h, y0: self.state(n)? }, outputs, Bars { y: ybar, params: pbar })
    }

    /// The points up to the end of step `n`, as many as the step looks back on. Call it for each `n` in turn, from the
    /// last to 0.
    ///
    /// # Errors
    /// The errors of [`state`](Self::state).
    fn past(&mut self, n: usize) -> Result<Past<'_, F::State>> {
        // The end of the following step is no longer needed; its buffer is reused.
        let mut spare = if self.seen.is_empty() { None } else { Some(self.seen.remove(0)) };
        let oldest = n.saturating_sub(S::LOOKS_BACK);
        while self.seen.len() < n + 2 - oldest {
            let place = n + 1 - self.seen.len();
            let mut y = spare.take().unwrap_or_else(|| self.next.zeros_like());
            y.assign(self.state(place)?);
            self.seen.push(y);
        }
        Ok(Past { times: &self.grid[..n + 2], states: &self.seen, note: self.notes[n] })
    }

    /// Recomputes the steps up to the place `n`, from the last checkpoint.
    fn compute(&mut self, n: usize) -> Result<()> {
        let mut at = self.stack.last_place();
        self.recent.restart(at, self.stack.last());
        let note = if at > 0 { self.notes.get(at - 1) } else { None }.copied().unwrap_or_default();
        let states = self.recent.newest(S::LOOKS_BACK + 1);
        let (f, solver) = self.problem;
        solver.recall(f, &mut self.workspace, Past { times: &self.grid[..=at], states, note });
        while at < n && self.stack.len() < self.slots {
            // The last checkpoint occupies the first of the remaining slots.
            let target = at + next_checkpoint(n + 1 - at, (self.slots - self.stack.len()).saturating_add(1));
            self.advance(at, target)?;
            at = target;
            let states = self.recent.newest(S::LOOKS_BACK + 1);
            self.stack.push(at, states[0].clone(), states[1..].to_vec());
        }
        self.advance(at, n)
    }

    /// Repeats the steps from `from` to `to`.
    fn advance(&mut self, from: usize, to: usize) -> Result<()> {
        let (f, solver) = self.problem;
        for n in from..to {
            let (t, h) = (self.grid[n], self.lengths[n]);
            if let Some(&note) = self.notes.get(n) {
                solver.follow(&mut self.workspace, note);
            }
            solver.step(f, &mut self.workspace, StepStart { t, h, y0: self.recent.at(n) }, &mut self.next)?;
            solver.accept(&mut self.workspace);
            self.recent.push(&mut self.next);
        }
        self.recomputed += (to - from) as u64;
        Ok(())
    }

    /// Evaluations of the field for recomputed steps.
    pub(super) fn evaluations(&self) -> u64 {
        self.problem.1.evaluations(&self.workspace)
    }
}
