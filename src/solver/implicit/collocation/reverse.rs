//! The exact transpose of a collocation step, by the implicit function theorem.

use super::tableau::{bend, bend_slope};
use super::transposed::TransposedStages;
use super::{Collocation, CollocationTableau, CollocationWorkspace};
use crate::dynamics::{Bars, Differentiable, Dynamics};
use crate::error::Result;
use crate::solver::implicit::{Lu, TransposedComplexSolver};
use crate::solver::reverse::{add_outputs_at_end, add_outputs_inside, inner_with_mass};
use crate::solver::{OutputCotangent, Solver, StepCotangent, StepStart, StepVjp};
use crate::state::State;

/// A step of a collocation method, solved again, with the cotangents of its stages.
pub struct CollocationTape<F: Differentiable, const S: usize, L: TransposedComplexSolver<F> = Lu> {
    step: CollocationWorkspace<F, S, L>,
    y1: F::State,
    stages: [F::State; S],
    transposed: TransposedStages<F, S, L>,
    /// The cotangent of the slope at the start.
    start_bar: F::State,
}

/// The stages and the transposed equations are solved to rounding.
impl<F, T, const S: usize, L> StepVjp<F> for Collocation<T, S, L>
where
    F: Differentiable,
    T: CollocationTableau<S>,
    L: TransposedComplexSolver<F>,
{
    type Tape = CollocationTape<F, S, L>;

    const PULLS_MASS: bool = Self::TAKES_MASS;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        CollocationTape {
            step: self.workspace(f, y0),
            y1: y0.zeros_like(),
            stages: std::array::from_fn(|_| y0.zeros_like()),
            transposed: TransposedStages::new(&self.linear, f, y0),
            start_bar: y0.zeros_like(),
        }
    }

    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let StepStart { t, h, y0 } = step;
        // An output at the end is y1, but its velocity comes from the interpolant.
        add_outputs_at_end(outputs, ybar);
        self.reset(&mut tape.step);
        self.step(f, &mut tape.step, StepStart { t, h, y0 }, &mut tape.y1)?;
        for (i, stage) in tape.stages.iter_mut().enumerate() {
            stage.combine(y0, 1.0, &T::T[i], &tape.step.stages.w);
        }
        give_cotangents::<F, T, S, L>(tape, h, outputs, ybar);
        tape.transposed.solve::<T>(&self.linear, f, step, &tape.stages)?;

        let mut cotangent = move_outputs::<F, T, S, L>(tape, outputs);
        for i in 0..S {
            let adjoint = &mut tape.transposed;
            adjoint.give_slope_bar::<T>(i, h);
            let slope_bar = &adjoint.slope_bar;
            let time = f.vjp(t + T::C[i] * h, &tape.stages[i], slope_bar, ybar, pbar);
            // The stage time t + c h and the factor h of every slope move with the ends of the step.
            let length = inner_with_mass(f, slope_bar, &tape.step.stages.k[i]) / h;
            cotangent.start += (1.0 - T::C[i]) * time - length;
            cotangent.end += T::C[i] * time + length;
        }
        if !F::HAS_MASS && outputs.iter().any(|output| output.theta < 1.0) {
            let time = f.vjp(t, y0, &tape.start_bar, ybar, pbar);
            let length = tape.start_bar.inner(&tape.step.start) / h;
            cotangent.start += time - length;
            cotangent.end += length;
        }
        add_outputs_inside(outputs, ybar);
        Ok(cotangent)
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        self.evaluations(&tape.step)
    }
}

/// The weight of the slope at the start in the interpolant, which does not use it with a mass matrix.
fn bend_of<F: Dynamics>(bend: f64) -> f64 {
    if F::HAS_MASS { 0.0 } else { bend }
}

/// The cotangents of the slopes at the start and at the stages, from the end of the step and the outputs inside.
fn give_cotangents<F, T, const S: usize, L>(
    tape: &mut CollocationTape<F, S, L>,
    h: f64,
    outputs: &[OutputCotangent<'_, F::State>],
    ybar: &F::State,
) where
    F: Differentiable,
    T: CollocationTableau<S>,
    L: TransposedComplexSolver<F>,
{
    let start_weights = const { T::DENSE.derivative(0.0) };
    tape.start_bar.set_zeros();
    for (i, given) in tape.transposed.given.iter_mut().enumerate() {
        given.set_zeros();
        given.add_scaled(h * T::B[i], ybar);
        for output in outputs.iter().filter(|output| output.theta < 1.0) {
            let weight = T::DENSE.weight(i, output.theta) - bend_of::<F>(bend(&T::C, output.theta)) * start_weights[i];
            given.add_scaled(h * weight, output.cotangent);
        }
    }
    for output in outputs.iter().filter(|output| output.theta < 1.0) {
        tape.start_bar.add_scaled(h * bend(&T::C, output.theta), output.cotangent);
    }
}

/// Fills in the derivatives with respect to the output times. Returns their effect, through `θ = (time − t) / h`, on
/// the ends of the step.
fn move_outputs<F, T, const S: usize, L>(
    tape: &mut CollocationTape<F, S, L>,
    outputs: &mut [OutputCotangent<'_, F::State>],
) -> StepCotangent
where
    F: Differentiable,
    T: CollocationTableau<S>,
    L: TransposedComplexSolver<F>,
{
    let mut cotangent = StepCotangent { start: 0.0, end: 0.0 };
    for output in outputs {
        let velocity = &mut tape.y1;
        let bend = bend_of::<F>(bend_slope(&T::C, output.theta));
        velocity.set_zeros();
        velocity.accumulate(1.0, &T::DENSE.derivative(output.theta), &tape.step.stages.k);
        velocity.accumulate(-bend, &const { T::DENSE.derivative(0.0) }, &tape.step.stages.k);
        velocity.add_scaled(bend, &tape.step.start);
        cotangent += output.move_along(velocity);
    }
    cotangent
}
