//! Solves over fields that jump at known times.

use super::{Flow, Integration, Observer, Reached, Step};
use crate::control::Controller;
use crate::{Dynamics, Error, Halt, Result, Solver, Span, Stats};

/// A jump of the field, as the loop sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jump {
    /// The last time at which a step may end that belongs to the piece before.
    pub before: f64,
    /// The jump itself. What the field is there does not matter.
    pub time: f64,
    /// The first time behind, where the next piece starts.
    pub after: f64,
}

impl Jump {
    /// The jumps at `times`, in any order, that are inside `span` or at its end, in the order of integration.
    ///
    /// # Errors
    /// A time that is not a number.
    pub fn inside(span: Span, times: &[f64]) -> Result<Vec<Self>> {
        if let Some(index) = times.iter().position(|time| time.is_nan()) {
            return Err(Error::InvalidEntry { name: "jumps", index, value: times[index], expected: "a number" });
        }
        let mut times: Vec<f64> =
            times.iter().copied().filter(|&t| span.is_after(t, span.t0) && !span.is_after(t, span.t1)).collect();
        times.sort_by(|a, b| (span.direction() * a).total_cmp(&(span.direction() * b)));
        times.dedup();
        let mut start = span.t0;
        let mut jumps = Vec::with_capacity(times.len());
        for time in times {
            let after = if span.direction() > 0.0 { time.next_up() } else { time.next_down() };
            jumps.push(Self { before: last_before(time, start, span.direction()), time, after });
            start = after;
        }
        Ok(jumps)
    }
}

/// A time so short before `time` that nothing is lost, and so long that `t + (before − t)` is before it for every `t`
/// from `start` on.
///
/// The length of a step is rounded by half a unit in the last place of twice the larger time, the sum by half a unit of
/// the result: together less than two units of the larger one.
fn last_before(time: f64, start: f64, direction: f64) -> f64 {
    let unit = f64::EPSILON * time.abs().max(start.abs()).max(f64::MIN_POSITIVE / f64::EPSILON);
    time - 2.0 * unit * direction
}

impl<'a, F, S, C> Integration<'a, F, S, C>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    /// [`run`](Self::run) piece by piece from jump to jump, in order and inside the span. No step evaluates the field on
    /// both sides of a jump, and behind one the method and the controller begin anew.
    pub fn run_pieces<O: Observer<F, S>>(
        &self,
        jumps: &[Jump],
        y: F::State,
        workspace: S::Workspace,
        observer: &mut O,
    ) -> Reached<F::State, S::Workspace> {
        let ends = jumps.iter().map(|jump| (jump.before, jump.time, jump.after));
        let at_the_end = jumps.last().is_some_and(|jump| jump.time == self.span.t1);
        let last = (!at_the_end).then_some((self.span.t1, self.span.t1, self.span.t1));

        let (mut t0, mut stats, mut stiffness) = (self.span.t0, Stats::default(), None);
        let (mut t, mut stopped) = (t0, false);
        let mut at = (y, workspace);
        let mut outcome = Ok(stats);
        for (end, time, next) in ends.chain(last) {
            let piece = Self { span: Span { t0, t1: end }, stops: self.stops_between(t0, end), ..*self };
            // Two jumps may be next to each other.
            if !jumps.is_empty() && !self.span.is_after(end, t0) {
                t0 = next;
                continue;
            }
            let reached = piece.run(at.0, at.1, observer);
            at = (reached.y, reached.workspace);
            stiffness = stiffness.or(reached.stiffness);
            // The end of a piece stands for the jump behind it.
            t = if reached.t == end { time } else { reached.t };
            stopped = reached.stopped;
            match reached.outcome {
                Ok(cost) => stats += cost,
                Err(halt) => {
                    stats += halt.stats;
                    outcome = Err(Halt { stats, ..halt });
                    t = reached.t;
                    break;
                }
            }
            if stopped {
                break;
            }
            t0 = next;
        }
        Reached { t, y: at.0, workspace: at.1, stopped, stiffness, outcome: outcome.map(|_| stats) }
    }

    /// The stops from `t0` to `t1`.
    fn stops_between(&self, t0: f64, t1: f64) -> &'a [f64] {
        // All of them where there is nothing to leave out; what is wrong with them is said later.
        if (t0, t1) == (self.span.t0, self.span.t1) {
            return self.stops;
        }
        let start = self.stops.partition_point(|&stop| self.span.is_after(t0, stop));
        let end = self.stops.partition_point(|&stop| !self.span.is_after(stop, t1));
        &self.stops[start..end.max(start)]
    }
}

/// Shows an observer steps that end and start at jumps, and not a rounding error beside them.
#[derive(Debug)]
pub struct Bridge<O> {
    /// The observer.
    pub inner: O,
    jumps: Vec<Jump>,
    /// The first that is not passed.
    next: usize,
}

impl<O> Bridge<O> {
    /// Over these jumps, which are in the order of integration.
    pub fn new(inner: O, jumps: Vec<Jump>) -> Self {
        Self { inner, jumps, next: 0 }
    }
}

impl<F: Dynamics, S: Solver<F>, O: Observer<F, S>> Observer<F, S> for Bridge<O> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<Flow<F::State>> {
        let direction = if step.t1 < step.t0 { -1.0 } else { 1.0 };
        let (mut t0, mut t1) = (step.t0, step.t1);
        while let Some(jump) = self.jumps.get(self.next)
            && (jump.time - step.t0) * direction <= 0.0
        {
            if jump.after == step.t0 {
                t0 = jump.time;
            }
            self.next += 1;
        }
        if let Some(jump) = self.jumps.get(self.next)
            && jump.before == step.t1
        {
            t1 = jump.time;
        }
        self.inner.observe(Step { t0, t1, ..step })
    }
}
