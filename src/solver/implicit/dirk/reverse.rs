//! The transpose of a diagonally implicit step, by the implicit function theorem.

use super::engine::starts_explicitly;
use super::{Dirk, DirkTableau, DirkWorkspace};
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::solver::implicit::TransposedSolver;
use crate::solver::{Dense, OutputCotangent, Solver, StageTape, StepCotangent, StepStart, StepVjp};
use crate::state::State;

/// The stages of a step, solved to rounding, with the storage of the transpose.
pub struct DirkTape<F: Differentiable, const S: usize, L: TransposedSolver<F>> {
    stages: StageTape<F, S>,
    forward: DirkWorkspace<F, S, L>,
    transposed: L::Transposed,
    y1: F::State,
}

impl<F, T, const S: usize, L> StepVjp<F> for Dirk<T, S, L>
where
    F: Differentiable,
    T: DirkTableau<S>,
    L: TransposedSolver<F>,
    Self: Dense<F> + Solver<F, Workspace = DirkWorkspace<F, S, L>>,
{
    type Tape = DirkTape<F, S, L>;

    /// The slope of an explicit first stage is not a function of the state alone with a mass matrix.
    const PULLS_MASS: bool = Self::TAKES_MASS && !starts_explicitly::<T, S>();

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        DirkTape {
            stages: StageTape::new(y0),
            forward: self.workspace(f, y0),
            transposed: self.linear.transposed(f, y0),
            y1: y0.zeros_like(),
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
        let DirkTape { stages, forward, transposed, y1 } = tape;
        self.reset(forward);
        self.step(f, forward, StepStart { t, h, y0 }, y1)?;
        for i in 0..S {
            stages.argument[i].combine(y0, h, &T::A[i][..=i], &forward.k[..=i]);
            stages.k[i].assign(&forward.k[i]);
            // Only the trace is used: a stiff field amplifies the error of the argument.
            f.eval_traced(t + T::C[i] * h, &stages.argument[i], y1, &mut stages.trace[i]);
        }
        stages.evaluations += S as u64;
        stages.pull_back::<T>(f, step, S, outputs, (ybar, pbar), |i, argument, slope_bar| {
            let a = h * T::A[i][i];
            let point = (t + T::C[i] * h, argument);
            if a == 0.0 {
                return Ok(());
            }
            self.linear.solve_transposed(transposed, f, point, a, slope_bar).map_err(|failure| failure.at(t, h))
        })
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        tape.stages.evaluations + self.evaluations(&tape.forward)
    }
}
