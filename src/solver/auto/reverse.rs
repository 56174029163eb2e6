//! The transpose of a step of either method; its note names the method.

use super::Auto;
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::solver::{OutputCotangent, Past, StepCotangent, StepNote, StepStart, StepVjp};

/// The formula of the explicit method in a note.
const EXPLICIT: usize = 0;
/// The formula of the stiff method in a note.
const STIFF: usize = 1;

/// Both methods must be one-step methods. The choice of the method is held fixed, as the step length is.
impl<F, E, I> StepVjp<F> for Auto<E, I>
where
    F: Differentiable,
    E: StepVjp<F>,
    I: StepVjp<F>,
{
    type Tape = (E::Tape, I::Tape);

    const TAKES_NOTES: bool = {
        assert!(!E::TAKES_NOTES && !I::TAKES_NOTES, "the discrete adjoint of `Auto` is for one-step methods");
        true
    };

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        (self.explicit.tape(f, y0), self.stiff.tape(f, y0))
    }

    /// The transpose of a first step, which the explicit method makes.
    fn step_vjp(
        &self,
        f: &F,
        (tape, _): &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        self.explicit.step_vjp(f, tape, step, outputs, Bars { y: ybar, params: pbar })
    }

    fn step_vjp_after(
        &self,
        f: &F,
        (explicit, stiff): &mut Self::Tape,
        past: Past<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        if past.note.formula == STIFF {
            self.stiff.step_vjp(f, stiff, past.step(), outputs, Bars { y: ybar, params: pbar })
        } else {
            self.explicit.step_vjp(f, explicit, past.step(), outputs, Bars { y: ybar, params: pbar })
        }
    }

    fn note(&self, ws: &Self::Workspace) -> StepNote {
        StepNote { formula: if ws.is_stiff() { STIFF } else { EXPLICIT }, lead: 0.0 }
    }

    fn follow(&self, ws: &mut Self::Workspace, note: StepNote) {
        let is_stiff = note.formula == STIFF;
        if ws.is_stiff() != is_stiff {
            ws.detector.use_stiff(is_stiff);
            self.reset_method_in_use::<F>(ws);
        }
    }

    fn tape_evaluations(&self, (explicit, stiff): &Self::Tape) -> u64 {
        self.explicit.tape_evaluations(explicit) + self.stiff.tape_evaluations(stiff)
    }
}
