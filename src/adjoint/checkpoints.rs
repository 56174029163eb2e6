//! Which states of a forward pass are kept, and how the others are computed again.

use super::revolve::next_checkpoint;
use crate::integrate::{Flow, Observer, Step};
use crate::{Dynamics, Result, Solver, State};

/// What of a forward pass is kept for the backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checkpoints {
    /// The state at every step: nothing is computed again but the stages of each step.
    #[default]
    All,
    /// The state at every `n`-th step, and in the backward pass at every step between two of them.
    Every(usize),
    /// As many states as there are slots, whatever the number of steps.
    ///
    /// Where the number of steps is known, as it is with [`Fixed`](crate::Fixed) ones, the states are those of the
    /// binomial schedule (Griewank & Walther, *Algorithm 799: Revolve*, ACM TOMS 26, 2000), which computes the fewest steps
    /// again. Where it is not, the states are equally far apart, twice as far each time the slots are full; the backward
    /// pass is binomial between them.
    Slots(usize),
}

/// Room is made for so many steps before a solve, if they are expected.
const MOST_AT_ONCE: usize = 1 << 20;

/// States with the number of steps before each, ascending.
#[derive(Debug, Clone)]
struct Stack<Y> {
    states: Vec<Y>,
    /// The numbers of steps; `None` where every state is kept, and its place is the number.
    places: Option<Vec<usize>>,
}

impl<Y> Stack<Y> {
    fn len(&self) -> usize {
        self.states.len()
    }

    fn push(&mut self, place: usize, y: Y) {
        self.states.push(y);
        if let Some(places) = &mut self.places {
            places.push(place);
        }
    }

    fn pop(&mut self) {
        self.states.pop();
        if let Some(places) = &mut self.places {
            places.pop();
        }
    }

    /// The place of the last state. There is always one, at the start.
    fn last_place(&self) -> usize {
        self.places.as_ref().and_then(|places| places.last().copied()).unwrap_or(self.len() - 1)
    }

    /// Drops what is not at a multiple of `spacing`.
    fn thin_out(&mut self, spacing: usize) {
        let Some(places) = &mut self.places else { return };
        let mut old = places.iter();
        self.states.retain(|_| old.next().is_some_and(|place| place.is_multiple_of(spacing)));
        places.retain(|place| place.is_multiple_of(spacing));
    }
}

/// The observer of a forward pass: the times of all steps, and some of the states.
#[derive(Debug, Clone)]
pub(super) struct Kept<Y> {
    rule: Checkpoints,
    /// The number of steps, if it is known.
    expected: Option<usize>,
    /// Where the next state is kept.
    next: usize,
    /// Between two kept states, where the number of steps is not known.
    spacing: usize,
    /// The times of the accepted steps, the start included.
    pub(super) grid: Vec<f64>,
    /// Their lengths, which are the differences of the times up to rounding: with them a step is repeated to the last bit.
    lengths: Vec<f64>,
    stack: Stack<Y>,
}

impl<Y: State> Kept<Y> {
    /// Starts with `y0` at `t0`, before a solve that is expected to take so many steps.
    pub(super) fn new(rule: Checkpoints, t0: f64, y0: &Y, expected: Option<usize>) -> Self {
        let places = (rule != Checkpoints::All).then(|| vec![0]);
        // A vector that grows holds its old and its new self for a moment.
        let steps = expected.unwrap_or(0).min(MOST_AT_ONCE);
        let mut states = Vec::with_capacity(if rule == Checkpoints::All { steps + 1 } else { 1 });
        states.push(y0.clone());
        let mut grid = Vec::with_capacity(steps + 1);
        grid.push(t0);
        let (lengths, stack) = (Vec::with_capacity(steps), Stack { states, places });
        let mut kept = Self { rule, expected, next: 0, spacing: 1, grid, lengths, stack };
        kept.plan();
        kept
    }

    /// Chooses where the next state is kept, the last one just having been.
    fn plan(&mut self) {
        let (last, used) = (self.grid.len() - 1, self.stack.len());
        self.next = match (self.rule, self.expected) {
            (Checkpoints::All, _) => last + 1,
            (Checkpoints::Every(n), _) => last + n.max(1),
            // The last state kept holds the first of the slots that are left.
            (Checkpoints::Slots(slots), Some(steps)) if used < slots && last + 2 <= steps => {
                last + next_checkpoint(steps - last, slots - used + 1)
            }
            (Checkpoints::Slots(_), Some(_)) => usize::MAX,
            (Checkpoints::Slots(_), None) => last + self.spacing,
        };
    }

    /// Keeps the state `y` after all steps so far, or finds that it need not be kept once there is room.
    fn keep(&mut self, y: &Y) {
        let n = self.grid.len() - 1;
        if let (Checkpoints::Slots(slots), None) = (self.rule, self.expected)
            && self.stack.len() >= slots
        {
            self.spacing *= 2;
            self.stack.thin_out(self.spacing);
            if self.stack.len() >= slots || !n.is_multiple_of(self.spacing) {
                self.next = (n + 1).next_multiple_of(self.spacing);
                return;
            }
        }
        self.stack.push(n, y.clone());
        self.plan();
    }

    /// How many states there may be at once in the backward pass.
    fn slots(&self) -> usize {
        match self.rule {
            Checkpoints::All => self.stack.len(),
            Checkpoints::Every(n) => self.stack.len() + n.saturating_sub(1),
            Checkpoints::Slots(slots) => slots,
        }
    }
}

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Kept<F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<Flow<F::State>> {
        self.grid.push(step.t1);
        self.lengths.push(step.h);
        if self.grid.len() > self.next {
            self.keep(step.y1);
        }
        Ok(Flow::On)
    }
}

/// Gives back the states of a forward pass from the last to the first.
pub(super) struct Rewind<'a, F: Dynamics, S: Solver<F>> {
    problem: (&'a F, &'a S),
    pub(super) grid: &'a [f64],
    pub(super) lengths: &'a [f64],
    stack: Stack<F::State>,
    slots: usize,
    workspace: S::Workspace,
    /// A step behind the last checkpoint that no slot was free for.
    current: F::State,
    next: F::State,
    /// Steps computed again.
    pub(super) recomputed: u64,
}

impl<'a, F: Dynamics, S: Solver<F>> Rewind<'a, F, S> {
    /// For what the forward pass of `solver` on `f` has kept.
    pub(super) fn new(problem: (&'a F, &'a S), kept: &'a mut Kept<F::State>) -> Self {
        let slots = kept.slots();
        let empty = Stack { states: Vec::new(), places: None };
        let stack = std::mem::replace(&mut kept.stack, empty);
        let y0 = &stack.states[0];
        let (current, next) = (y0.zeros_like(), y0.zeros_like());
        let workspace = problem.1.workspace(problem.0, y0);
        Self {
            problem,
            grid: &kept.grid,
            lengths: &kept.lengths,
            stack,
            slots,
            workspace,
            current,
            next,
            recomputed: 0,
        }
    }

    /// The state at the start.
    pub(super) fn start(&self) -> &F::State {
        &self.stack.states[0]
    }

    /// The state after `n` steps. To be called for each `n` in turn, from the last but one to 0.
    ///
    /// # Errors
    /// Those of a step, which cannot fail where the forward pass did not but for rounding.
    pub(super) fn state(&mut self, n: usize) -> Result<&F::State> {
        while self.stack.last_place() > n {
            self.stack.pop();
        }
        let mut at = self.stack.last_place();
        let kept = &self.stack.states[self.stack.len() - 1];
        if at == n {
            return Ok(&self.stack.states[self.stack.len() - 1]);
        }
        self.current.assign(kept);
        self.problem.1.reset(&mut self.workspace);
        while at < n && self.stack.len() < self.slots {
            // The last state kept holds the first of the slots that are left.
            let target = at + next_checkpoint(n + 1 - at, self.slots - self.stack.len() + 1);
            self.advance(at, target)?;
            at = target;
            self.stack.push(at, self.current.clone());
        }
        self.advance(at, n)?;
        Ok(&self.current)
    }

    /// Takes the steps from `from` to `to` again.
    fn advance(&mut self, from: usize, to: usize) -> Result<()> {
        let (f, solver) = self.problem;
        for (&t, &h) in self.grid[from..to].iter().zip(&self.lengths[from..to]) {
            solver.step(f, &mut self.workspace, t, h, &self.current, &mut self.next)?;
            solver.accept(&mut self.workspace);
            self.current.replace_by(&mut self.next);
        }
        self.recomputed += (to - from) as u64;
        Ok(())
    }

    /// Evaluations of the field for steps computed again.
    pub(super) fn evaluations(&self) -> u64 {
        self.problem.1.evaluations(&self.workspace)
    }
}
