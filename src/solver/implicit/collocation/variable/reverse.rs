//! The transpose of a step of any order; its note has the number of stages.

use super::Radau;
use super::order::{RadauOrder, Stages};
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::solver::implicit::{CollocationTape, TransposedComplexSolver};
use crate::solver::{OutputCotangent, Past, StepCotangent, StepNote, StepStart, StepVjp};

/// The order is held fixed, as the step length is.
impl<F: Differentiable, L: TransposedComplexSolver<F>> StepVjp<F> for Radau<L> {
    type Tape = (CollocationTape<F, 3, L>, CollocationTape<F, 5, L>, CollocationTape<F, 7, L>);

    const PULLS_MASS: bool = L::TAKES_MASS;

    const TAKES_NOTES: bool = true;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        (self.three.tape(f, y0), self.five.tape(f, y0), self.seven.tape(f, y0))
    }

    /// The transpose of a first step, of order 5.
    fn step_vjp(
        &self,
        f: &F,
        (three, _, _): &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        self.three.step_vjp(f, three, step, outputs, Bars { y: ybar, params: pbar })
    }

    fn step_vjp_after(
        &self,
        f: &F,
        (three, five, seven): &mut Self::Tape,
        past: Past<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let (step, bars) = (past.step(), Bars { y: ybar, params: pbar });
        match Stages::of_number(past.note.formula) {
            Stages::Three => self.three.step_vjp(f, three, step, outputs, bars),
            Stages::Five => self.five.step_vjp(f, five, step, outputs, bars),
            Stages::Seven => self.seven.step_vjp(f, seven, step, outputs, bars),
        }
    }

    fn note(&self, ws: &Self::Workspace) -> StepNote {
        StepNote { formula: ws.stages(), lead: 0.0 }
    }

    fn follow(&self, ws: &mut Self::Workspace, note: StepNote) {
        ws.decide(|order: &mut RadauOrder| order.follow(Stages::of_number(note.formula)));
    }

    fn tape_evaluations(&self, (three, five, seven): &Self::Tape) -> u64 {
        let higher = self.five.tape_evaluations(five) + self.seven.tape_evaluations(seven);
        self.three.tape_evaluations(three) + higher
    }
}
