//! The transpose of a step.

use super::{Past, StageTape, StepNote};
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::solver::explicit::Erk;
use crate::solver::{Dense, Tableau};
use crate::state::State;

/// A method whose steps, with their outputs inside, can be differentiated in reverse.
#[diagnostic::on_unimplemented(
    message = "the step of `{Self}` has no transpose for this field, so it has no discrete adjoint",
    label = "this adjoint needs the transpose of every step",
    note = "Runge–Kutta and multistep methods have one if the field implements `rheos::Differentiable`, \
            Rosenbrock methods if it also implements `SecondOrderVjp`; otherwise use `rheos::BacksolveAdjoint`"
)]
pub trait StepVjp<F: Differentiable>: Dense<F> {
    /// The storage of the reverse pass of a step, allocated once per backward pass.
    type Tape;

    /// The number of points before the start of a step that it depends on, at most. It is 0 for a one-step method,
    /// which need not implement the functions about the past.
    const LOOKS_BACK: usize = 0;

    /// Whether a step depends on more than its ends. If so, each step has a [`StepNote`] and is transposed by
    /// [`step_vjp_after`](Self::step_vjp_after). This holds for every method that looks back.
    const TAKES_NOTES: bool = Self::LOOKS_BACK > 0;

    /// Whether it transposes the steps of a field with a [mass matrix](crate::dynamics::Dynamics::HAS_MASS).
    const PULLS_MASS: bool = false;

    /// A tape for states of the shape of `y0`.
    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape;

    /// Pulls cotangents back through a step.
    ///
    /// `ybar` holds the cotangent of the state at `t + h` and receives the cotangent of the state at `t`. `outputs` are
    /// outputs inside the step; the derivatives with respect to their times are filled in. The gradient of the
    /// parameters is added to `pbar`.
    ///
    /// # Errors
    /// The equations of an implicit method, or their transpose, could not be solved. An explicit method never fails.
    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        bars: Bars<'_, F>,
    ) -> Result<StepCotangent>;

    /// [`step_vjp`](Self::step_vjp) for the step to the last point of `past`, if it depends on more than its start.
    ///
    /// Call it for every step of a solve, from the last to the first. The tape stores the cotangents of the points
    /// before the start until those points are the start themselves. Only then do they appear in `ybar` and in the
    /// derivative with respect to the start of the step.
    ///
    /// # Errors
    /// As for [`step_vjp`](Self::step_vjp).
    fn step_vjp_after(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        past: Past<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        self.step_vjp(f, tape, past.step(), outputs, Bars { y: ybar, params: pbar })
    }

    /// The note of the last computed step, before it is accepted.
    fn note(&self, ws: &Self::Workspace) -> StepNote {
        let _ = ws;
        StepNote::default()
    }

    /// Restores the workspace to its state before the step from the last point of `past`. `past` has that point and as
    /// many before it as the method [looks back on](Self::LOOKS_BACK).
    fn recall(&self, f: &F, ws: &mut Self::Workspace, past: Past<'_, F::State>) {
        let _ = (f, past);
        self.reset(ws);
    }

    /// Makes the next step repeat the choices of the note.
    fn follow(&self, ws: &mut Self::Workspace, note: StepNote) {
        let _ = (ws, note);
    }

    /// Evaluations of the field since the tape was made.
    fn tape_evaluations(&self, tape: &Self::Tape) -> u64;
}

/// A step from `y0 = y(t)` over `h`.
#[derive(Debug)]
pub struct StepStart<'a, Y> {
    /// The start.
    pub t: f64,
    /// Its signed length.
    pub h: f64,
    /// The state at the start.
    pub y0: &'a Y,
}

impl<Y> Clone for StepStart<'_, Y> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Y> Copy for StepStart<'_, Y> {}

/// An output at `t + θ h` inside a step, in the backward pass.
#[derive(Debug)]
pub struct OutputCotangent<'a, Y> {
    /// Its position in the step, in `(0, 1]`.
    pub theta: f64,
    /// The derivative of the loss with respect to it.
    pub cotangent: &'a Y,
    /// The derivative of the loss with respect to its time; filled in by [`StepVjp::step_vjp`].
    pub time: f64,
}

impl<'a, Y> OutputCotangent<'a, Y> {
    /// An output at `theta` with its cotangent.
    pub fn new(theta: f64, cotangent: &'a Y) -> Self {
        Self { theta, cotangent, time: 0.0 }
    }
}

impl<Y: State> OutputCotangent<'_, Y> {
    /// Stores the derivative with respect to its time, given the velocity of the interpolant. Returns its effect,
    /// through `θ = (time − t) / h`, on the ends of the step.
    pub(in crate::solver) fn move_along(&mut self, velocity: &Y) -> StepCotangent {
        self.time = self.cotangent.inner(velocity);
        StepCotangent { start: -(1.0 - self.theta) * self.time, end: -self.theta * self.time }
    }
}

/// Adds the cotangents of the outputs at the end of a step to the cotangent of its end state.
pub(in crate::solver) fn add_outputs_at_end<Y: State>(outputs: &[OutputCotangent<'_, Y>], ybar: &mut Y) {
    for output in outputs.iter().filter(|output| output.theta == 1.0) {
        ybar.add_scaled(1.0, output.cotangent);
    }
}

/// Adds the cotangents of the outputs inside a step to the cotangent of its start, which they contain with weight 1.
pub(in crate::solver) fn add_outputs_inside<Y: State>(outputs: &[OutputCotangent<'_, Y>], ybar: &mut Y) {
    for output in outputs.iter().filter(|output| output.theta < 1.0) {
        ybar.add_scaled(1.0, output.cotangent);
    }
}

/// The derivatives of a loss with respect to the two end times of a step, with its states fixed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StepCotangent {
    /// With respect to the start of the step.
    pub start: f64,
    /// With respect to its end.
    pub end: f64,
}

impl StepCotangent {
    /// The derivatives of a loss that depends on the length of the step alone.
    pub(in crate::solver) fn from_length(h: f64) -> Self {
        Self { start: -h, end: h }
    }
}

impl std::ops::AddAssign for StepCotangent {
    fn add_assign(&mut self, other: Self) {
        self.start += other.start;
        self.end += other.end;
    }
}

impl<F: Differentiable, T: Tableau<S>, const S: usize> StepVjp<F> for Erk<T, S> {
    type Tape = StageTape<F, S>;

    fn tape(&self, _f: &F, y0: &F::State) -> Self::Tape {
        StageTape::new(y0)
    }

    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let inner = outputs.iter().any(|output| output.theta < 1.0);
        let for_y1 = T::B.iter().rposition(|&b| b != 0.0).map_or(0, |last| last + 1);
        let used = if inner { S } else { for_y1 };
        // The velocity of an output at the end comes from the interpolant, which reads every slope.
        tape.compute::<T>(f, step, if outputs.is_empty() { used } else { S });
        tape.pull_back::<T>(f, step, used, outputs, (ybar, pbar), |_, _, _| Ok(()))
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        tape.evaluations
    }
}
