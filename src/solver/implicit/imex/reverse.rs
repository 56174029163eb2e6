//! The transpose of an additive step, by the implicit function theorem.
//!
//! Stage `i` is `Yᵢ = y₀ + h Σⱼ (aᴱᵢⱼ kᴱⱼ + aᴵᵢⱼ kᴵⱼ)`, with the slopes `kᴱᵢ` and `kᴵᵢ` of both parts at `Yᵢ`. Let `k̄`
//! be the cotangent of a slope from the later stages, the end and the outputs. From the last stage to the first,
//!
//! `(I − h aᴵᵢᵢ J_Iᵀ) wᵢ = k̄ᴵᵢ + h aᴵᵢᵢ J_Eᵀ k̄ᴱᵢ` and `Ȳᵢ = J_Eᵀ k̄ᴱᵢ + J_Iᵀ wᵢ`:
//!
//! The explicit slope depends on the solved stage as well, so its pullback comes before the equations of the stage.

use super::engine::{Imex, ImexWorkspace};
use super::tableau::ImexTableau;
use crate::dynamics::{Bars, SplitVjp};
use crate::error::Result;
use crate::solver::implicit::TransposedSolver;
use crate::solver::reverse::{add_outputs_at_end, add_outputs_inside};
use crate::solver::{OutputCotangent, Solver, StepCotangent, StepStart, StepVjp, Tableau};
use crate::state::State;

/// A step of an additive method, solved again to rounding, and the cotangents of its stages.
pub struct ImexTape<F: SplitVjp, const S: usize, L: TransposedSolver<F::Implicit>> {
    forward: ImexWorkspace<F, S, L>,
    transposed: L::Transposed,
    /// The end of the step; then the argument of a stage.
    state: F::State,
    /// `stage_bar[i]` is the cotangent of the argument of stage `i`.
    stage_bar: [F::State; S],
    explicit_bar: F::State,
    implicit_bar: F::State,
}

impl<F, T, const S: usize, L> StepVjp<F> for Imex<T, S, L>
where
    F: SplitVjp,
    T: ImexTableau<S>,
    L: TransposedSolver<F::Implicit>,
{
    type Tape = ImexTape<F, S, L>;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        ImexTape {
            forward: self.workspace(f, y0),
            transposed: self.linear.transposed(f.implicit(), y0),
            state: y0.zeros_like(),
            stage_bar: std::array::from_fn(|_| y0.zeros_like()),
            explicit_bar: y0.zeros_like(),
            implicit_bar: y0.zeros_like(),
        }
    }

    /// The stages are solved again to rounding, whatever the tolerance of the forward pass. The gradient belongs to the
    /// exact solution of the equations of the step.
    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let StepStart { t, h, y0 } = step;
        self.reset(&mut tape.forward);
        self.step(f, &mut tape.forward, StepStart { t, h, y0 }, &mut tape.state)?;
        // An output at the end is y1, but its velocity comes from the interpolant.
        add_outputs_at_end(outputs, ybar);
        let mut cotangent = tape.move_outputs::<T>(outputs);
        for i in (0..S).rev() {
            tape.give_slopes::<T>(i, h, outputs, ybar);
            cotangent += self.pull_stage(f, tape, step, i, pbar)?;
        }
        for stage_bar in &tape.stage_bar {
            ybar.add_scaled(1.0, stage_bar);
        }
        add_outputs_inside(outputs, ybar);
        Ok(cotangent)
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        self.evaluations(&tape.forward)
    }
}

impl<T: ImexTableau<S>, const S: usize, L> Imex<T, S, L> {
    /// Pulls the cotangents of both slopes of stage `i` back to its argument.
    fn pull_stage<F: SplitVjp>(
        &self,
        f: &F,
        tape: &mut ImexTape<F, S, L>,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        i: usize,
        pbar: &mut F::Params,
    ) -> Result<StepCotangent>
    where
        L: TransposedSolver<F::Implicit>,
    {
        let ImexTape { forward, transposed, state, stage_bar, explicit_bar, implicit_bar } = tape;
        let (time, a) = (t + T::Implicit::C[i] * h, h * T::Implicit::A[i][i]);
        forward.combine(state, y0, h, &T::Explicit::A[i], &T::Implicit::A[i]);
        let stage_bar = &mut stage_bar[i];
        stage_bar.set_zeros();
        let mut moved = f.explicit_vjp(time, state, explicit_bar, stage_bar, pbar);
        if a != 0.0 {
            implicit_bar.add_scaled(a, stage_bar);
            let solved = self.linear.solve_transposed(transposed, f.implicit(), (time, state), a, implicit_bar);
            solved.map_err(|failure| failure.at(t, h))?;
        }
        moved += f.implicit_vjp(time, state, implicit_bar, stage_bar, pbar);
        // The stage time t + c h and the factor h of every slope move with the ends of the step.
        let length = (explicit_bar.inner(&forward.explicit[i]) + implicit_bar.inner(&forward.implicit[i])) / h;
        let c = T::Implicit::C[i];
        Ok(StepCotangent { start: (1.0 - c) * moved - length, end: c * moved + length })
    }
}

impl<F: SplitVjp, const S: usize, L: TransposedSolver<F::Implicit>> ImexTape<F, S, L> {
    /// The cotangents of the slopes of stage `i` from the end of the step, the later stages and the outputs:
    /// `k̄ᵢ = h (bᵢ ȳ₁ + Σⱼ a_ji Ȳⱼ + Σ b(θ)ᵢ w)`, for either part.
    fn give_slopes<T: ImexTableau<S>>(
        &mut self,
        i: usize,
        h: f64,
        outputs: &[OutputCotangent<'_, F::State>],
        ybar: &F::State,
    ) {
        let parts = [
            (&mut self.explicit_bar, &T::Explicit::B, &T::Explicit::A, &T::Explicit::DENSE),
            (&mut self.implicit_bar, &T::Implicit::B, &T::Implicit::A, &T::Implicit::DENSE),
        ];
        for (slope_bar, b, a, dense) in parts {
            slope_bar.set_zeros();
            slope_bar.add_scaled(h * b[i], ybar);
            for (row, stage_bar) in a.iter().zip(&self.stage_bar).skip(i + 1) {
                slope_bar.add_scaled(h * row[i], stage_bar);
            }
            for output in outputs.iter().filter(|output| output.theta < 1.0) {
                slope_bar.add_scaled(h * dense.weight(i, output.theta), output.cotangent);
            }
        }
    }

    /// Fills in the derivatives with respect to the output times. Returns their effect, through `θ = (time − t) / h`,
    /// on the ends of the step.
    fn move_outputs<T: ImexTableau<S>>(&mut self, outputs: &mut [OutputCotangent<'_, F::State>]) -> StepCotangent {
        let mut cotangent = StepCotangent::default();
        for output in outputs {
            let velocity = &mut self.state;
            velocity.set_zeros();
            velocity.accumulate(1.0, &T::Explicit::DENSE.derivative(output.theta), &self.forward.explicit);
            velocity.accumulate(1.0, &T::Implicit::DENSE.derivative(output.theta), &self.forward.implicit);
            cotangent += output.move_along(velocity);
        }
        cotangent
    }
}
