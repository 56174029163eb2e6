//! The transpose of a Runge–Kutta step, stage by stage.

use super::{OutputCotangent, StepCotangent, StepStart, add_outputs_at_end, add_outputs_inside};
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::Result;
use crate::solver::Tableau;
use crate::state::State;

/// The stages of a step, their traces, and their cotangents.
#[derive(Debug)]
pub struct StageTape<F: Differentiable, const S: usize> {
    pub(crate) k: [F::State; S],
    pub(crate) argument: [F::State; S],
    /// `stage_bar[i]` is the cotangent of the argument of stage `i`.
    stage_bar: [F::State; S],
    slope_bar: F::State,
    pub(crate) trace: [F::Trace; S],
    pub(crate) evaluations: u64,
}

impl<F: Differentiable, const S: usize> StageTape<F, S> {
    /// A tape for states of the shape of `y0`.
    pub(crate) fn new(y0: &F::State) -> Self {
        Self {
            k: std::array::from_fn(|_| y0.zeros_like()),
            argument: std::array::from_fn(|_| y0.zeros_like()),
            stage_bar: std::array::from_fn(|_| y0.zeros_like()),
            slope_bar: y0.zeros_like(),
            trace: std::array::from_fn(|_| F::Trace::default()),
            evaluations: 0,
        }
    }

    /// Recomputes the first `used` stages of an explicit step, with traces.
    pub(crate) fn compute<T: Tableau<S>>(
        &mut self,
        f: &F,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        used: usize,
    ) {
        for i in 0..used {
            let (done, rest) = self.k.split_at_mut(i);
            let argument = if i == 0 {
                y0
            } else {
                self.argument[i].combine(y0, h, &T::A[i][..i], done);
                &self.argument[i]
            };
            f.eval_traced(t + T::C[i] * h, argument, &mut rest[0], &mut self.trace[i]);
        }
        self.evaluations += used as u64;
    }

    /// Pulls the cotangents `(ybar, pbar)` and the cotangents of the `outputs` back through the first `used` stages,
    /// which have been computed.
    ///
    /// `solve(i, argument, slope_bar)` turns the cotangent of the slope of stage `i` into the cotangent of its
    /// equation: for `k = f(Y)` and `Y = ψ + h a k`, the `w` with `w = k̄ + h a Jᵀ w`. It does not change an explicit
    /// stage.
    ///
    /// # Errors
    /// The errors of `solve`.
    pub(crate) fn pull_back<T: Tableau<S>>(
        &mut self,
        f: &F,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        used: usize,
        outputs: &mut [OutputCotangent<'_, F::State>],
        (ybar, pbar): (&mut F::State, &mut F::Params),
        mut solve: impl FnMut(usize, &F::State, &mut F::State) -> Result<()>,
    ) -> Result<StepCotangent> {
        // An output at the end is y1, but its velocity comes from the interpolant.
        add_outputs_at_end(outputs, ybar);
        let mut cotangent = self.move_outputs::<T>(outputs);
        for i in (0..used).rev() {
            // k̄ᵢ = h (bᵢ ȳ₁ + Σⱼ a_ji Ȳⱼ + Σ b(θ)ᵢ w) and Ȳᵢ = Jᵢᵀ k̄ᵢ.
            let (before, after) = self.stage_bar.split_at_mut(i + 1);
            let slope_bar = &mut self.slope_bar;
            slope_bar.set_zeros();
            add_nonzero(slope_bar, h * T::B[i], ybar);
            for (stage_bar, row) in after[..used - i - 1].iter().zip(&T::A[i + 1..]) {
                add_nonzero(slope_bar, h * row[i], stage_bar);
            }
            for output in outputs.iter().filter(|output| output.theta < 1.0) {
                add_nonzero(slope_bar, h * T::DENSE.weight(i, output.theta), output.cotangent);
            }

            let argument = if i == 0 && T::A[0][0] == 0.0 { y0 } else { &self.argument[i] };
            solve(i, argument, slope_bar)?;
            let stage_bar = &mut before[i];
            stage_bar.set_zeros();
            let trace = &mut self.trace[i];
            let time = f.vjp_traced(trace, t + T::C[i] * h, argument, slope_bar, stage_bar, pbar);
            // The stage time t + c h and the factor h of every slope move with the ends of the step.
            let length = inner_with_mass(f, slope_bar, &self.k[i]) / h;
            cotangent.start += (1.0 - T::C[i]) * time - length;
            cotangent.end += T::C[i] * time + length;
        }
        for stage_bar in &self.stage_bar[..used] {
            ybar.add_scaled(1.0, stage_bar);
        }
        add_outputs_inside(outputs, ybar);
        Ok(cotangent)
    }

    /// Fills in the derivatives with respect to the output times. Returns their effect, through `θ = (time − t) / h`,
    /// on the ends of the step.
    fn move_outputs<T: Tableau<S>>(&mut self, outputs: &mut [OutputCotangent<'_, F::State>]) -> StepCotangent {
        let mut cotangent = StepCotangent { start: 0.0, end: 0.0 };
        for output in outputs {
            self.slope_bar.set_zeros();
            self.slope_bar.accumulate(1.0, &T::DENSE.derivative(output.theta), &self.k);
            cotangent += output.move_along(&self.slope_bar);
        }
        cotangent
    }
}

/// `wᵀ M k`, where `M` is the identity without a mass matrix.
pub(in crate::solver) fn inner_with_mass<F: Dynamics>(f: &F, w: &F::State, k: &F::State) -> f64 {
    let Some(mass) = f.mass() else { return w.inner(k) };
    let mut image = k.zeros_like();
    mass.multiply(k, &mut image);
    w.inner(&image)
}

#[inline]
fn add_nonzero<Y: State>(sum: &mut Y, a: f64, x: &Y) {
    if a != 0.0 {
        sum.add_scaled(a, x);
    }
}
