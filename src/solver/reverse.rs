//! The exact transpose of one step: what a discrete adjoint is made of.

use super::tableau::Tableau;
use super::{Dense, Erk};
use crate::{Differentiable, State};

/// A method whose step can be differentiated in reverse, output between its ends included.
#[diagnostic::on_unimplemented(
    message = "the step of `{Self}` has no transpose for this field, so it has no discrete adjoint",
    label = "this adjoint needs the transpose of every step",
    note = "every explicit Runge–Kutta method has one where the field implements `rheos::Differentiable`; \
            otherwise use `rheos::Backsolve`"
)]
pub trait Reverse<F: Differentiable>: Dense<F> {
    /// What the reverse pass of a step needs, allocated once per backward pass.
    type Tape;

    /// A tape for states of the shape of `y0`.
    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape;

    /// Pulls cotangents back through a step.
    ///
    /// `ybar` holds the cotangent of the state at `t + h` and receives that of the state at `t`. `outputs` are outputs
    /// inside the step; the derivatives with respect to their times are filled in. The gradient of the parameters is
    /// added to `pbar`.
    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> StepCotangent;

    /// Evaluations of the field since the tape was made.
    fn tape_evaluations(&self, tape: &Self::Tape) -> u64;
}

/// A step that was taken: from `y0 = y(t)` over `h`.
#[derive(Debug)]
pub struct StepStart<'a, Y> {
    /// Where it started.
    pub t: f64,
    /// Its signed length.
    pub h: f64,
    /// The state where it started.
    pub y0: &'a Y,
}

impl<Y> Clone for StepStart<'_, Y> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Y> Copy for StepStart<'_, Y> {}

/// An output at `t + θ h` inside a step, seen from the backward pass.
#[derive(Debug)]
pub struct OutputCotangent<'a, Y> {
    /// Its place in the step, in `(0, 1]`.
    pub theta: f64,
    /// The derivative of the loss with respect to it.
    pub cotangent: &'a Y,
    /// The derivative of the loss with respect to its time; filled in by [`Reverse::step_vjp`].
    pub time: f64,
}

impl<'a, Y> OutputCotangent<'a, Y> {
    /// An output at `theta` with its cotangent.
    pub fn new(theta: f64, cotangent: &'a Y) -> Self {
        Self { theta, cotangent, time: 0.0 }
    }
}

/// Derivatives of a loss with respect to the two ends of a step in time, its states held.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StepCotangent {
    /// With respect to the start of the step.
    pub start: f64,
    /// With respect to its end.
    pub end: f64,
}

impl StepCotangent {
    /// That of the length of the step alone.
    pub(super) fn from_length(h: f64) -> Self {
        Self { start: -h, end: h }
    }
}

impl std::ops::AddAssign for StepCotangent {
    fn add_assign(&mut self, other: Self) {
        self.start += other.start;
        self.end += other.end;
    }
}

/// The stages of a step, their traces, and their cotangents.
#[derive(Debug)]
pub struct ErkTape<F: Differentiable, const S: usize> {
    k: [F::State; S],
    argument: [F::State; S],
    /// `stage_bar[i]` is the cotangent of the argument of stage `i`.
    stage_bar: [F::State; S],
    slope_bar: F::State,
    trace: [F::Trace; S],
    evaluations: u64,
}

impl<F: Differentiable, T: Tableau<S>, const S: usize> Reverse<F> for Erk<T, S> {
    type Tape = ErkTape<F, S>;

    fn tape(&self, _f: &F, y0: &F::State) -> Self::Tape {
        ErkTape {
            k: std::array::from_fn(|_| y0.zeros_like()),
            argument: std::array::from_fn(|_| y0.zeros_like()),
            stage_bar: std::array::from_fn(|_| y0.zeros_like()),
            slope_bar: y0.zeros_like(),
            trace: std::array::from_fn(|_| F::Trace::default()),
            evaluations: 0,
        }
    }

    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> StepCotangent {
        let StepStart { t, h, y0 } = step;
        // An output at the very end is y1, but its velocity is that of the interpolant.
        for output in outputs.iter().filter(|output| output.theta == 1.0) {
            ybar.add_scaled(1.0, output.cotangent);
        }
        let inner = outputs.iter().any(|output| output.theta < 1.0);
        let for_y1 = T::B.iter().rposition(|&b| b != 0.0).map_or(0, |last| last + 1);
        let used = if inner { S } else { for_y1 };
        replay::<F, T, S>(f, tape, step, if outputs.is_empty() { used } else { S });

        let mut cotangent = move_outputs::<F, T, S>(tape, outputs);
        for i in (0..used).rev() {
            // k̄ᵢ = h (bᵢ ȳ₁ + Σⱼ a_ji Ȳⱼ + Σ b(θ)ᵢ w) and Ȳᵢ = Jᵢᵀ k̄ᵢ.
            let (before, after) = tape.stage_bar.split_at_mut(i + 1);
            let slope_bar = &mut tape.slope_bar;
            slope_bar.set_zeros();
            add_nonzero(slope_bar, h * T::B[i], ybar);
            for (stage_bar, row) in after[..used - i - 1].iter().zip(&T::A[i + 1..]) {
                add_nonzero(slope_bar, h * row[i], stage_bar);
            }
            for output in outputs.iter().filter(|output| output.theta < 1.0) {
                add_nonzero(slope_bar, h * T::DENSE.weight(i, output.theta), output.cotangent);
            }

            let argument = if i == 0 { y0 } else { &tape.argument[i] };
            let stage_bar = &mut before[i];
            stage_bar.set_zeros();
            let trace = &mut tape.trace[i];
            let time = f.vjp_traced(trace, t + T::C[i] * h, argument, slope_bar, stage_bar, pbar);
            // The stage time t + c h and the factor h of every slope move with the ends of the step.
            let length = slope_bar.inner(&tape.k[i]) / h;
            cotangent.start += (1.0 - T::C[i]) * time - length;
            cotangent.end += T::C[i] * time + length;
        }
        for stage_bar in &tape.stage_bar[..used] {
            ybar.add_scaled(1.0, stage_bar);
        }
        for output in outputs.iter().filter(|output| output.theta < 1.0) {
            ybar.add_scaled(1.0, output.cotangent);
        }
        cotangent
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        tape.evaluations
    }
}

#[inline]
fn add_nonzero<Y: State>(sum: &mut Y, a: f64, x: &Y) {
    if a != 0.0 {
        sum.add_scaled(a, x);
    }
}

/// Fills in the derivatives with respect to the output times, and returns what follows from `θ = (time − t) / h` for
/// the ends of the step.
fn move_outputs<F: Differentiable, T: Tableau<S>, const S: usize>(
    tape: &mut ErkTape<F, S>,
    outputs: &mut [OutputCotangent<'_, F::State>],
) -> StepCotangent {
    let mut cotangent = StepCotangent { start: 0.0, end: 0.0 };
    for output in outputs {
        tape.slope_bar.set_zeros();
        tape.slope_bar.accumulate(1.0, &T::DENSE.derivative(output.theta), &tape.k);
        output.time = output.cotangent.inner(&tape.slope_bar);
        cotangent.start -= (1.0 - output.theta) * output.time;
        cotangent.end -= output.theta * output.time;
    }
    cotangent
}

/// Computes the first `used` stages again, with traces.
fn replay<F: Differentiable, T: Tableau<S>, const S: usize>(
    f: &F,
    tape: &mut ErkTape<F, S>,
    StepStart { t, h, y0 }: StepStart<'_, F::State>,
    used: usize,
) {
    for i in 0..used {
        let (done, rest) = tape.k.split_at_mut(i);
        let argument = if i == 0 {
            y0
        } else {
            tape.argument[i].combine(y0, h, &T::A[i][..i], done);
            &tape.argument[i]
        };
        f.eval_traced(t + T::C[i] * h, argument, &mut rest[0], &mut tape.trace[i]);
    }
    tape.evaluations += used as u64;
}
