//! The transposes of the Adams methods: their formulas, for the shared [tape](crate::solver::multistep::adams::tape).

use super::order::HIGHEST;
use super::tape::Formulas;
use super::uniform::UniformWorkspace;
use super::{Adams, AdamsBashforth, AdamsMoulton, AdamsTape, AdamsWorkspace};
use crate::dynamics::{Bars, Differentiable};
use crate::error::Result;
use crate::solver::explicit::Vern7;
use crate::solver::reverse::step_vjp_without_past;
use crate::solver::{OutputCotangent, Past, StageTape, StepCotangent, StepNote, StepVjp};

/// An Adams tape with a tape of [`Vern7`](type@Vern7).
type StartedTape<F> = AdamsTape<F, StageTape<F, 16>>;

/// The two methods of fixed order. At order `K` the corrector uses `$corrector` earlier slopes.
macro_rules! reverse_of_fixed_order {
    ($method:ident, $corrector:expr) => {
        impl<F: Differentiable, const K: usize> StepVjp<F> for $method<K> {
            type Tape = StartedTape<F>;

            const LOOKS_BACK: usize = K - 1;
            const TAKES_NOTES: bool = true;

            fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
                AdamsTape::new(K - 1, y0, Vern7.tape(f, y0))
            }

            step_vjp_without_past!();

            fn step_vjp_after(
                &self,
                f: &F,
                tape: &mut Self::Tape,
                past: Past<'_, F::State>,
                outputs: &mut [OutputCotangent<'_, F::State>],
                Bars { y: ybar, params: pbar }: Bars<'_, F>,
            ) -> Result<StepCotangent> {
                if past.note.formula == 0 {
                    let mut moved =
                        Vern7.step_vjp(f, &mut tape.starter, past.step(), outputs, Bars { y: ybar, params: pbar })?;
                    moved.start += tape.leave(f, past, ybar, pbar);
                    return Ok(moved);
                }
                let formulas = Formulas { predictor: K, corrector: $corrector };
                Ok(tape.pull_back(f, past, formulas, outputs, (ybar, pbar)))
            }

            fn note(&self, ws: &UniformWorkspace<F::State, K>) -> StepNote {
                StepNote { formula: if ws.is_starting() { 0 } else { K }, lead: 0.0 }
            }

            fn recall(&self, f: &F, ws: &mut UniformWorkspace<F::State, K>, past: Past<'_, F::State>) {
                ws.recall(f, past);
            }

            fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
                tape.evaluations + StepVjp::<F>::tape_evaluations(&Vern7, &tape.starter)
            }
        }
    };
}

reverse_of_fixed_order!(AdamsBashforth, None);
reverse_of_fixed_order!(AdamsMoulton, Some(K - 1));

impl<F: Differentiable> StepVjp<F> for Adams {
    type Tape = AdamsTape<F, ()>;

    const LOOKS_BACK: usize = HIGHEST - 1;

    fn tape(&self, _: &F, y0: &F::State) -> Self::Tape {
        AdamsTape::new(HIGHEST - 1, y0, ())
    }

    step_vjp_without_past!();

    fn step_vjp_after(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        past: Past<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let k = past.note.formula;
        let formulas = Formulas { predictor: k, corrector: Some(k) };
        Ok(tape.pull_back(f, past, formulas, outputs, (ybar, pbar)))
    }

    fn note(&self, ws: &AdamsWorkspace<F::State>) -> StepNote {
        StepNote { formula: ws.order.current(), lead: 0.0 }
    }

    fn recall(&self, f: &F, ws: &mut AdamsWorkspace<F::State>, past: Past<'_, F::State>) {
        ws.recall(f, past);
    }

    fn follow(&self, ws: &mut AdamsWorkspace<F::State>, note: StepNote) {
        ws.order.follow(note.formula);
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        tape.evaluations
    }
}
