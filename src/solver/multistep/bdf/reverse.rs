//! The transposes of the BDF methods.

use super::order::HIGHEST;
use super::{BackwardTape, Bdf, BdfWorkspace, FixedBdf, FixedBdfWorkspace};
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::solver::implicit::{DirkTape, Esdirk547, TransposedSolver};
use crate::solver::reverse::step_vjp_without_past;
use crate::solver::{OutputCotangent, Past, Solver, StepCotangent, StepNote, StepVjp};

impl<F: Differentiable, L: TransposedSolver<F>, const K: usize> StepVjp<F> for FixedBdf<K, L> {
    type Tape = BackwardTape<F, L, DirkTape<F, 7, L>>;

    const LOOKS_BACK: usize = K;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        let starter = Esdirk547.with(self.linear.clone()).tape(f, y0);
        BackwardTape::new(&self.linear, K, f, y0, starter)
    }

    step_vjp_without_past!();

    /// The equation is differentiated at the state of the forward pass. The error of that state, a part of the
    /// tolerance, enters the gradient, and the derivatives with respect to times in units of the step.
    fn step_vjp_after(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        past: Past<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        if past.note.formula > 0 {
            return tape.pull_back((&self.linear, f), past, 0.0, outputs, (ybar, pbar));
        }
        let starter = Esdirk547.with(self.linear.clone());
        let mut moved = starter.step_vjp(f, &mut tape.starter, past.step(), outputs, Bars { y: ybar, params: pbar })?;
        moved.start += tape.leave_starting_step(ybar);
        Ok(moved)
    }

    fn note(&self, ws: &FixedBdfWorkspace<F, L>) -> StepNote {
        StepNote { formula: if ws.is_starting(K) { 0 } else { K }, lead: 0.0 }
    }

    fn recall(&self, _: &F, ws: &mut FixedBdfWorkspace<F, L>, past: Past<'_, F::State>) {
        Solver::<F>::reset(self, ws);
        ws.recall(past, K + 1);
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        tape.evaluations + Esdirk547.with(self.linear.clone()).tape_evaluations(&tape.starter)
    }
}

impl<F: Differentiable, L: TransposedSolver<F>> StepVjp<F> for Bdf<L> {
    type Tape = BackwardTape<F, L, ()>;

    const LOOKS_BACK: usize = HIGHEST;

    /// The first step of a [`Ndf`](super::Ndf) depends on the slope at the start, which is not transposed.
    const PULLS_MASS: bool = L::TAKES_MASS;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        BackwardTape::new(&self.linear, HIGHEST, f, y0, ())
    }

    step_vjp_without_past!();

    /// The equation is differentiated at the state of the forward pass. The error of that state, a part of the
    /// tolerance, enters the gradient, and the derivatives with respect to times in units of the step.
    fn step_vjp_after(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        past: Past<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let kappa = self.kappa[past.note.formula];
        tape.pull_back((&self.linear, f), past, kappa, outputs, (ybar, pbar))
    }

    fn note(&self, ws: &BdfWorkspace<F, L>) -> StepNote {
        StepNote { formula: ws.order.current(), lead: ws.lead }
    }

    fn recall(&self, _: &F, ws: &mut BdfWorkspace<F, L>, past: Past<'_, F::State>) {
        Solver::<F>::reset(self, ws);
        // The first step makes a history of its own.
        if past.times.len() > 1 {
            ws.recall(past);
        }
    }

    fn follow(&self, ws: &mut BdfWorkspace<F, L>, note: StepNote) {
        ws.order.follow(note.formula);
        ws.lead = note.lead;
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        tape.evaluations
    }
}
